// Arrivals of independent customers: a Poisson process.
#pragma once

#include <cstdint>

#include "core/random.h"
#include "stress/plan.h"

namespace flightdeck::stress {

// The same seed gives the same arrivals.
class Arrivals {
 public:
  // `per_second` is above 0.
  Arrivals(double per_second, std::uint64_t seed);

  // The time of the next arrival since the start. It is never earlier than the one before.
  Nanoseconds next() const { return next_; }
  void advance();

 private:
  double mean_gap_ns_;
  double at_ns_ = 0;
  Nanoseconds next_{0};
  SeededRandom random_;
};

}  // namespace flightdeck::stress
