// What the timed part of a benchmark costs, per item of work: time, and calls of operator new.
//
// Linking this replaces the global operator new and delete of the program by ones that count.
#pragma once

#include <benchmark/benchmark.h>

#include <cstdint>

namespace flightdeck::bench {

// How often this thread has called operator new.
std::int64_t allocations();

// Lives around the loop of a benchmark and reports at its end: `items_per_second`, `time/item`,
// `allocs/item`.
class Cost {
 public:
  explicit Cost(benchmark::State& state, std::int64_t items_per_iteration = 1);
  Cost(const Cost&) = delete;
  Cost& operator=(const Cost&) = delete;
  ~Cost();

  // Neither time nor allocations count in between. Costs about a microsecond itself: not for every small
  // iteration.
  void pause();
  void resume();

 private:
  benchmark::State& state_;
  std::int64_t items_per_iteration_;
  std::int64_t begin_;
};

}  // namespace flightdeck::bench
