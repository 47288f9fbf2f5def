#include "stress/answer.h"

#include <iterator>
#include <utility>

namespace flightdeck::stress {

namespace {

constexpr std::pair<std::string_view, Status> statuses[] = {{"PENDING", Status::pending},
                                                            {"CONFIRMED", Status::confirmed},
                                                            {"FAILED", Status::failed},
                                                            {"CANCELLED", Status::cancelled}};

}  // namespace

std::optional<Status> parse_status(std::string_view text) {
  for (const auto& [name, status] : statuses) {
    if (name == text) return status;
  }
  return std::nullopt;
}

std::string_view to_string(Status status) {
  for (const auto& [name, value] : statuses) {
    if (value == status) return name;
  }
  return "?";
}

BookingAnswer read_booking_answer(const Reply& reply) {
  const ReplyFields& fields = reply.fields;
  BookingAnswer answer;
  answer.retry_after = reply.retry_after;
  if (reply.status / 100 == 2) {
    const auto booking = fields.booking_id ? BookingId::parse(*fields.booking_id) : std::nullopt;
    const auto known = fields.status ? parse_status(*fields.status) : std::nullopt;
    if (!booking || !known) {
      answer.may_have_booked = true;
      return answer;
    }
    answer.kind = AnswerKind::accepted;
    answer.booking = *booking;
    answer.status = *known;
    answer.declined = *known == Status::failed && fields.failure_reason == "payment_declined";
    answer.flight = fields.flight_id;
    answer.seats = fields.seats;
    return answer;
  }
  const std::string_view code = fields.code.value_or(std::string_view());
  if (reply.status == 503) {
    answer.kind = AnswerKind::overloaded;
    answer.may_have_booked = code != "OVERLOADED";
  } else if (reply.status == 400 && code == "OUT_OF_STOCK") {
    answer.kind = AnswerKind::sold_out;
  } else {
    answer.may_have_booked = reply.status / 100 != 4;
  }
  return answer;
}

}  // namespace flightdeck::stress
