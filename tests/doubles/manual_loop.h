// One thread's event loop and clock, driven by the test: nothing happens, and no time passes, unless it says
// so.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>

#include "core/executor.h"
#include "core/task.h"
#include "core/time.h"

namespace flightdeck::test {

class ManualClock final : public Clock {
 public:
  explicit ManualClock(Instant start) : ms_(to_unix_ms(start)) {}
  Instant now() const override { return from_unix_ms(ms_.load()); }
  void set(Instant now) { ms_.store(to_unix_ms(now)); }

 private:
  std::atomic<std::int64_t> ms_;
};

// `post` may be called from any thread, everything else from the test's.
class ManualLoop final : public Executor, public Timers {
 public:
  explicit ManualLoop(ManualClock& clock) : clock_(clock) {}

  void post(std::function<void()> work) override;
  TimerId start(Milliseconds delay, Callback callback) override;
  void cancel(TimerId id) override;

  // Runs the next posted work. Returns false when there is none.
  bool run_one();
  // Runs what is posted, and what that posts, until nothing is left.
  void run();
  // Moves the clock on, firing timers when their time comes and running what is posted in between.
  void advance(Milliseconds by);
  // Runs what is posted by other threads, too, until `done`. A minute without it is a hang: throws.
  void run_until(const std::function<bool()>& done);
  std::size_t timers_running() const { return timers_.size(); }

 private:
  struct Timer {
    TimerId id;
    Callback callback;
  };
  ManualClock& clock_;
  std::mutex mutex_;
  std::condition_variable posted_;
  std::deque<std::function<void()>> ready_;
  std::multimap<Instant, Timer> timers_;
  TimerId next_timer_ = 1;
};

// A task under way.
template <class T>
class Started {
 public:
  struct State {
    std::optional<T> value;
    std::exception_ptr failure;
  };
  explicit Started(std::shared_ptr<State> state) : state_(std::move(state)) {}
  bool done() const { return state_->value || state_->failure; }
  // Throws what the task threw, and std::logic_error when it still waits for something.
  T take() {
    if (state_->failure) std::rethrow_exception(state_->failure);
    if (!state_->value) throw std::logic_error("the task has not ended");
    return std::move(*state_->value);
  }

 private:
  std::shared_ptr<State> state_;
};

struct Nothing {};

namespace started_detail {

struct Runner {
  struct promise_type {
    Runner get_return_object() const noexcept { return {}; }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() const noexcept { std::terminate(); }
  };
  static Runner run(Task<void> task) { co_await std::move(task); }
};

template <class T, class State>
Task<void> keep(Task<T> task, std::shared_ptr<State> state) {
  try {
    if constexpr (std::is_void_v<T>) {
      co_await std::move(task);
      state->value.emplace();
    } else {
      state->value.emplace(co_await std::move(task));
    }
  } catch (...) {
    state->failure = std::current_exception();
  }
}

}  // namespace started_detail

// Runs the task up to its first wait.
template <class T>
auto start(Task<T> task) {
  using Value = std::conditional_t<std::is_void_v<T>, Nothing, T>;
  auto state = std::make_shared<typename Started<Value>::State>();
  started_detail::Runner::run(started_detail::keep<T>(std::move(task), state));
  return Started<Value>(std::move(state));
}

// Runs the task to its end without any time passing.
template <class T>
auto finish(ManualLoop& loop, Task<T> task) {
  auto started = start(std::move(task));
  loop.run();
  return started.take();
}

// Runs a task to its end that other threads have a part in.
template <class T>
auto finish_with_threads(ManualLoop& loop, Task<T> task) {
  auto started = start(std::move(task));
  loop.run_until([&] { return started.done(); });
  return started.take();
}

// Runs a task that no loop is needed for.
template <class T>
auto finish_inline(Task<T> task) {
  return start(std::move(task)).take();
}

}  // namespace flightdeck::test
