// One thread's event loop: everything of that thread runs on it, so nothing of that thread needs a lock.
#pragma once

#include <memory>

#include "core/executor.h"

namespace boost::asio {
class io_context;
}

namespace flightdeck::net {

// The thread that calls `run` is the loop's own. Work and callbacks must not throw.
class EventLoop final : public Executor, public Timers {
 public:
  EventLoop();
  // After `run` has returned (or without it ever being called). What was posted too late is dropped.
  ~EventLoop() override;
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // Runs until `stop`; then cancels every timer and runs what is posted until nothing is left, so that tasks
  // which wait for either come to their end.
  void run();
  // Thread-safe, at any time.
  void stop();

  // Thread-safe. However much is posted between two turns of the loop, it is woken once.
  void post(std::function<void()> work) override;

  // From the loop's own thread, or before `run`.
  TimerId start(Milliseconds delay, Callback callback) override;
  void cancel(TimerId id) override;

  // For adapters that do their input and output on this loop.
  boost::asio::io_context& context();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace flightdeck::net
