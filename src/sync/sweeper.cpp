#include "sync/sweeper.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/limits.h"
#include "core/sort_unique.h"
#include "sync/derived_state_updater.h"

namespace flightdeck::sync {

namespace {
using flights::Flight;
using flights::StoredVersion;
using ledger::LedgerReader;

// Leaves those that are later than what is known of them.
void keep_later(std::vector<StoredVersion>& stored, const std::map<FlightId, std::int64_t>& versions) {
  std::erase_if(stored, [&versions](const StoredVersion& one) {
    const auto known = versions.find(one.flight);
    return known == versions.end() || one.version <= known->second;
  });
}

// Sorted and without repeats.
std::vector<FlightId> flights_of(const std::vector<StoredVersion>& some,
                                 const std::vector<StoredVersion>& others) {
  std::vector<FlightId> ids;
  for (const auto* stored : {&some, &others})
    for (const StoredVersion& one : *stored) ids.push_back(one.flight);
  sort_unique(ids);
  return ids;
}
}  // namespace

Task<std::vector<Flight>> Sweeper::changed_after(Position position, std::size_t limit) {
  std::function<std::vector<Flight>(LedgerReader&)> query = [position, limit](LedgerReader& reader) {
    return reader.flights_changed(position.updated_at, position.id, limit);
  };
  return ledger::read<std::vector<Flight>>(ledger_, ledger::ReadKind::background, std::move(query));
}

Task<Synced> Sweeper::sync_changed() {
  const flights::RebuildStart telling = co_await index_.begin_rebuild();
  if (telling == flights::RebuildStart::left_to_another) co_return Synced{Synced::End::left_to_another};
  const bool complete = telling == flights::RebuildStart::unneeded;
  if (!complete) {
    synced_until_ = {};
    told_lately_.clear();
  }
  std::unordered_map<FlightId, std::int64_t> told_lately;
  Synced synced{Synced::End::interrupted, synced_until_ == Instant{}, 0};
  const Instant started = clock_.now();
  const Instant since = synced_until_ - limits::sweep_overlap;
  Position position{since, {}};
  for (;;) {
    std::vector<Flight> changed = co_await changed_after(position, limits::sweep_batch);
    if (changed.empty()) break;
    const std::size_t count = changed.size();
    position = {changed.back().updated_at, changed.back().id};
    std::erase_if(changed, [&](const Flight& flight) {
      if (flight.updated_at < since) return true;
      if (complete) told_lately[flight.id] = flight.version;
      const auto told = told_lately_.find(flight.id);
      return told != told_lately_.end() && told->second == flight.version;
    });
    const std::size_t updates = changed.size();
    const bool heard = co_await refresher_.refresh(std::move(changed), !complete);
    // From the same place again next time.
    if (!heard) co_return synced;
    synced.told += updates;
    if (count < limits::sweep_batch) break;
    if (complete) continue;
    const bool kept = co_await index_.renew_rebuild();
    // Begin again next time.
    if (!kept) co_return synced;
  }
  // This is not the time of the latest row, or the rows of the last overlap before a quiet time would be sent
  // again and again.
  synced_until_ = started;
  told_lately_ = std::move(told_lately);
  bool in_step = complete;
  if (!complete) in_step = co_await index_.complete_rebuild();
  if (in_step) synced.end = Synced::End::in_step;
  co_return synced;
}

Task<void> Sweeper::scrub() {
  std::vector<Flight> rows = co_await changed_after(scrubbed_until_, limits::scrub_batch);
  const bool last = rows.size() < limits::scrub_batch;
  const Position next = last ? Position{} : Position{rows.back().updated_at, rows.back().id};
  std::vector<StoredVersion> told;
  std::vector<FlightId> ids;
  told.reserve(rows.size());
  for (const Flight& row : rows) {
    told.push_back({row.id, row.version, {}});
    ids.push_back(row.id);
  }
  co_await gate_.mend(std::move(ids));
  const bool heard = co_await refresher_.refresh(std::move(rows), true);
  scrub_failures_ = heard ? 0 : scrub_failures_ + 1;
  if (!heard && scrub_failures_ < limits::scrub_tries) co_return;
  scrub_failures_ = 0;
  scrubbed_until_ = next;
  co_await forget_the_future(std::move(told));
}

// The ledger never reached the version of a flight that is higher in gate or index than in a row that was
// read afterwards. Such rows are sent as if nothing were stored. Newer rows that were sent meanwhile stay.
Task<void> Sweeper::forget_the_future(std::vector<StoredVersion> told) {
  std::vector<FlightId> ids;
  std::map<FlightId, std::int64_t> versions;
  for (const StoredVersion& one : told) {
    ids.push_back(one.flight);
    versions[one.flight] = one.version;
  }
  std::vector<StoredVersion> of_gate = co_await gate_.versions(ids);
  std::vector<StoredVersion> of_index = co_await index_.versions(std::move(ids));
  keep_later(of_gate, versions);
  keep_later(of_index, versions);
  if (of_gate.empty() && of_index.empty()) co_return;

  std::function<std::vector<Flight>(LedgerReader&)> query =
      [suspects = flights_of(of_gate, of_index)](LedgerReader& reader) { return reader.flights(suspects); };
  std::vector<Flight> rows =
      co_await ledger::read<std::vector<Flight>>(ledger_, ledger::ReadKind::background, std::move(query));
  versions.clear();
  for (const Flight& row : rows) versions[row.id] = row.version;
  keep_later(of_gate, versions);
  keep_later(of_index, versions);
  const std::vector<FlightId> ahead = flights_of(of_gate, of_index);
  std::erase_if(
      rows, [&ahead](const Flight& row) { return !std::binary_search(ahead.begin(), ahead.end(), row.id); });
  if (rows.empty()) co_return;
  co_await gate_.forget_versions(std::move(of_gate));
  co_await index_.forget_versions(std::move(of_index));
  co_await refresher_.refresh(std::move(rows), true);
}

Task<void> Sweeper::drop_stale_holds() {
  const Instant now = clock_.now();
  std::vector<booking::Hold> stale =
      co_await gate_.stale_holds(now - limits::hold_look_after, limits::sweep_batch);
  if (stale.empty()) co_return;
  struct Found {
    std::vector<ledger::Booking> bookings;
    std::vector<Flight> flights;
  };
  // The flights are read last, so they count whatever these holds have led to.
  std::function<Found(LedgerReader&)> query = [stale](LedgerReader& reader) {
    std::vector<BookingId> bookings;
    std::vector<FlightId> flights;
    for (const booking::Hold& hold : stale) {
      bookings.push_back(hold.booking);
      flights.push_back(hold.flight);
    }
    Found found;
    found.bookings = reader.bookings(bookings);
    found.flights = reader.flights(flights);
    return found;
  };
  Found found = co_await ledger::read<Found>(ledger_, ledger::ReadKind::background, std::move(query));
  std::set<BookingId> in_ledger;
  for (const ledger::Booking& row : found.bookings) in_ledger.insert(row.id);
  std::map<FlightId, ledger::FlightUpdate> by_flight;
  for (const booking::Hold& hold : stale) {
    if (hold.since >= now - limits::hold_deadline && !in_ledger.contains(hold.booking)) continue;
    ledger::FlightUpdate& updates = by_flight[hold.flight];
    updates.id = hold.flight;
    updates.settled_holds.push_back(hold.booking);
  }
  for (Flight& row : found.flights) {
    if (const auto updates = by_flight.find(row.id); updates != by_flight.end())
      updates->second.flight = std::move(row);
  }
  std::vector<booking::SeatUpdate> updates;
  updates.reserve(by_flight.size());
  for (const auto& [id, one] : by_flight) updates.push_back(seat_update(one, now));
  co_await gate_.sync(std::move(updates));
}

Task<void> Sweeper::drop_departed() {
  for (;;) {
    const std::vector<FlightId> departed = co_await index_.drop_departed(clock_.now());
    if (departed.empty()) co_return;
    std::vector<booking::SeatUpdate> updates(departed.size());
    for (std::size_t i = 0; i < departed.size(); ++i) {
      updates[i].flight = departed[i];
      updates[i].off_sale = true;
    }
    co_await gate_.sync(std::move(updates));
  }
}

Task<void> Sweeper::finish_closed_flights() {
  using ledger::ClosedFlights;
  std::function<ClosedFlights(LedgerReader&)> query = [after = closed_until_](LedgerReader& reader) {
    return reader.closed_flights(after, limits::closed_flights_looked_at);
  };
  const ClosedFlights closed =
      co_await ledger::read<ClosedFlights>(ledger_, ledger::ReadKind::background, std::move(query));
  closed_until_ = closed.next.value_or(FlightId{});
  for (const FlightId id : closed.with_bookings) co_await flights_.cancel_bookings_of(id);
}

Task<Synced> Sweeper::run_once() {
  const Synced synced = co_await sync_changed();
  co_await scrub();
  co_await drop_stale_holds();
  co_await drop_departed();
  co_return synced;
}

}  // namespace flightdeck::sync
