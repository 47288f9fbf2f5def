// Whether the index, and the gate, may lag behind the ledger: while they may, search asks the ledger, and
// nobody believes the gate that a flight is sold out.
#pragma once

#include <atomic>
#include <chrono>

namespace flightdeck::flights {

// Thread-safe, without locks. One a process, for index and gate, which are in the same store. Reasons to
// doubt them: this process has not been able to tell them of a commit; or their store stands still or refuses
// to be told, so that others may not have been able to. Both last until they are over. A store that is back
// again is doubted for a while longer, in which everybody tells it what he owes.
class IndexLag {
 public:
  using SteadyTime = std::chrono::steady_clock::time_point;

  // A reason begins, and one ends.
  void begin() { reasons_.fetch_add(1); }
  void end() { reasons_.fetch_sub(1); }
  // The latest of all these times counts.
  void last_until(SteadyTime until) {
    const SteadyTime::rep mine = until.time_since_epoch().count();
    SteadyTime::rep stored = until_.load();
    while (stored < mine && !until_.compare_exchange_weak(stored, mine)) {
    }
  }

  bool possible(SteadyTime at) const {
    return reasons_.load() > 0 || at.time_since_epoch().count() < until_.load();
  }

 private:
  std::atomic<int> reasons_{0};
  std::atomic<SteadyTime::rep> until_{0};
};

}  // namespace flightdeck::flights
