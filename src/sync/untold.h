// What gate and index could not be told: kept, and merged for each flight, until they can be.
#pragma once

#include <cstddef>
#include <map>
#include <vector>

#include "booking/decide.h"
#include "core/limits.h"

namespace flightdeck::sync {

// Adds what is newer: the row of the higher version, and every hold to drop.
void merge(booking::FlightNews& known, booking::FlightNews news);

struct UntoldLimits {
  std::size_t flights = limits::untold_flights;
  std::size_t holds = limits::untold_holds;
  std::size_t flights_a_part = limits::untold_flights_a_part;
  std::size_t holds_a_part = limits::untold_holds_a_part;
};

// No I/O; used from one thread. More than the limits cannot be kept: then it is not known any more what is owed, so
// everything is, until somebody has seen to that.
class Untold {
 public:
  explicit Untold(UntoldLimits limits = {}) : limits_(limits) {}

  void add(booking::FlightNews news);

  // The next part to tell; the rest stays. Whoever could not tell it adds it again. Empty when everything is owed.
  std::vector<booking::FlightNews> take();

  bool empty() const { return flights_.empty() && !everything_; }
  bool everything() const { return everything_; }
  void everything_is_seen_to() { everything_ = false; }

 private:
  const UntoldLimits limits_;
  std::map<FlightId, booking::FlightNews> flights_;
  std::size_t holds_ = 0;  // of all of them
  bool everything_ = false;
};

}  // namespace flightdeck::sync
