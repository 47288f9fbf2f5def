#include "stress/arrivals.h"

#include <cmath>

namespace flightdeck::stress {

Arrivals::Arrivals(double per_second, std::uint64_t seed) : mean_gap_ns_(1e9 / per_second), random_(seed) {
  advance();
}

void Arrivals::advance() {
  // A fraction is never 1, so there is always a logarithm.
  at_ns_ += -std::log(1 - random_.next_fraction()) * mean_gap_ns_;
  next_ = Nanoseconds{static_cast<std::int64_t>(at_ns_)};
}

}  // namespace flightdeck::stress
