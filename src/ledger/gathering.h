// Hands the calls of one turn of an event loop to another thread together, when the turn ends. A thread that
// was woken by the first call would take that one alone, and the others would wait for one more commit or
// query. There is no timer: a lone call waits only for the end of the turn.
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "core/executor.h"

namespace flightdeck::ledger {

// `Queue::submit(std::vector<Call*>)` takes calls and returns those that it refuses, with the reason in them.
// Used from the executor's thread. Calls that were added must have been handed over before this is destroyed.
template <class Queue, class Call>
class Gathering {
 public:
  explicit Gathering(Executor& home) : home_(home) {}
  Gathering(const Gathering&) = delete;
  Gathering& operator=(const Gathering&) = delete;

  // `call` lives until its waiter is resumed.
  void add(Queue& queue, Call& call) {
    auto found = std::find_if(calls_.begin(), calls_.end(), [&](const auto& e) { return e.first == &queue; });
    if (found == calls_.end()) found = calls_.insert(calls_.end(), {&queue, {}});
    found->second.push_back(&call);
    if (!std::exchange(posted_, true)) home_.post([this] { hand_over(); });
  }

 private:
  void hand_over() {
    posted_ = false;
    for (auto& [queue, calls] : std::exchange(calls_, {})) {
      for (const Call* refused : queue->submit(std::move(calls))) refused->waiter.resume();
    }
  }

  Executor& home_;
  std::vector<std::pair<Queue*, std::vector<Call*>>> calls_;
  bool posted_ = false;
};

}  // namespace flightdeck::ledger
