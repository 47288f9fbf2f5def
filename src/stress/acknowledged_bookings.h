// Every booking that the deployment acknowledged to the run. The audit compares it with what the deployment
// lists.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

#include "core/ids.h"
#include "stress/answer.h"

namespace flightdeck::stress {

struct AcknowledgedBooking {
  BookingId id;
  // The index among the run's users.
  std::uint32_t user = 0;
  // The index among the run's flights.
  std::uint32_t flight = 0;
  std::uint8_t seats = 0;
  // The last status that was answered.
  Status status = Status::pending;
  // The status that the audit found.
  Status listed = Status::pending;
  // The status was PENDING when the booking was accepted.
  bool told_pending : 1 = false;
  // The booking failed because its payment was declined, which is final.
  bool declined : 1 = false;
  // A cancellation was sent and not answered, so the booking may be cancelled or not.
  bool cancel_asked : 1 = false;
  // The request began in the measured part of the run.
  bool measured : 1 = false;
  // The request was answered before the measured part ended.
  bool in_time : 1 = false;
  // The audit has found the booking.
  bool seen : 1 = false;
  // The answer had the flight and the seats that were requested.
  bool as_asked : 1 = true;
};
static_assert(sizeof(AcknowledgedBooking) <= 32, "a million of them must stay small");

// A deque grows without moving its elements. A million of them take some 30 MB, and never more for a moment.
using AcknowledgedBookings = std::deque<AcknowledgedBooking>;

}  // namespace flightdeck::stress
