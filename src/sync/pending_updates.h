// What gate and index could not be told: kept, and merged for each flight, until they can be.
#pragma once

#include <cstddef>
#include <map>
#include <vector>

#include "core/limits.h"
#include "ledger/decide.h"

namespace flightdeck::sync {

// Adds what is newer: the row of the higher version, and every hold to drop.
void merge(ledger::FlightUpdate& known, ledger::FlightUpdate update);

struct PendingUpdatesLimits {
  std::size_t flights = limits::pending_flights;
  std::size_t holds = limits::pending_holds;
  std::size_t flights_a_part = limits::pending_flights_a_batch;
  std::size_t holds_a_part = limits::pending_holds_a_batch;
};

// No I/O; used from one thread. More than the limits cannot be kept: then it is not known any more what is
// owed, so everything is, until somebody has seen to that.
class PendingUpdates {
 public:
  explicit PendingUpdates(PendingUpdatesLimits limits = {}) : limits_(limits) {}

  void add(ledger::FlightUpdate update);

  // The next part to tell; the rest stays. Whoever could not tell it adds it again. Empty when everything is
  // owed.
  std::vector<ledger::FlightUpdate> take();

  bool empty() const { return flights_.empty() && !everything_; }
  bool everything() const { return everything_; }
  void everything_is_seen_to() { everything_ = false; }

 private:
  const PendingUpdatesLimits limits_;
  std::map<FlightId, ledger::FlightUpdate> flights_;
  // Of all of them.
  std::size_t holds_ = 0;
  bool everything_ = false;
};

}  // namespace flightdeck::sync
