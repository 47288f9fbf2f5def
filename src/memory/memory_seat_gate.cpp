#include "memory/memory_seat_gate.h"

#include "memory/stored_versions.h"

namespace flightdeck::memory {

using booking::Hold;
using booking::ReserveAnswer;
using booking::SeatUpdate;

Task<ReserveAnswer> MemorySeatGate::reserve(FlightId flight, BookingId booking, std::int64_t seats,
                                            Instant now) {
  const std::lock_guard lock(mutex_);
  const auto found = flights_.find(flight);
  if (found == flights_.end()) co_return ReserveAnswer::cold;
  Entry& entry = found->second;
  if (entry.holds.contains(booking)) co_return ReserveAnswer::held;
  if (entry.available - entry.held < seats) co_return ReserveAnswer::sold_out;
  entry.holds.emplace(booking, OpenHold{seats, now});
  entry.held += seats;
  co_return ReserveAnswer::held;
}

Task<bool> MemorySeatGate::sync(std::vector<SeatUpdate> updates) {
  const std::lock_guard lock(mutex_);
  for (const SeatUpdate& item : updates) {
    if (item.off_sale) {
      flights_.erase(item.flight);
      continue;
    }
    auto found = flights_.find(item.flight);
    if (found == flights_.end()) {
      if (!item.count) continue;
      found = flights_.try_emplace(item.flight).first;
    }
    Entry& entry = found->second;
    for (const BookingId booking : item.holds_to_drop) {
      const auto hold = entry.holds.find(booking);
      if (hold == entry.holds.end()) continue;
      entry.held -= hold->second.seats;
      entry.holds.erase(hold);
    }
    if (item.count && item.count->version > entry.version) {
      entry.version = item.count->version;
      entry.available = item.count->available;
    }
  }
  co_return true;
}

Task<std::vector<flights::StoredVersion>> MemorySeatGate::versions(std::vector<FlightId> flights) {
  const std::lock_guard lock(mutex_);
  co_return versions_in(flights_, flights);
}

Task<bool> MemorySeatGate::forget_versions(std::vector<flights::StoredVersion> seen) {
  const std::lock_guard lock(mutex_);
  forget_versions_in(flights_, seen);
  co_return true;
}

Task<std::optional<std::int64_t>> MemorySeatGate::sellable(FlightId flight) {
  const std::lock_guard lock(mutex_);
  const auto found = flights_.find(flight);
  if (found == flights_.end()) co_return std::nullopt;
  co_return found->second.available - found->second.held;
}

Task<std::optional<std::vector<booking::GateState>>> MemorySeatGate::inspect(std::vector<FlightId> flights) {
  const std::lock_guard lock(mutex_);
  std::vector<booking::GateState> states(flights.size());
  for (std::size_t i = 0; i < flights.size(); ++i) {
    const auto found = flights_.find(flights[i]);
    if (found == flights_.end()) continue;
    const Entry& entry = found->second;
    booking::GateState& inspect = states[i];
    inspect.counter = entry.available - entry.held;
    inspect.version = entry.version;
    inspect.available = entry.available;
    for (const auto& [booking, hold] : entry.holds)
      inspect.holds.push_back({booking, hold.seats, hold.since});
  }
  co_return states;
}

Task<std::vector<Hold>> MemorySeatGate::stale_holds(Instant before, std::size_t limit) {
  const std::lock_guard lock(mutex_);
  std::vector<Hold> stale;
  for (const auto& [flight, entry] : flights_) {
    for (const auto& [booking, hold] : entry.holds) {
      if (hold.since >= before) continue;
      if (stale.size() == limit) co_return stale;
      stale.push_back({flight, booking, hold.since});
    }
  }
  co_return stale;
}

}  // namespace flightdeck::memory
