// What the deployment's answers say, read no further than the run needs.
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
  // There is a booking.
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
  // Of an accepted one.
  BookingId booking;
  // Of an accepted one.
  Status status = Status::pending;
  // It failed because its payment was declined.
  bool declined = false;
  // What it says it is for, in the reply's own text; each as far as it is said.
  std::optional<std::string_view> flight;
  std::optional<std::int64_t> seats;
  bool retry_after = false;
  // No booking was told, but the answer does not say that there is none.
  bool may_have_booked = false;
};

// The answer to POST /booking, or to a cancellation.
BookingAnswer read_booking_answer(const Reply& reply);

}  // namespace flightdeck::stress
