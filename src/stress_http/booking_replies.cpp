#include "stress_http/booking_replies.h"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

namespace flightdeck::stress_http {

namespace json = boost::json;

namespace {

std::optional<std::string_view> text_if_any(const json::object& object, std::string_view name) {
  const json::value* const value = object.if_contains(name);
  if (!value || !value->is_string()) return std::nullopt;
  return std::string_view(value->get_string());
}

std::optional<std::int64_t> whole_of(const json::object& object, std::string_view name) {
  const json::value* const value = object.if_contains(name);
  if (!value || !value->is_int64()) return std::nullopt;
  return value->get_int64();
}

stress::ReplyFields read_fields(const json::object& object) {
  stress::ReplyFields fields;
  fields.booking_id = text_if_any(object, "booking_id");
  fields.flight_id = text_if_any(object, "flight_id");
  fields.seats = whole_of(object, "seats");
  fields.status = text_if_any(object, "status");
  fields.failure_reason = text_if_any(object, "failure_reason");
  fields.code = text_if_any(object, "code");
  return fields;
}

}  // namespace

void BookingReplies::answered(std::uint32_t tag, const net::HttpReply& reply, stress::Time now) {
  stress::Reply read{reply.status, reply.body, reply.retry_after, {}};
  json::monotonic_resource memory(memory_.data(), memory_.size());
  boost::system::error_code no_json;
  const json::value document = json::parse(reply.body, no_json, &memory);
  if (const json::object* const object = no_json ? nullptr : document.if_object())
    read.fields = read_fields(*object);
  taker_.answered(tag, read, now);
}

}  // namespace flightdeck::stress_http
