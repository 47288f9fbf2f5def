// Pauses for loops that repeat some work until they are stopped, and a sleep for coroutines.
#pragma once

#include "core/executor.h"
#include "core/task.h"

namespace flightdeck {

// `const bool go_on = co_await ticker.next();` in a loop (g++ 12 can lose a co_await inside a condition).
// Used from one thread. Not destroyed while `next` is awaited: stop it first and let it return.
class Ticker {
 public:
  Ticker(Timers& timers, Milliseconds interval) : timers_(timers), interval_(interval) {}

  // True after the interval; false once stopped, at once or while waiting.
  Task<bool> next() {
    if (stopped_) co_return false;
    auto wait = callback_awaiter<bool>([this](auto done) {
      waiting_ = timers_.start(interval_, [done](bool fired) mutable { done(fired); });
    });
    const bool fired = co_await wait;
    waiting_.reset();
    co_return fired && !stopped_;
  }

  void stop() {
    stopped_ = true;
    if (waiting_) timers_.cancel(*waiting_);
  }

 private:
  Timers& timers_;
  Milliseconds interval_;
  std::optional<Timers::TimerId> waiting_;
  bool stopped_ = false;
};

}  // namespace flightdeck
