// Port: makes sure that a hold which may be in the seat gate goes.
#pragma once

#include "core/ids.h"
#include "core/task.h"

namespace flightdeck::booking {

// One for each thread, used from that thread.
class HoldDrops {
 public:
  virtual ~HoldDrops() = default;
  // Drops the booking's hold in the gate of this thread. If the gate does not take the update, it is repeated
  // as in `drop_soon`.
  virtual Task<void> drop(FlightId flight, BookingId booking) = 0;
  // Drops the booking's hold in the gate of this thread as soon as the gate takes the update, after all
  // earlier updates. Idempotent. It is lost when the process ends first; sweeps drop such holds by their age.
  virtual void drop_soon(FlightId flight, BookingId booking) = 0;
};

}  // namespace flightdeck::booking
