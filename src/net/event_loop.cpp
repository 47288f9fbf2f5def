#include "net/event_loop.h"

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <mutex>
#include <utility>
#include <vector>

#include "net/timer_queue.h"

namespace flightdeck::net {

namespace asio = boost::asio;

struct EventLoop::Impl {
  using Time = TimerQueue::Time;

  asio::io_context context{1};

  // Guards what other threads touch.
  std::mutex mutex;
  std::vector<std::function<void()>> posted;
  bool wake_up_posted = false;

  // Kept for its memory.
  std::vector<std::function<void()>> running;
  TimerQueue timers;
  std::vector<Callback> cancelled;
  asio::steady_timer alarm{context};
  Time alarm_at = Time::max();

  void post(std::function<void()> work) {
    bool wake_up = false;
    {
      const std::lock_guard lock(mutex);
      posted.push_back(std::move(work));
      wake_up = !std::exchange(wake_up_posted, true);
    }
    if (wake_up) asio::post(context, [this] { run_posted(); });
  }

  void wake_up() {
    {
      const std::lock_guard lock(mutex);
      if (std::exchange(wake_up_posted, true)) return;
    }
    asio::post(context, [this] { run_posted(); });
  }

  void run_posted() {
    {
      const std::lock_guard lock(mutex);
      running.swap(posted);
      wake_up_posted = false;
    }
    for (auto& work : running) {
      work();
      // What it holds goes before the next one runs.
      work = nullptr;
    }
    running.clear();
    for (Callback& callback : std::exchange(cancelled, {})) callback(false);
  }

  bool anything_posted() {
    const std::lock_guard lock(mutex);
    return !posted.empty();
  }

  TimerId start(Milliseconds delay, Callback callback) {
    const Time due = std::chrono::steady_clock::now() + std::max(delay, Milliseconds::zero());
    const TimerId id = timers.add(due, std::move(callback));
    if (due < alarm_at) set_alarm(due);
    return id;
  }

  // The alarm is only ever brought forward: most timers are cancelled, and setting it anew costs more than
  // one needless wake-up.
  void set_alarm(Time at) {
    alarm_at = at;
    alarm.expires_at(at);
    alarm.async_wait([this](const boost::system::error_code& error) {
      if (!error) fire();
    });
  }

  void fire() {
    // Timers that callbacks start need not set it.
    alarm_at = Time::min();
    const Time now = std::chrono::steady_clock::now();
    while (std::optional<Callback> callback = timers.take_due(now)) (*callback)(true);
    alarm_at = Time::max();
    if (const std::optional<Time> next = timers.earliest()) set_alarm(*next);
  }

  void cancel(TimerId id) {
    std::optional<Callback> callback = timers.remove(id);
    if (!callback) return;
    cancelled.push_back(*std::move(callback));
    if (cancelled.size() == 1) wake_up();
  }

  void drain() {
    do {
      while (std::optional<Callback> callback = timers.take_any()) (*callback)(false);
      run_posted();
      context.poll();
    } while (!timers.empty() || !cancelled.empty() || anything_posted());
  }
};

EventLoop::EventLoop() : impl_(std::make_unique<Impl>()) {}
EventLoop::~EventLoop() = default;

void EventLoop::run() {
  const auto stay = asio::make_work_guard(impl_->context);
  impl_->context.run();
  impl_->context.restart();
  impl_->drain();
}

void EventLoop::stop() {
  impl_->post([this] { impl_->context.stop(); });
}

void EventLoop::post(std::function<void()> work) { impl_->post(std::move(work)); }

Timers::TimerId EventLoop::start(Milliseconds delay, Callback callback) {
  return impl_->start(delay, std::move(callback));
}

void EventLoop::cancel(TimerId id) { impl_->cancel(id); }

asio::io_context& EventLoop::context() { return impl_->context; }

}  // namespace flightdeck::net
