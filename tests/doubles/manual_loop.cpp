#include "doubles/manual_loop.h"

#include <algorithm>

namespace flightdeck::test {

void ManualLoop::post(std::function<void()> work) {
  const std::lock_guard lock(mutex_);
  ready_.push_back(std::move(work));
  posted_.notify_one();
}

Timers::TimerId ManualLoop::start(Milliseconds delay, Callback callback) {
  const TimerId id = next_timer_++;
  timers_.emplace(clock_.now() + delay, Timer{id, std::move(callback)});
  return id;
}

void ManualLoop::cancel(TimerId id) {
  const auto found =
      std::find_if(timers_.begin(), timers_.end(), [id](const auto& timer) { return timer.second.id == id; });
  if (found == timers_.end()) return;
  post([callback = std::move(found->second.callback)] { callback(false); });
  timers_.erase(found);
}

bool ManualLoop::run_one() {
  std::function<void()> work;
  {
    const std::lock_guard lock(mutex_);
    if (ready_.empty()) return false;
    work = std::move(ready_.front());
    ready_.pop_front();
  }
  work();
  return true;
}

void ManualLoop::run() {
  while (run_one()) {
  }
}

void ManualLoop::advance(Milliseconds by) {
  const Instant end = clock_.now() + by;
  run();
  while (!timers_.empty() && timers_.begin()->first <= end) {
    auto timer = timers_.extract(timers_.begin());
    clock_.set(std::max(clock_.now(), timer.key()));
    timer.mapped().callback(true);
    run();
  }
  clock_.set(end);
}

void ManualLoop::run_until(const std::function<bool()>& done) {
  run();
  while (!done()) {
    {
      std::unique_lock lock(mutex_);
      if (!posted_.wait_for(lock, std::chrono::minutes{1}, [this] { return !ready_.empty(); })) {
        throw std::runtime_error("nothing happened for a minute");
      }
    }
    run();
  }
}

}  // namespace flightdeck::test
