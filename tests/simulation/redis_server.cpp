#include "simulation/redis_server.h"

#include <algorithm>

#include "core/limits.h"
#include "core/page.h"

namespace flightdeck::simulation {

using booking::Hold;
using booking::ReserveAnswer;
using booking::SeatUpdate;
using flights::Flight;
using flights::FlightStatus;
using flights::SearchPage;
using flights::SearchQuery;
using flights::StoredVersion;

ReserveAnswer RedisServer::reserve(FlightId flight, BookingId booking, std::int64_t seats, Instant now) {
  const auto found = keys_.flights.find(flight);
  if (found == keys_.flights.end()) return ReserveAnswer::cold;
  FlightKeys& keys = found->second;
  if (keys.holds.contains(booking)) return ReserveAnswer::held;
  if (!keys.counter) return ReserveAnswer::cold;
  // The script tries a write before it says that a flight is sold out, too.
  if (refuses_ == Refuses::writes) return ReserveAnswer::away;
  if (*keys.counter < seats) return ReserveAnswer::sold_out;
  *keys.counter -= seats;
  keys.holds[booking] = {seats, now};
  return ReserveAnswer::held;
}

bool RedisServer::sync_seats(const SeatUpdate& updates) {
  if (refuses_ == Refuses::writes) return false;
  FlightKeys& keys = keys_.flights[updates.flight];
  if (updates.off_sale) {
    keys.counter.reset();
    keys.holds.clear();
    keys.count.reset();
    forget_if_empty(updates.flight);
    return true;
  }
  for (const BookingId booking : updates.holds_to_drop) keys.holds.erase(booking);
  if (updates.count && refuses_ == Refuses::updates) {
    forget_if_empty(updates.flight);
    return false;
  }
  if (updates.count && (!keys.count || updates.count->version >= keys.count->version)) {
    keys.count = updates.count;
    if (keys.row && updates.count->version >= keys.row->version) {
      keys.row->version = updates.count->version;
      keys.row->available_seats = updates.count->available;
      keys.row->updated_at = updates.count->updated_at;
    }
  }
  if (keys.count) keys.counter = keys.count->available - keys.held();
  forget_if_empty(updates.flight);
  return true;
}

void RedisServer::forget_if_empty(FlightId flight) {
  const FlightKeys& keys = keys_.flights.at(flight);
  if (!keys.counter && !keys.count && !keys.row && keys.holds.empty()) keys_.flights.erase(flight);
}

std::optional<std::int64_t> RedisServer::sellable(FlightId flight) const {
  const auto found = keys_.flights.find(flight);
  return found == keys_.flights.end() ? std::nullopt : found->second.counter;
}

std::vector<Hold> RedisServer::stale_holds(Instant before, std::size_t limit) const {
  std::vector<Hold> stale;
  for (const auto& [flight, keys] : keys_.flights) {
    for (const auto& [booking, hold] : keys.holds) {
      Instant since = hold.since;
      if (since > before + limits::hold_from_the_future) since = Instant{};
      if (since < before && stale.size() < limit) stale.push_back({flight, booking, since});
    }
  }
  return stale;
}

void RedisServer::update_flight(const Flight& row, Instant now) {
  FlightKeys& keys = keys_.flights[row.id];
  if (keys.row ? keys.details_version > row.version : row.departure <= now) return forget_if_empty(row.id);
  const std::optional<Flight> shown = keys.row;
  keys.row = row;
  keys.details_version = row.version;
  if (shown && shown->version > row.version) {
    keys.row->version = shown->version;
    keys.row->available_seats = shown->available_seats;
    keys.row->updated_at = shown->updated_at;
  }
  if (keys.count && keys.count->version > row.version) keys.row->available_seats = keys.count->available;
}

SearchPage RedisServer::search(const SearchQuery& query, Instant now) const {
  std::vector<Flight> rows;
  for (const auto& [id, keys] : keys_.flights) {
    if (!keys.row || !flights::on_sale(*keys.row, now)) continue;
    const Flight& row = *keys.row;
    if (row.available_seats < query.seats || row.date != query.date) continue;
    if (flights::place_key(row.source) != query.source) continue;
    if (flights::place_key(row.destination) != query.destination) continue;
    if (query.after && position_of(row, query.sort) <= *query.after) continue;
    rows.push_back(row);
  }
  std::sort(rows.begin(), rows.end(), [&](const Flight& a, const Flight& b) {
    return position_of(a, query.sort) < position_of(b, query.sort);
  });
  SearchPage page;
  page.more = cut_to(rows, query.limit);
  page.flights = std::move(rows);
  return page;
}

std::vector<FlightId> RedisServer::drop_departed(Instant now) {
  std::vector<FlightId> dropped;
  for (auto at = keys_.flights.begin(); at != keys_.flights.end();) {
    const std::optional<Flight>& row = at->second.row;
    if (!row || row->departure > now || dropped.size() == limits::sweep_batch) {
      ++at;
      continue;
    }
    if (row->status == FlightStatus::scheduled) dropped.push_back(at->first);
    at = keys_.flights.erase(at);
  }
  return dropped;
}

namespace {

std::string state_of(std::int64_t details, const booking::SeatUpdate::Count& seats) {
  std::string state = std::to_string(details);
  for (const std::int64_t part : {seats.version, seats.available, to_unix_ms(seats.updated_at)})
    state.append("/").append(std::to_string(part));
  return state;
}
std::string gate_state(const FlightKeys& keys) { return keys.count ? state_of(0, *keys.count) : ""; }
std::string index_state(const FlightKeys& keys) {
  if (!keys.row) return "";
  return state_of(keys.details_version, {keys.row->version, 0, keys.row->updated_at});
}

}  // namespace

std::vector<StoredVersion> RedisServer::gate_versions(const std::vector<FlightId>& flights) const {
  std::vector<StoredVersion> found;
  for (const FlightId id : flights) {
    const FlightKeys* const keys = flight(id);
    if (keys && keys->count && keys->count->version > 0)
      found.push_back({id, keys->count->version, gate_state(*keys)});
  }
  return found;
}

void RedisServer::forget_gate_versions(const std::vector<StoredVersion>& seen) {
  for (const StoredVersion& one : seen) {
    const auto found = keys_.flights.find(one.flight);
    if (found == keys_.flights.end() || gate_state(found->second) != one.state) continue;
    if (found->second.count) found->second.count->version = 0;
  }
}

std::vector<StoredVersion> RedisServer::index_versions(const std::vector<FlightId>& flights) const {
  std::vector<StoredVersion> found;
  for (const FlightId id : flights) {
    const FlightKeys* const keys = flight(id);
    if (!keys || !keys->row) continue;
    const std::int64_t version = std::max(keys->details_version, keys->row->version);
    if (version > 0) found.push_back({id, version, index_state(*keys)});
  }
  return found;
}

void RedisServer::forget_index_versions(const std::vector<StoredVersion>& seen) {
  for (const StoredVersion& one : seen) {
    const auto found = keys_.flights.find(one.flight);
    if (found == keys_.flights.end() || index_state(found->second) != one.state) continue;
    if (!found->second.row) continue;
    found->second.details_version = 0;
    found->second.row->version = 0;
  }
}

void RedisServer::mark_incomplete() {
  keys_.complete = false;
  keys_.rebuilds.clear();
}

std::optional<std::uint64_t> RedisServer::begin_rebuild(std::uint64_t earlier, bool away_since) {
  keys_.rebuilds.erase(earlier);
  const auto lately = [this](const auto& telling) {
    return queue_.now() - telling.second < limits::rebuild_patience;
  };
  if (away_since)
    keys_.complete = false;
  else if (std::any_of(keys_.rebuilds.begin(), keys_.rebuilds.end(), lately))
    return std::nullopt;
  keys_.rebuilds.emplace(++last_rebuild_, queue_.now());
  return last_rebuild_;
}

bool RedisServer::renew_rebuild(std::uint64_t mark) {
  const auto found = keys_.rebuilds.find(mark);
  if (found == keys_.rebuilds.end()) return false;
  found->second = queue_.now();
  return true;
}

bool RedisServer::complete_rebuild(std::uint64_t mark) {
  if (mark != 0 && keys_.rebuilds.erase(mark) == 0) return false;
  keys_.complete = true;
  return true;
}

void RedisServer::publish(const std::vector<events::OutboxRow>& rows) {
  for (const events::OutboxRow& row : rows) stream_.insert(row.data);
}

}  // namespace flightdeck::simulation
