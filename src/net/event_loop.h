// The event loop of one thread. Everything of that thread runs on it, so none of it needs a lock.
#pragma once

#include <memory>

#include "core/executor.h"

namespace boost::asio {
class io_context;
}

namespace flightdeck::net {

// The loop's own thread is the one that calls `run`. Work and callbacks must not throw.
class EventLoop final : public Executor, public Timers {
 public:
  EventLoop();
  // Only after `run` has returned, or if it was never called. Work that was posted too late is dropped.
  ~EventLoop() override;
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // Runs until `stop`. Then it cancels every timer and runs posted work until none is left, so that tasks
  // which wait for a timer or for posted work end.
  void run();
  // Thread-safe. May be called at any time.
  void stop();

  // Thread-safe. However much is posted between two turns of the loop, it is woken once.
  void post(std::function<void()> work) override;

  // Call these from the loop's own thread, or before `run`.
  TimerId start(Milliseconds delay, Callback callback) override;
  void cancel(TimerId id) override;

  // For adapters that do I/O on this loop.
  boost::asio::io_context& context();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace flightdeck::net
