// The flight index inside the process, for the embedded shape.
#pragma once

#include <map>
#include <set>
#include <shared_mutex>
#include <string>
#include <tuple>
#include <unordered_map>

#include "flights/change_clock.h"
#include "flights/flight_index.h"

namespace flightdeck::memory {

// Thread-safe; answers inline, so it can be awaited on any thread. Never away.
class MemoryFlightIndex final : public flights::FlightIndex {
 public:
  // Marks every change in `changes` before the call that makes it returns. `changes` outlives this object,
  // and may be null.
  explicit MemoryFlightIndex(flights::ChangeClock* changes = nullptr) : changes_(changes) {}

  Task<std::optional<flights::SearchPage>> search(flights::SearchQuery query, Instant now) override;
  Task<bool> update(std::vector<flights::Flight> flights, Instant now) override;
  Task<bool> update_seats(std::vector<flights::Flight> flights, Instant now) override {
    return update(std::move(flights), now);
  }
  Task<bool> restore(std::vector<flights::Flight> flights, Instant now) override {
    // No other process changes this index, so there is nothing else to correct.
    return update(std::move(flights), now);
  }
  Task<std::vector<flights::StoredVersion>> versions(std::vector<FlightId> flights) override;
  Task<bool> forget_versions(std::vector<flights::StoredVersion> seen) override;
  Task<std::vector<FlightId>> drop_departed(Instant now) override;
  Task<std::optional<flights::IndexStates>> inspect(std::vector<flights::Flight> rows, Instant now) override;
  // It loses nothing as long as it lives, and it is filled before the first search. It is therefore always
  // complete.
  Task<flights::RebuildStart> begin_rebuild() override { co_return flights::RebuildStart::unneeded; }
  Task<bool> renew_rebuild() override { co_return true; }
  Task<bool> complete_rebuild() override { co_return true; }
  Task<bool> mark_incomplete() override { co_return true; }

 private:
  // Source, destination (place_key form), local date.
  using Route = std::tuple<std::string, std::string, Date>;
  struct Orders {
    std::set<flights::SearchPosition> by_price;
    std::set<flights::SearchPosition> by_duration;
    std::set<flights::SearchPosition> by_departure;
  };

  // In how many of the three orders of its route the flight has the position that its fields give.
  std::size_t places_of(const flights::Flight& flight) const;
  void insert(const flights::Flight& flight);
  void remove(const flights::Flight& flight);
  void mark_changed(FlightId flight);
  void mark_changed(const Route& route);

  flights::ChangeClock* const changes_;
  std::shared_mutex mutex_;
  std::unordered_map<FlightId, flights::Flight> flights_;
  std::map<Route, Orders> routes_;
  std::set<std::pair<Instant, FlightId>> departures_;
};

}  // namespace flightdeck::memory
