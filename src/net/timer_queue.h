// Timers in the order they are due. No clock and no thread of its own: EventLoop brings both.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/executor.h"

namespace flightdeck::net {

// Not thread-safe. Adding and removing cost O(log n) and, once grown, allocate nothing: most timers are
// cancelled long before they are due.
class TimerQueue {
 public:
  using Time = std::chrono::steady_clock::time_point;

  Timers::TimerId add(Time due, Timers::Callback callback);
  // The callback of a timer that is still there; nullopt for one that fired, was removed, or never was.
  std::optional<Timers::Callback> remove(Timers::TimerId id);
  // The earliest timer due at `now`, those of one instant in the order they were added.
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

  // Binary, the earliest first.
  std::vector<Entry> heap_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_slots_;
  std::uint64_t next_sequence_ = 0;
};

}  // namespace flightdeck::net
