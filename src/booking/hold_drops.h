// Port: who sees to it that a hold of the seat gate goes which may be there.
#pragma once

#include "core/ids.h"
#include "core/task.h"

namespace flightdeck::booking {

// One a thread, used from that thread.
class HoldDrops {
 public:
  virtual ~HoldDrops() = default;
  // The gate of this thread is told that the booking's hold has served its purpose, and told again as
  // `drop_soon` does when it does not hear.
  virtual Task<void> drop(FlightId flight, BookingId booking) = 0;
  // The gate of this thread is told that the booking's hold has served its purpose, after all it was told
  // before, as soon as it can be told. Idempotent. Lost when the process ends first: holds that nobody drops
  // go by their age.
  virtual void drop_soon(FlightId flight, BookingId booking) = 0;
};

}  // namespace flightdeck::booking
