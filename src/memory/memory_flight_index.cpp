#include "memory/memory_flight_index.h"

#include <mutex>

#include "core/limits.h"
#include "memory/stored_versions.h"

namespace flightdeck::memory {

using flights::Flight;
using flights::FlightStatus;
using flights::SearchPage;
using flights::SearchQuery;
using flights::SortOrder;

Task<std::optional<SearchPage>> MemoryFlightIndex::search(SearchQuery query, Instant now) {
  const std::shared_lock lock(mutex_);
  SearchPage page;
  const auto route = routes_.find({query.source, query.destination, query.date});
  if (route == routes_.end()) co_return page;
  const Orders& orders = route->second;
  const auto& order = query.sort == SortOrder::price     ? orders.by_price
                      : query.sort == SortOrder::fastest ? orders.by_duration
                                                         : orders.by_departure;
  for (auto it = query.after ? order.upper_bound(*query.after) : order.begin(); it != order.end(); ++it) {
    const Flight& flight = flights_.at(it->id);
    page.look_at(flight, now);
    if (flight.departure <= now || flight.available_seats < query.seats) continue;
    if (page.flights.size() == query.limit) {
      page.more = true;
      break;
    }
    page.flights.push_back(flight);
  }
  co_return page;
}

Task<bool> MemoryFlightIndex::update(std::vector<Flight> flights, Instant now) {
  const std::unique_lock lock(mutex_);
  for (Flight& flight : flights) {
    const auto known = flights_.find(flight.id);
    if (known == flights_.end() || known->second.version < flight.version) mark_changed(flight.id);
    const bool departed = flight.departure <= now;
    if (known == flights_.end()) {
      if (!departed) insert(flight);
      continue;
    }
    if (known->second.version >= flight.version) continue;
    if (departed) {
      remove(known->second);
      flights_.erase(known);
      continue;
    }
    // A booking changes no place in any order: only the seats.
    const Flight& old = known->second;
    const bool same_place = old.source == flight.source && old.destination == flight.destination &&
                            old.date == flight.date && old.departure == flight.departure &&
                            old.arrival == flight.arrival && old.price == flight.price &&
                            old.status == flight.status;
    if (same_place) {
      known->second = std::move(flight);
      continue;
    }
    remove(old);
    insert(flight);
  }
  co_return true;
}

// A cancelled flight is kept until its departure, but on no route: so an older row that comes late does not
// bring it back.
void MemoryFlightIndex::insert(const Flight& flight) {
  if (flight.status == FlightStatus::scheduled) {
    const Route route{flights::place_key(flight.source), flights::place_key(flight.destination), flight.date};
    Orders& orders = routes_[route];
    orders.by_price.insert(position_of(flight, SortOrder::price));
    orders.by_duration.insert(position_of(flight, SortOrder::fastest));
    orders.by_departure.insert(position_of(flight, SortOrder::departure));
    mark_changed(route);
  }
  departures_.emplace(flight.departure, flight.id);
  flights_.insert_or_assign(flight.id, flight);
}

void MemoryFlightIndex::remove(const Flight& flight) {
  departures_.erase({flight.departure, flight.id});
  if (flight.status != FlightStatus::scheduled) return;
  const Route key{flights::place_key(flight.source), flights::place_key(flight.destination), flight.date};
  const auto route = routes_.find(key);
  Orders& orders = route->second;
  orders.by_price.erase(position_of(flight, SortOrder::price));
  orders.by_duration.erase(position_of(flight, SortOrder::fastest));
  orders.by_departure.erase(position_of(flight, SortOrder::departure));
  if (orders.by_price.empty()) routes_.erase(route);
  mark_changed(key);
}

// Under the lock: whoever reads the change has been told of it when the lock is free.
void MemoryFlightIndex::mark_changed(FlightId flight) {
  if (changes_) changes_->changed(flights::ChangeClock::slot_of(flight));
}

void MemoryFlightIndex::mark_changed(const Route& route) {
  if (!changes_) return;
  const auto& [source, destination, date] = route;
  changes_->changed(flights::ChangeClock::slot_of_route(flights::route_key(source, destination, date)));
}

Task<std::vector<flights::StoredVersion>> MemoryFlightIndex::versions(std::vector<FlightId> flights) {
  const std::shared_lock lock(mutex_);
  co_return versions_in(flights_, flights);
}

Task<bool> MemoryFlightIndex::forget_versions(std::vector<flights::StoredVersion> seen) {
  const std::unique_lock lock(mutex_);
  forget_versions_in(flights_, seen);
  co_return true;
}

Task<std::vector<FlightId>> MemoryFlightIndex::drop_departed(Instant now) {
  const std::unique_lock lock(mutex_);
  std::vector<FlightId> dropped;
  while (dropped.size() < limits::sweep_batch && !departures_.empty() && departures_.begin()->first <= now) {
    const auto flight = flights_.find(departures_.begin()->second);
    if (flight->second.status == FlightStatus::scheduled) dropped.push_back(flight->first);
    remove(flight->second);
    flights_.erase(flight);
  }
  co_return dropped;
}

std::size_t MemoryFlightIndex::places_of(const Flight& flight) const {
  const auto route =
      routes_.find({flights::place_key(flight.source), flights::place_key(flight.destination), flight.date});
  if (route == routes_.end()) return 0;
  const Orders& orders = route->second;
  return orders.by_price.count(position_of(flight, SortOrder::price)) +
         orders.by_duration.count(position_of(flight, SortOrder::fastest)) +
         orders.by_departure.count(position_of(flight, SortOrder::departure));
}

Task<std::optional<flights::IndexStates>> MemoryFlightIndex::inspect(std::vector<Flight> rows, Instant now) {
  constexpr std::size_t orders = 3;
  const std::shared_lock lock(mutex_);
  flights::IndexStates states{true, {}};
  for (const Flight& row : rows) {
    flights::IndexState inspect;
    if (const auto known = flights_.find(row.id); known != flights_.end()) {
      inspect.row = known->second;
      if (known->second.status == FlightStatus::scheduled)
        inspect.missing = orders - places_of(known->second);
    }
    if (!flights::on_sale(row, now)) inspect.extra = places_of(row);
    states.flights.push_back(std::move(inspect));
  }
  co_return states;
}

}  // namespace flightdeck::memory
