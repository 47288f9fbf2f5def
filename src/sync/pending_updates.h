// Pending updates: those that gate and index have not taken in yet. They are merged for each flight.
#pragma once

#include <cstddef>
#include <map>
#include <vector>

#include "core/limits.h"
#include "ledger/decide.h"

namespace flightdeck::sync {

// Adds what is newer in `update`: the row of the higher version, and every hold to drop.
void merge(ledger::FlightUpdate& known, ledger::FlightUpdate update);

struct PendingUpdatesLimits {
  std::size_t flights = limits::pending_flights;
  std::size_t holds = limits::pending_holds;
  std::size_t flights_a_part = limits::pending_flights_a_batch;
  std::size_t holds_a_part = limits::pending_holds_a_batch;
};

// No I/O. Used from one thread. When there are more than the limits allow, none are kept, and every flight
// counts as pending until `everything_is_seen_to`.
class PendingUpdates {
 public:
  explicit PendingUpdates(PendingUpdatesLimits limits = {}) : limits_(limits) {}

  void add(ledger::FlightUpdate update);

  // Takes the next part to send; the rest stays. A caller that could not send it adds it again. Empty when
  // every flight is pending.
  std::vector<ledger::FlightUpdate> take();

  bool empty() const { return flights_.empty() && !everything_; }
  bool everything() const { return everything_; }
  void everything_is_seen_to() { everything_ = false; }

 private:
  const PendingUpdatesLimits limits_;
  std::map<FlightId, ledger::FlightUpdate> flights_;
  // The number of holds in all updates.
  std::size_t holds_ = 0;
  bool everything_ = false;
};

}  // namespace flightdeck::sync
