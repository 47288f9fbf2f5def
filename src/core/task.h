// Coroutines of the business code: lazy, single-threaded, without any event-loop header.
//
// A Task starts when it is awaited (or spawned) and runs on the executor of whoever awaits it; every
// awaitable of an adapter resumes it there. Name every object first, then `co_await f(std::move(object))`:
// g++ 12 destroys an aggregate temporary inside a co_await expression twice. Likewise await first and test
// the result then: it can lose a coroutine whose first co_await stands in a condition. Coroutine parameters
// are taken by value.
#pragma once

#include <coroutine>
#include <cstddef>
#include <exception>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "core/frame_pool.h"

namespace flightdeck {

template <class T = void>
class Task;

namespace task_detail {

struct FinalAwaiter {
  bool await_ready() const noexcept { return false; }
  template <class Promise>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> done) const noexcept {
    const auto next = done.promise().continuation;
    return next ? next : std::noop_coroutine();
  }
  void await_resume() const noexcept {}
};

struct PromiseBase : FrameFromPool {
  std::coroutine_handle<> continuation;
  std::suspend_always initial_suspend() const noexcept { return {}; }
  FinalAwaiter final_suspend() const noexcept { return {}; }
};

template <class T>
struct Promise : PromiseBase {
  std::variant<std::monostate, T, std::exception_ptr> outcome;

  Task<T> get_return_object();
  template <class U>
  void return_value(U&& value) {
    outcome.template emplace<1>(std::forward<U>(value));
  }
  void unhandled_exception() { outcome.template emplace<2>(std::current_exception()); }
  T take() {
    if (outcome.index() == 2) std::rethrow_exception(std::get<2>(outcome));
    return std::move(std::get<1>(outcome));
  }
};

template <>
struct Promise<void> : PromiseBase {
  std::exception_ptr failure;

  Task<void> get_return_object();
  void return_void() const noexcept {}
  void unhandled_exception() { failure = std::current_exception(); }
  void take() {
    if (failure) std::rethrow_exception(failure);
  }
};

}  // namespace task_detail

// Owns its coroutine frame. Awaited at most once. Destroying an unstarted or finished task is safe;
// destroying one that is suspended in an adapter is not (the adapter would resume a dead frame): wait for it
// instead.
template <class T>
class [[nodiscard]] Task {
 public:
  using promise_type = task_detail::Promise<T>;
  using Handle = std::coroutine_handle<promise_type>;

  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      if (handle_) handle_.destroy();
      handle_ = std::exchange(other.handle_, {});
    }
    return *this;
  }
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  ~Task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiter) noexcept {
    handle_.promise().continuation = waiter;
    return handle_;
  }
  T await_resume() { return handle_.promise().take(); }

 private:
  friend promise_type;
  explicit Task(Handle handle) : handle_(handle) {}
  Handle handle_;
};

template <class T>
Task<T> task_detail::Promise<T>::get_return_object() {
  return Task<T>(std::coroutine_handle<Promise>::from_promise(*this));
}
inline Task<void> task_detail::Promise<void>::get_return_object() {
  return Task<void>(std::coroutine_handle<Promise>::from_promise(*this));
}

// Bridges a callback API: `co_await callback_awaiter<T>(start)` calls `start(done)`; `done(value)` resumes
// the waiter. `done` may run inline or later, but always on the waiter's own thread, and exactly once.
template <class T, class Start>
class CallbackAwaiter {
 public:
  explicit CallbackAwaiter(Start start) : start_(std::move(start)) {}
  CallbackAwaiter(const CallbackAwaiter&) = delete;
  CallbackAwaiter& operator=(const CallbackAwaiter&) = delete;

  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> waiter) {
    start_([this, waiter](T value) {
      value_.emplace(std::move(value));
      if (suspended_) waiter.resume();
    });
    // Completed inline: go straight on instead of resuming from inside the callback.
    suspended_ = !value_.has_value();
    return suspended_;
  }
  T await_resume() { return std::move(*value_); }

 private:
  Start start_;
  std::optional<T> value_;
  bool suspended_ = false;
};

template <class T, class Start>
CallbackAwaiter<T, Start> callback_awaiter(Start start) {
  return CallbackAwaiter<T, Start>(std::move(start));
}

// Detached tasks of one thread, counted: nothing is torn down while one of them still runs.
// Used from one thread only.
class TaskScope {
 public:
  using OnError = std::function<void(std::exception_ptr)>;

  explicit TaskScope(OnError on_error) : on_error_(std::move(on_error)) {}
  TaskScope(const TaskScope&) = delete;
  TaskScope& operator=(const TaskScope&) = delete;

  // Starts the task now; runs it inline up to its first suspension. An exception that leaves it goes to
  // `on_error`.
  void spawn(Task<void> task) {
    ++running_;
    run(*this, std::move(task));
  }
  std::size_t running() const { return running_; }

 private:
  struct Detached {
    struct promise_type : FrameFromPool {
      Detached get_return_object() const noexcept { return {}; }
      std::suspend_never initial_suspend() const noexcept { return {}; }
      std::suspend_never final_suspend() const noexcept { return {}; }
      void return_void() const noexcept {}
      void unhandled_exception() const noexcept { std::terminate(); }
    };
  };
  static Detached run(TaskScope& scope, Task<void> task) {
    try {
      co_await std::move(task);
    } catch (...) {
      scope.on_error_(std::current_exception());
    }
    --scope.running_;
  }

  OnError on_error_;
  std::size_t running_ = 0;
};

}  // namespace flightdeck
