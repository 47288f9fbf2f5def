// Timers in the order in which they are due. It has no clock and no thread: EventLoop provides both.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/executor.h"

namespace flightdeck::net {

// Not thread-safe. Adding and removing cost O(log n) and, once the queue has grown, allocate nothing. Most
// timers are cancelled long before they are due.
class TimerQueue {
 public:
  using Time = std::chrono::steady_clock::time_point;

  Timers::TimerId add(Time due, Timers::Callback callback);
  // Removes a timer and returns its callback. nullopt when it has fired, was removed, or never existed.
  std::optional<Timers::Callback> remove(Timers::TimerId id);
  // Removes the earliest timer that is due at `now`. Timers of one instant come in the order in which they
  // were added.
  std::optional<Timers::Callback> take_due(Time now);
  std::optional<Timers::Callback> take_any();

  std::optional<Time> earliest() const;
  bool empty() const { return heap_.empty(); }

 private:
  struct Entry {
    Time due;
    std::uint64_t sequence = 0;
    std::uint32_t slot = 0;
    bool operator<(const Entry& other) const {
      return due != other.due ? due < other.due : sequence < other.sequence;
    }
  };
  struct Slot {
    Timers::Callback callback;
    std::uint32_t generation = 0;
    std::uint32_t heap_index = 0;
  };

  Timers::Callback take(std::size_t heap_index);
  void put(std::size_t heap_index, const Entry& entry);
  void sift_up(std::size_t heap_index);
  void sift_down(std::size_t heap_index);

  // A binary heap with the earliest timer first.
  std::vector<Entry> heap_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_slots_;
  std::uint64_t next_sequence_ = 0;
};

}  // namespace flightdeck::net
