#include "flights/change_clock.h"

#include <algorithm>

namespace flightdeck::flights {

namespace {

// FNV-1a: the same in every build, and good enough for names of places.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash ^ hash >> 32;
}

}  // namespace

ChangeClock::Slot ChangeClock::slot_of(FlightId flight) {
  // The bits that are fixed in every UUID must not choose the slot.
  return static_cast<Slot>((std::hash<FlightId>{}(flight)*0x9e3779b97f4a7c15) >> (64 - slot_bits));
}

ChangeClock::Slot ChangeClock::slot_of_route(std::string_view route) {
  return static_cast<Slot>(hash_of(route) % slot_count);
}

bool ChangeClock::unchanged(Moment since, std::span<const Slot> slots) const {
  if (everything_changed_.load() > since) return false;
  return std::all_of(slots.begin(), slots.end(), [&](Slot slot) { return changed_[slot].load() <= since; });
}

// Two marks of one slot may overtake each other: the later one stays.
void ChangeClock::mark(std::atomic<Moment>& last) {
  const Moment mine = now_.fetch_add(1) + 1;
  Moment stored = last.load();
  while (stored < mine && !last.compare_exchange_weak(stored, mine)) {
  }
}

}  // namespace flightdeck::flights
