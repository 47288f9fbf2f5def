#include "micro/cost.h"

#include <cmath>

namespace flightdeck::bench {

Cost::Cost(benchmark::State& state, std::int64_t items_per_iteration)
    : state_(state), items_per_iteration_(items_per_iteration), begin_(allocations()) {}

Cost::~Cost() {
  const auto count = static_cast<double>(allocations() - begin_);
  const auto items = static_cast<double>(state_.iterations() * items_per_iteration_);
  state_.SetItemsProcessed(state_.iterations() * items_per_iteration_);
  using benchmark::Counter;
  state_.counters["time/item"] = Counter(static_cast<double>(items_per_iteration_),
                                         Counter::kIsIterationInvariantRate | Counter::kInvert);
  // To two digits: memory that is had once and kept is no cost of an item.
  state_.counters["allocs/item"] = std::round(count / items * 100) / 100;
}

void Cost::pause() {
  state_.PauseTiming();
  begin_ -= allocations();
}

void Cost::resume() {
  begin_ += allocations();
  state_.ResumeTiming();
}

}  // namespace flightdeck::bench
