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

// The text of the first member of that name whose value is a string; escapes are left as they are. For JSON
// as the deployment writes it: a name that only stands inside another string is not taken for a member.
std::optional<std::string_view> text_member(std::string_view json, std::string_view name);
// Likewise of the first whose value is a whole number.
std::optional<std::int64_t> whole_member(std::string_view json, std::string_view name);

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
