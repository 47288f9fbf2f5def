// Runs several tasks of one thread side by side and waits for all of them.
#pragma once

#include <functional>
#include <vector>

#include "core/task.h"

namespace flightdeck {

namespace gather_detail {

struct Countdown {
  std::size_t left;
  std::function<void(bool)> done;
};

// A task that fails counts as done. Its exception goes to the scope.
inline Task<void> count_down(Task<void> task, Countdown& countdown) {
  std::exception_ptr failure;
  try {
    co_await std::move(task);
  } catch (...) {
    failure = std::current_exception();
  }
  if (--countdown.left == 0 && countdown.done) {
    // The countdown dies as its waiter goes on.
    const auto done = std::move(countdown.done);
    done(true);
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace gather_detail

inline Task<void> gather(TaskScope& scope, std::vector<Task<void>> tasks) {
  gather_detail::Countdown countdown{tasks.size(), nullptr};
  for (Task<void>& task : tasks) scope.spawn(gather_detail::count_down(std::move(task), countdown));
  if (countdown.left == 0) co_return;
  auto all = callback_awaiter<bool>([&countdown](auto done) { countdown.done = done; });
  co_await all;
}

}  // namespace flightdeck
