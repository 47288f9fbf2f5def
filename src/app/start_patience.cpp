#include "app/start_patience.h"

#include <pthread.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <future>
#include <thread>

#include "app/database.h"
#include "core/limits.h"

namespace flightdeck::app {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds signal_look_pause{20};

// SIGTERM and SIGINT wait until they are asked for.
class SignalsHeld {
 public:
  SignalsHeld() {
    sigemptyset(&held_);
    sigaddset(&held_, SIGTERM);
    sigaddset(&held_, SIGINT);
    pthread_sigmask(SIG_BLOCK, &held_, &before_);
  }
  ~SignalsHeld() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  SignalsHeld(const SignalsHeld&) = delete;
  SignalsHeld& operator=(const SignalsHeld&) = delete;

 private:
  sigset_t held_{};
  sigset_t before_{};
};

}  // namespace

StartPatience::StartPatience(std::chrono::seconds timeout, int stopped, telemetry::JsonLog& log)
    : until_(steady_clock::now() + timeout), stopped_(stopped), log_(log) {}

void StartPatience::attempt_until_done(const std::function<void()>& work) {
  const SignalsHeld held;
  milliseconds pause = limits::start_pause_first;
  for (;;) {
    try {
      return attempt(work);
    } catch (const DatabaseNotThereYet& error) {
      const auto left = std::chrono::ceil<milliseconds>(until_ - steady_clock::now());
      if (left <= milliseconds::zero()) throw;
      if (!std::exchange(told_, true)) {
        const std::int64_t seconds = std::chrono::ceil<std::chrono::seconds>(left).count();
        log_.warn("waiting for the database", {{"error", error.what()}, {"at_most_s", seconds}});
        log_.flush();
      }
      look_for_stop(std::min(pause, left));
      pause = std::min(pause * 2, limits::start_pause_longest);
    }
  }
}

void StartPatience::attempt(const std::function<void()>& work) {
  std::packaged_task<void()> task(work);
  std::future<void> done = task.get_future();
  std::thread thread(std::move(task));
  while (done.wait_for(signal_look_pause) != std::future_status::ready) look_for_stop(milliseconds::zero());
  thread.join();
  done.get();
}

void StartPatience::look_for_stop(milliseconds within) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  const auto until = steady_clock::now() + within;
  for (;;) {
    const auto left =
        std::max(std::chrono::nanoseconds(until - steady_clock::now()), std::chrono::nanoseconds(0));
    const auto whole = std::chrono::duration_cast<std::chrono::seconds>(left);
    const timespec timeout{whole.count(), (left - whole).count()};
    const int signal_number = sigtimedwait(&signals, nullptr, &timeout);
    if (signal_number > 0) {
      log_.info("stopped while starting", {{"signal", std::int64_t{signal_number}}});
      log_.flush();
      // What is under way may stand still in the system's resolver, and nothing of it is lost that was told
      // to anybody.
      std::_Exit(stopped_);
    }
    if (errno != EINTR) return;
  }
}

}  // namespace flightdeck::app
