// Port: which of several processes loads the demo flights into an empty ledger, and how far it got.
#pragma once

#include <optional>

#include "core/time.h"

namespace flightdeck::ledger {

struct DemoMark {
  // The day that the schedule was moved to.
  Date first_day{};
  bool complete = false;
};

// Blocking; used from one thread. Any call may throw UnavailableError.
class DemoLoad {
 public:
  virtual ~DemoLoad() = default;

  // True: it is this object's turn until it is destroyed or the process dies. False: another one has the
  // turn; ask again.
  virtual bool take_turn() = 0;

  // nullopt: nobody has begun.
  virtual std::optional<DemoMark> mark() = 0;
  virtual void begin(Date first_day) = 0;
  virtual void complete(Instant now) = 0;
};

}  // namespace flightdeck::ledger
