// Reads the deployment's answers, no further than the run needs.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/ids.h"
#include "stress/plan.h"

namespace flightdeck::stress {

enum class Status : std::uint8_t { pending, confirmed, failed, cancelled };
std::optional<Status> parse_status(std::string_view text);
std::string_view to_string(Status status);

enum class AnswerKind {
  // The answer has a booking.
  accepted,
  // 400 OUT_OF_STOCK.
  sold_out,
  // 503.
  overloaded,
  // Anything else.
  wrong,
};

struct BookingAnswer {
  AnswerKind kind = AnswerKind::wrong;
  // Set when the booking was accepted.
  BookingId booking;
  // Set when the booking was accepted.
  Status status = Status::pending;
  // The booking failed because its payment was declined.
  bool declined = false;
  // The flight and the seats that the answer names, as far as it does. Views into the reply.
  std::optional<std::string_view> flight;
  std::optional<std::int64_t> seats;
  bool retry_after = false;
  // The answer has no booking, but does not say that there is none.
  bool may_have_booked = false;
};

// The answer to POST /booking, or to a cancellation.
BookingAnswer read_booking_answer(const Reply& reply);

}  // namespace flightdeck::stress
