// Many clients at once.
#pragma once

#include <barrier>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace flightdeck::test {

// Runs `act(0)` … `act(size - 1)` on threads of their own that all start together; returns when all are done.
// The first exception thrown by one of them is thrown again here.
inline void crowd(int size, const std::function<void(int)>& act) {
  std::barrier start(size);
  std::mutex mutex;
  std::exception_ptr first;
  {
    std::vector<std::jthread> members;
    members.reserve(static_cast<std::size_t>(size));
    for (int member = 0; member < size; ++member) {
      members.emplace_back([&, member] {
        start.arrive_and_wait();
        try {
          act(member);
        } catch (...) {
          const std::lock_guard lock(mutex);
          if (!first) first = std::current_exception();
        }
      });
    }
  }
  if (first) std::rethrow_exception(first);
}

}  // namespace flightdeck::test
