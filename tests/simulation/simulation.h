// One history from beginning to end, and what it broke.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace flightdeck::simulation {

struct Outcome {
  std::uint64_t seed = 0;
  // The same whenever the seed is run again.
  std::uint64_t trace_hash = 0;
  std::vector<std::string> violations;
  std::uint64_t events = 0;
  int booked = 0;
  int sold_out = 0;
  int confirmed = 0;
};

// With `print` it writes what happens to standard output.
Outcome run_history(std::uint64_t seed, bool print = false);

}  // namespace flightdeck::simulation
