// Port: who is told of every commit before its clients are answered.
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
  // Called on a ledger thread, in commit order of that thread. Calls `told` exactly once, on any thread, when
  // it is done or has given up: only then are the clients of this commit answered. Never throws.
  virtual void on_commit(Commit commit, std::function<void()> told) = 0;
};

}  // namespace flightdeck::ledger
