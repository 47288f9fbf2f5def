#include <charconv>
#include <string>

#include "api/cursor.h"
#include "api/handlers.h"
#include "api/query_fields.h"
#include "core/json_writer.h"
#include "http/header_values.h"
#include "http/problem.h"
#include "net/json_body.h"

namespace flightdeck::api {

namespace {

Error no_such_booking() { return Error{ErrorCode::not_found, "There is no such booking."}; }

http::Response booking_response(int status, const ledger::Booking& booking) {
  http::Response response = http::json_response(status, {});
  ledger::append_booking_json(response.body, booking);
  return response;
}

// `<created_at in milliseconds, hexadecimal>.<booking id>`.
std::string format_position(const ledger::BookingPosition& position) {
  char digits[16];
  const auto milliseconds = static_cast<std::uint64_t>(to_unix_ms(position.created_at));
  std::string text(digits, std::to_chars(digits, digits + sizeof digits, milliseconds, 16).ptr);
  text.push_back('.');
  append_uuid(text, position.id.value);
  return text;
}

std::optional<ledger::BookingPosition> parse_position(std::string_view text) {
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  std::uint64_t milliseconds = 0;
  const auto read = std::from_chars(text.data(), text.data() + dot, milliseconds, 16);
  const auto id = BookingId::parse(text.substr(dot + 1));
  if (read.ec != std::errc() || read.ptr != text.data() + dot || !id) return std::nullopt;
  return ledger::BookingPosition{from_unix_ms(static_cast<std::int64_t>(milliseconds)), *id};
}

// The list of a query, as its cursors are bound to it.
std::string list_name(const ledger::BookingListQuery& query) {
  std::string name = "bookings:" + query.user.str() + ":";
  if (query.status) name.append(ledger::to_string(*query.status));
  return name;
}

Result<booking::BookRequest> read_book_request(const http::Request& request,
                                               const booking::BookingRules& rules) {
  Result<net::JsonBody> body = net::JsonBody::parse(request.body);
  if (!body) return body.error();
  booking::BookRequest wanted;
  wanted.waited = request.waited;
  wanted.user = body->id<UserId>("user_id");
  wanted.flight = body->id<FlightId>("flight_id");
  wanted.seats = body->integer("seats", 1, rules.seats_per_booking_max);
  body->refuse_others();
  if (const auto key = request.header(http::Header::idempotency_key)) {
    if (request.repeated(http::Header::idempotency_key)) {
      body->errors().add("Idempotency-Key", "is given more than once");
    } else if (http::is_idempotency_key(*key)) {
      wanted.idempotency_key.emplace(*key);
    } else {
      body->errors().add("Idempotency-Key", "must be 1 to 255 printable ASCII characters");
    }
  }
  if (!body->errors().empty()) return body->errors().take();
  return wanted;
}

}  // namespace

// A request with a key may be the repeat of one that was accepted: it is looked up first.
std::optional<http::Response> refuse_under_overload(Api& api, const http::Request& request) {
  if (request.header(http::Header::idempotency_key) || !api.bookings->overloaded(request.waited))
    return std::nullopt;
  return http::problem_response(booking::overload(), request.request_id);
}

Task<http::Response> book_seats(Api& api, const http::Request& request) {
  Result<booking::BookRequest> wanted = read_book_request(request, api.bookings->rules());
  if (!wanted) co_return http::problem_response(wanted.error(), request.request_id);
  Result<booking::BookAnswer> answer = co_await api.bookings->book(*std::move(wanted));
  if (!answer) co_return http::problem_response(answer.error(), request.request_id);

  const bool replayed = answer->replayed;
  const auto prefer = request.header(http::Header::prefer);
  const std::optional<std::chrono::seconds> wait = prefer ? http::preferred_wait(*prefer) : std::nullopt;
  ledger::Booking booking = answer->booking;
  if (wait) booking = co_await api.bookings->wait_until_final(*std::move(answer), *wait);

  // Without a wait only a replay can find its booking final.
  const bool final = booking.status != ledger::BookingStatus::pending;
  http::Response response = booking_response(final ? 200 : 202, booking);
  response.add_header("Location", "/booking/" + booking.id.str());
  if (wait) response.add_header("Preference-Applied", "wait=" + std::to_string(wait->count()));
  if (replayed) response.add_header("Idempotency-Replayed", "true");
  co_return response;
}

Task<http::Response> show_booking(Api& api, const http::Request& request) {
  const auto id = BookingId::parse(request.parameter);
  if (!id) co_return http::problem_response(no_such_booking(), request.request_id);
  const std::optional<ledger::Booking> found = co_await api.bookings->find(*id);
  if (!found) co_return http::problem_response(no_such_booking(), request.request_id);
  co_return booking_response(200, *found);
}

Task<http::Response> list_bookings(Api& api, const http::Request& request) {
  ledger::BookingListQuery query;
  QueryFields fields(request.query);
  if (const auto given = fields.required_text("user_id")) {
    const auto user = UserId::parse(*given);
    if (!user) fields.errors().add("user_id", "must be a UUID");
    query.user = user.value_or(UserId{});
  }
  if (const auto given = fields.text("status")) {
    query.status = ledger::parse_booking_status(*given);
    if (!query.status) fields.errors().add("status", "must be PENDING, CONFIRMED, FAILED or CANCELLED");
  }
  query.limit = fields.limit();
  if (const auto given = fields.text("cursor")) {
    query.after = read_cursor(*given, list_name(query), parse_position, fields.errors());
  }
  if (!fields.errors().empty()) co_return http::problem_response(fields.errors().take(), request.request_id);

  const ledger::BookingPage page = co_await api.bookings->list(query);
  http::Response response;
  JsonWriter json(response.body);
  json.begin_object().key("bookings").begin_array();
  std::string one;
  for (const ledger::Booking& booking : page.bookings) {
    one.clear();
    ledger::append_booking_json(one, booking);
    json.raw(one);
  }
  json.end_array().key("next_cursor");
  if (page.next) {
    const std::string cursor = seal_cursor(format_position(*page.next), list_name(query));
    json.value(std::string_view(cursor));
  } else {
    json.null();
  }
  json.end_object();
  co_return response;
}

Task<http::Response> cancel_booking(Api& api, const http::Request& request) {
  const auto id = BookingId::parse(request.parameter);
  if (!id) co_return http::problem_response(no_such_booking(), request.request_id);
  const Result<ledger::Booking> cancelled = co_await api.bookings->cancel(*id);
  if (!cancelled) co_return http::problem_response(cancelled.error(), request.request_id);
  co_return booking_response(200, *cancelled);
}

}  // namespace flightdeck::api
