// Every booking the deployment told the run of: what the audit holds it to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

#include "core/ids.h"
#include "stress/answer.h"

namespace flightdeck::stress {

struct AcknowledgedBooking {
  BookingId id;
  // Its place among the run's users.
  std::uint32_t user = 0;
  // Its place among the run's flights.
  std::uint32_t flight = 0;
  std::uint8_t seats = 0;
  // The last that was told.
  Status status = Status::pending;
  // What the audit found.
  Status listed = Status::pending;
  // When it was accepted.
  bool told_pending : 1 = false;
  // Failed because its payment was declined, which is final.
  bool declined : 1 = false;
  // And not answered: it may be cancelled or not.
  bool cancel_asked : 1 = false;
  // Begun in the measured part of the run.
  bool measured : 1 = false;
  // Answered before its end.
  bool in_time : 1 = false;
  // The audit has found it.
  bool seen : 1 = false;
  // Told with the flight and the seats that were asked for.
  bool as_asked : 1 = true;
};
static_assert(sizeof(AcknowledgedBooking) <= 32, "a million of them must stay small");

// Grows without moving: a million take some 30 MB and no more for a moment.
using AcknowledgedBookings = std::deque<AcknowledgedBooking>;

}  // namespace flightdeck::stress
