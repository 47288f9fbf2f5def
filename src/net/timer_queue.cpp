#include "net/timer_queue.h"

#include <utility>

namespace flightdeck::net {

Timers::TimerId TimerQueue::add(Time due, Timers::Callback callback) {
  std::uint32_t slot = 0;
  if (free_slots_.empty()) {
    slot = static_cast<std::uint32_t>(slots_.size());
    slots_.emplace_back();
  } else {
    slot = free_slots_.back();
    free_slots_.pop_back();
  }
  slots_[slot].callback = std::move(callback);
  heap_.push_back({due, next_sequence_++, slot});
  slots_[slot].heap_index = static_cast<std::uint32_t>(heap_.size() - 1);
  sift_up(heap_.size() - 1);
  // The generation tells a slot's timers apart; starting at 1 it keeps 0 from ever being an id.
  return static_cast<Timers::TimerId>(slots_[slot].generation + 1) << 32 | slot;
}

std::optional<Timers::Callback> TimerQueue::remove(Timers::TimerId id) {
  const auto slot = static_cast<std::uint32_t>(id);
  if (slot >= slots_.size() || !slots_[slot].callback) return std::nullopt;
  if (slots_[slot].generation + 1 != static_cast<std::uint32_t>(id >> 32)) return std::nullopt;
  return take(slots_[slot].heap_index);
}

std::optional<Timers::Callback> TimerQueue::take_due(Time now) {
  if (heap_.empty() || heap_.front().due > now) return std::nullopt;
  return take(0);
}

std::optional<Timers::Callback> TimerQueue::take_any() {
  if (heap_.empty()) return std::nullopt;
  return take(0);
}

std::optional<TimerQueue::Time> TimerQueue::earliest() const {
  if (heap_.empty()) return std::nullopt;
  return heap_.front().due;
}

Timers::Callback TimerQueue::take(std::size_t heap_index) {
  const std::uint32_t slot = heap_[heap_index].slot;
  const Entry last = heap_.back();
  heap_.pop_back();
  if (heap_index < heap_.size()) {
    put(heap_index, last);
    sift_up(heap_index);
    sift_down(slots_[last.slot].heap_index);
  }
  // 31 bits, so that generation + 1 stays in the id's upper half.
  slots_[slot].generation = (slots_[slot].generation + 1) & 0x7FFFFFFFU;
  free_slots_.push_back(slot);
  return std::exchange(slots_[slot].callback, nullptr);
}

void TimerQueue::put(std::size_t heap_index, const Entry& entry) {
  heap_[heap_index] = entry;
  slots_[entry.slot].heap_index = static_cast<std::uint32_t>(heap_index);
}

void TimerQueue::sift_up(std::size_t heap_index) {
  const Entry entry = heap_[heap_index];
  while (heap_index > 0) {
    const std::size_t parent = (heap_index - 1) / 2;
    if (!(entry < heap_[parent])) break;
    put(heap_index, heap_[parent]);
    heap_index = parent;
  }
  put(heap_index, entry);
}

void TimerQueue::sift_down(std::size_t heap_index) {
  const Entry entry = heap_[heap_index];
  for (;;) {
    std::size_t child = 2 * heap_index + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && heap_[child + 1] < heap_[child]) ++child;
    if (!(heap_[child] < entry)) break;
    put(heap_index, heap_[child]);
    heap_index = child;
  }
  put(heap_index, entry);
}

}  // namespace flightdeck::net
