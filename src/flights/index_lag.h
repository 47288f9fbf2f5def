// Whether index and gate may lag behind the ledger. While they may, searches ask the ledger, and the gate's
// answer that a flight is sold out is not believed.
#pragma once

#include <atomic>
#include <chrono>

namespace flightdeck::flights {

// Thread-safe, without locks. There is one for a process, for index and gate together, since they are in the
// same store. They may lag while this process has pending updates, or while their store stands still or
// refuses writes, so that other processes may have pending updates. A store that is back may lag for a while
// longer, until every process has sent its pending updates.
class IndexLag {
 public:
  using SteadyTime = std::chrono::steady_clock::time_point;

  // Call these when a reason for lag begins, and when it ends.
  void begin() { reasons_.fetch_add(1); }
  void end() { reasons_.fetch_sub(1); }
  // The index may lag until this time. The latest of all such times counts.
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
