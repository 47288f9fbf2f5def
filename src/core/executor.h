// Where work runs, and timers: the two things the business code needs of an event loop, without its headers.
#pragma once

#include <functional>

#include "core/time.h"

namespace flightdeck {

// Runs functions one after another on one thread. `post` is thread-safe and never runs the function inline.
class Executor {
 public:
  virtual ~Executor() = default;
  virtual void post(std::function<void()> work) = 0;
};

// One-shot timers. Used only from the executor's own thread; the callback runs there too, exactly once:
// `fired` is true when the time came, false when the timer was cancelled.
class Timers {
 public:
  using Callback = std::function<void(bool fired)>;
  using TimerId = std::uint64_t;

  virtual ~Timers() = default;
  virtual TimerId start(Milliseconds delay, Callback callback) = 0;
  // The callback of a cancelled timer runs later (from the executor), with `false`. Unknown ids are ignored.
  virtual void cancel(TimerId id) = 0;
};

}  // namespace flightdeck
