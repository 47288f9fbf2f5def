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
  std::uint32_t user = 0;    // its place among the run's users
  std::uint32_t flight = 0;  // its place among the run's flights
  std::uint8_t seats = 0;
  Status status = Status::pending;  // the last that was told
  Status listed = Status::pending;  // what the audit found
  bool told_pending : 1 = false;    // when it was accepted
  bool declined : 1 = false;        // failed because its payment was declined, which is final
  bool cancel_asked : 1 = false;    // and not answered: it may be cancelled or not
  bool measured : 1 = false;        // begun in the measured part of the run,
  bool in_time : 1 = false;         // answered before its end
  bool seen : 1 = false;            // the audit has found it
  bool as_asked : 1 = true;         // told with the flight and the seats that were asked for
};
static_assert(sizeof(AcknowledgedBooking) <= 32, "a million of them must stay small");

// Grows without moving: a million take some 30 MB and no more for a moment.
using AcknowledgedBookings = std::deque<AcknowledgedBooking>;

}  // namespace flightdeck::stress
