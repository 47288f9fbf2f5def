#include "simulation/process_loop.h"

#include <stdexcept>
#include <utility>

#include "doubles/booking_world.h"

namespace flightdeck::simulation {

namespace {
constexpr int run_out_steps_max = 1'000'000;
}

Instant ProcessLoop::now() const {
  return test::world_start + std::chrono::duration_cast<Milliseconds>(queue_.now()) + clock_ahead_;
}

void ProcessLoop::post(std::function<void()> work) {
  ready_.push_back(std::move(work));
  wake();
}

Timers::TimerId ProcessLoop::start(Milliseconds delay, Callback callback) {
  const TimerId id = next_timer_++;
  timers_.emplace(id, std::move(callback));
  if (!running_) return id;
  queue_.after(delay, [weak = weak_from_this(), id] {
    const auto self = weak.lock();
    if (!self || !self->running_) return;
    const auto found = self->timers_.find(id);
    if (found == self->timers_.end()) return;
    self->post([fire = std::move(found->second)] { fire(true); });
    self->timers_.erase(found);
  });
  return id;
}

void ProcessLoop::cancel(TimerId id) {
  const auto found = timers_.find(id);
  if (found == timers_.end()) return;
  post([callback = std::move(found->second)] { callback(false); });
  timers_.erase(found);
}

void ProcessLoop::wake() {
  if (woken_ || !running_ || ready_.empty()) return;
  woken_ = true;
  queue_.after(Micros(queue_.dice().between(1, 30)), [weak = weak_from_this()] {
    if (const auto self = weak.lock(); self && self->running_) self->turn();
  });
}

void ProcessLoop::turn() {
  woken_ = false;
  if (!before_turn_() || ready_.empty()) return;
  const std::function<void()> work = std::move(ready_.front());
  ready_.pop_front();
  work();
  wake();
}

void ProcessLoop::run_out() {
  running_ = false;
  for (int steps = 0; !ready_.empty() || !timers_.empty(); ++steps) {
    if (steps == run_out_steps_max) throw std::logic_error("a process that is gone does not end");
    if (!ready_.empty()) {
      const std::function<void()> work = std::move(ready_.front());
      ready_.pop_front();
      work();
    } else {
      const auto first = timers_.begin();
      const Callback fire = std::move(first->second);
      timers_.erase(first);
      fire(true);
    }
  }
}

}  // namespace flightdeck::simulation
