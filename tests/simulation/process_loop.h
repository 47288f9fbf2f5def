// The event loop and the clock of one simulated process.
#pragma once

#include <deque>
#include <map>
#include <memory>

#include "core/executor.h"
#include "core/task.h"
#include "simulation/event_queue.h"

namespace flightdeck::simulation {

// Works on the queue of the whole history, one piece of work a turn, until it is run out. Shared, since what
// is under way to it may arrive when the process is gone: then nobody is there.
class ProcessLoop final : public Executor,
                          public Timers,
                          public Clock,
                          public std::enable_shared_from_this<ProcessLoop> {
 public:
  // `before_turn`: asked before each turn whether the process lives on; it may end it.
  ProcessLoop(EventQueue& queue, Milliseconds clock_ahead, std::function<bool()> before_turn)
      : queue_(queue), clock_ahead_(clock_ahead), before_turn_(std::move(before_turn)) {}

  void post(std::function<void()> work) override;
  TimerId start(Milliseconds delay, Callback callback) override;
  void cancel(TimerId id) override;
  Instant now() const override;

  bool running() const { return running_; }
  // The process is gone: everything that waits here goes on at once, out of time. Whatever it calls meanwhile
  // must answer inline. So no coroutine is left behind, and nothing it does reaches anybody.
  void run_out();

 private:
  void wake();
  void turn();

  EventQueue& queue_;
  const Milliseconds clock_ahead_;
  const std::function<bool()> before_turn_;
  std::deque<std::function<void()>> ready_;
  std::map<TimerId, Callback> timers_;
  TimerId next_timer_ = 1;
  bool woken_ = false;
  bool running_ = true;
};

// `co_await pause(timers, time)`; ends early when the loop is run out.
inline Task<void> pause(Timers& timers, Milliseconds time) {
  auto over = callback_awaiter<bool>(
      [&](auto done) { timers.start(time, [done](bool fired) mutable { done(fired); }); });
  co_await over;
}

}  // namespace flightdeck::simulation
