// Port: observes every commit before its clients are answered.
#pragma once

#include <functional>
#include <vector>

#include "ledger/decide.h"

namespace flightdeck::ledger {

struct Commit {
  std::vector<FlightUpdate> updates;
  std::vector<Booking> settled;
};

class CommitObserver {
 public:
  virtual ~CommitObserver() = default;
  // Called on a ledger thread, in the commit order of that thread. It calls `told` exactly once, on any
  // thread, when it is done or has given up. The clients of the commit are answered only then. Never throws.
  virtual void on_commit(Commit commit, std::function<void()> told) = 0;
};

}  // namespace flightdeck::ledger
