#include "memory/memory_ledger.h"

#include <algorithm>
#include <stdexcept>

#include "core/page.h"

namespace flightdeck::memory {

using flights::Flight;
using flights::FlightStatus;
using flights::SearchPage;
using flights::SearchPosition;
using flights::SortOrder;
using ledger::Booking;
using ledger::BookingPage;
using ledger::BookingStatus;

namespace {

SearchPage page_of(std::vector<Flight> rows, SortOrder sort, const std::optional<SearchPosition>& after,
                   std::size_t limit) {
  if (after) std::erase_if(rows, [&](const Flight& f) { return position_of(f, sort) <= *after; });
  std::sort(rows.begin(), rows.end(),
            [&](const Flight& a, const Flight& b) { return position_of(a, sort) < position_of(b, sort); });
  SearchPage page;
  page.more = cut_to(rows, limit);
  page.flights = std::move(rows);
  return page;
}

// What `make` makes of the next rows after that key.
template <class Rows, class Make>
auto next(const Rows& rows, const typename Rows::key_type& after, std::size_t limit, Make make) {
  std::vector<decltype(make(*rows.begin()))> page;
  for (auto row = rows.upper_bound(after); row != rows.end() && page.size() < limit; ++row)
    page.push_back(make(*row));
  return page;
}

// Rows of a moment, in the order of their ids.
class MemorySnapshot final : public ledger::LedgerSnapshot {
 public:
  std::vector<Flight> flights(FlightId after, std::size_t limit) override {
    return next(flight_rows, after, limit, [](const auto& row) { return row.second; });
  }
  std::vector<ledger::BookingRow> bookings(BookingId after, std::size_t limit) override {
    return next(booking_rows, after, limit, [this](const auto& row) {
      return ledger::BookingRow{row.second, intent_rows.contains(row.first)};
    });
  }
  std::vector<ledger::IntentRow> intents(BookingId after, std::size_t limit) override {
    return next(intent_rows, after, limit, [this](const auto& row) {
      ledger::IntentRow intent{row.first, row.second, std::nullopt};
      const auto booking = booking_rows.find(row.first);
      if (booking != booking_rows.end()) intent.booking = booking->second;
      return intent;
    });
  }
  ledger::OutboxRest outbox(Instant before) override {
    ledger::OutboxRest rest;
    for (const Instant written : outbox_written) {
      if (written >= before) continue;
      rest.oldest = rest.rows == 0 ? written : std::min(rest.oldest, written);
      ++rest.rows;
    }
    return rest;
  }

  std::map<FlightId, Flight> flight_rows;
  std::map<BookingId, Booking> booking_rows;
  std::map<BookingId, Instant> intent_rows;
  std::vector<Instant> outbox_written;
};

}  // namespace

std::unique_ptr<ledger::LedgerSnapshot> MemoryLedger::snapshot() {
  const std::lock_guard lock(rows_);
  auto snapshot = std::make_unique<MemorySnapshot>();
  snapshot->flight_rows = flights_;
  snapshot->booking_rows = bookings_;
  snapshot->intent_rows = intents_;
  for (const auto& [sequence, row] : outbox_) snapshot->outbox_written.push_back(row.written);
  return snapshot;
}

ledger::LedgerRows MemoryLedger::begin(const ledger::LedgerKeys& keys) {
  writer_.lock();
  open_ = true;
  const std::lock_guard lock(rows_);
  ledger::LedgerRows rows;
  for (const auto& [id, flight] : flights_) {
    const bool by_id = std::binary_search(keys.flights.begin(), keys.flights.end(), id);
    const ledger::NaturalKey key{flight.flight_number, flight.departure};
    const bool by_key = std::binary_search(keys.natural_keys.begin(), keys.natural_keys.end(), key);
    if (by_id || (by_key && flight.status == FlightStatus::scheduled)) rows.flights.push_back(flight);
  }
  for (const BookingId id : keys.bookings) {
    const auto found = bookings_.find(id);
    if (found == bookings_.end()) continue;
    rows.bookings.push_back(found->second);
    rows.bookings.back().date = flights_.at(found->second.flight).date;
  }
  return rows;
}

// The constraints of the schema.
void MemoryLedger::check_flight(const Flight& flight) const {
  if (flight.available_seats < 0 || flight.available_seats > flight.total_seats) {
    throw std::logic_error("available_seats out of range");
  }
  if (flight.flight_number.empty() || flight.status != FlightStatus::scheduled) return;
  for (const auto& [id, other] : flights_) {
    if (id != flight.id && other.status == FlightStatus::scheduled &&
        other.flight_number == flight.flight_number && other.departure == flight.departure) {
      throw ledger::LedgerConflict("flight_number and departure_ts are taken");
    }
  }
}

void MemoryLedger::check_changes(const ledger::LedgerChanges& changes) const {
  for (const Flight& flight : changes.inserted_flights) {
    if (flights_.contains(flight.id)) throw ledger::LedgerConflict("flight id is taken");
    check_flight(flight);
  }
  for (const Flight& flight : changes.updated_flights) check_flight(flight);
  for (const Flight& flight : changes.updated_seats) check_flight(flight);
  for (const Booking& booking : changes.inserted_bookings) {
    if (bookings_.contains(booking.id)) throw ledger::LedgerConflict("booking id is taken");
    if (!flights_.contains(booking.flight)) throw std::logic_error("no such flight");
  }
}

std::optional<ledger::RowVersion> MemoryLedger::commit(const ledger::LedgerChanges& changes) {
  {
    const std::lock_guard lock(rows_);
    check_changes(changes);
    for (const Flight& flight : changes.inserted_flights) flights_[flight.id] = flight;
    for (const Flight& flight : changes.updated_flights) flights_[flight.id] = flight;
    for (const Flight& flight : changes.updated_seats) flights_[flight.id] = flight;
    for (const Booking& booking : changes.inserted_bookings) bookings_[booking.id] = booking;
    for (const Booking& booking : changes.updated_bookings) bookings_[booking.id] = booking;
    for (const ledger::IntentChange& intent : changes.intents) {
      if (intent.due)
        intents_[intent.booking] = *intent.due;
      else
        intents_.erase(intent.booking);
    }
    if (!changes.events.empty()) {
      outbox_[++last_sequence_] = {events::outbox_row(changes.events), changes.now, {}};
    }
  }
  // Ends the transaction; there is nothing to undo.
  rollback();
  return std::nullopt;
}

void MemoryLedger::rollback() noexcept {
  if (!std::exchange(open_, false)) return;
  writer_.unlock();
}

std::vector<BookingId> MemoryLedger::claim_unfinished(Instant now, Instant lease_until, std::size_t limit) {
  const std::lock_guard lock(rows_);
  std::vector<std::pair<Instant, BookingId>> due;
  for (const auto& [id, at] : intents_) {
    if (at <= now) due.emplace_back(at, id);
  }
  std::sort(due.begin(), due.end());
  cut_to(due, limit);
  std::vector<BookingId> claimed;
  for (const auto& [at, id] : due) {
    intents_[id] = lease_until;
    claimed.push_back(id);
  }
  return claimed;
}

std::vector<Booking> MemoryLedger::bookings(std::span<const BookingId> ids) {
  const std::lock_guard lock(rows_);
  std::vector<Booking> rows;
  for (const BookingId id : ids) {
    if (const auto found = bookings_.find(id); found != bookings_.end()) {
      rows.push_back(found->second);
      rows.back().date = flights_.at(found->second.flight).date;
    }
  }
  return rows;
}

std::vector<Flight> MemoryLedger::flights(std::span<const FlightId> ids) {
  const std::lock_guard lock(rows_);
  std::vector<Flight> rows;
  for (const FlightId id : ids) {
    if (const auto found = flights_.find(id); found != flights_.end()) rows.push_back(found->second);
  }
  return rows;
}

BookingPage MemoryLedger::list_bookings(const ledger::BookingListQuery& query) {
  const std::lock_guard lock(rows_);
  const auto place = [](const Booking& b) { return std::pair(b.created_at, b.id); };
  std::vector<Booking> rows;
  for (const auto& [id, booking] : bookings_) {
    if (booking.user != query.user || (query.status && booking.status != *query.status)) continue;
    if (query.after && place(booking) >= std::pair(query.after->created_at, query.after->id)) continue;
    rows.push_back(booking);
    rows.back().date = flights_.at(booking.flight).date;
  }
  std::sort(rows.begin(), rows.end(),
            [&](const Booking& a, const Booking& b) { return place(a) > place(b); });
  return booking_page(std::move(rows), query.limit);
}

SearchPage MemoryLedger::list_flights(const ledger::FlightListQuery& query) {
  const std::lock_guard lock(rows_);
  std::vector<Flight> rows;
  for (const auto& [id, flight] : flights_) {
    if (query.source && flights::place_key(flight.source) != *query.source) continue;
    if (query.destination && flights::place_key(flight.destination) != *query.destination) continue;
    if (query.date && flight.date != *query.date) continue;
    rows.push_back(flight);
  }
  return page_of(std::move(rows), SortOrder::departure, query.after, query.limit);
}

SearchPage MemoryLedger::search(const flights::SearchQuery& query, Instant now) {
  const std::lock_guard lock(rows_);
  std::vector<Flight> rows;
  for (const auto& [id, flight] : flights_) {
    if (!flights::on_sale(flight, now) || flight.available_seats < query.seats || flight.date != query.date)
      continue;
    if (flights::place_key(flight.source) != query.source) continue;
    if (flights::place_key(flight.destination) != query.destination) continue;
    rows.push_back(flight);
  }
  return page_of(std::move(rows), query.sort, query.after, query.limit);
}

ledger::SeatCounts MemoryLedger::seat_counts(FlightId flight) {
  const std::lock_guard lock(rows_);
  ledger::SeatCounts counts;
  for (const auto& [id, booking] : bookings_) {
    if (booking.flight != flight) continue;
    if (booking.status == BookingStatus::pending) counts.pending += booking.seats;
    if (booking.status == BookingStatus::confirmed) counts.confirmed += booking.seats;
  }
  return counts;
}

std::vector<BookingId> MemoryLedger::live_bookings(FlightId flight, std::size_t limit) {
  const std::lock_guard lock(rows_);
  std::vector<BookingId> ids;
  for (const auto& [id, booking] : bookings_) {
    if (booking.flight == flight && holds_seats(booking) && ids.size() < limit) ids.push_back(id);
  }
  return ids;
}

ledger::ClosedFlights MemoryLedger::closed_flights(FlightId after, std::size_t looked_at) {
  const std::lock_guard lock(rows_);
  std::vector<FlightId> cancelled;
  for (const auto& [id, flight] : flights_) {
    if (flight.status == FlightStatus::cancelled && id > after) cancelled.push_back(id);
  }
  std::sort(cancelled.begin(), cancelled.end());
  ledger::ClosedFlights closed;
  if (cancelled.size() >= looked_at) {
    cancelled.resize(looked_at);
    closed.next = cancelled.back();
  }
  for (const FlightId id : cancelled) {
    const Flight& flight = flights_.at(id);
    if (flight.available_seats < flight.total_seats) closed.with_bookings.push_back(id);
  }
  return closed;
}

std::vector<Flight> MemoryLedger::flights_changed(Instant since, FlightId after, std::size_t limit) {
  const std::lock_guard lock(rows_);
  const auto place = [](const Flight& f) { return std::pair(f.updated_at, f.id); };
  std::vector<Flight> rows;
  for (const auto& [id, flight] : flights_) {
    if (place(flight) > std::pair(since, after)) rows.push_back(flight);
  }
  std::sort(rows.begin(), rows.end(), [&](const Flight& a, const Flight& b) { return place(a) < place(b); });
  cut_to(rows, limit);
  return rows;
}

std::int64_t MemoryLedger::pending_bookings() {
  const std::lock_guard lock(rows_);
  return std::count_if(bookings_.begin(), bookings_.end(),
                       [](const auto& row) { return row.second.status == BookingStatus::pending; });
}

bool MemoryLedger::any_flight() {
  const std::lock_guard lock(rows_);
  return !flights_.empty();
}

std::vector<ledger::NaturalKey> MemoryLedger::cancelled_of(std::span<const ledger::NaturalKey> keys) {
  const std::lock_guard lock(rows_);
  std::vector<ledger::NaturalKey> found;
  for (const ledger::NaturalKey& key : keys) {
    const bool cancelled = std::any_of(flights_.begin(), flights_.end(), [&key](const auto& row) {
      const Flight& flight = row.second;
      return flight.status == FlightStatus::cancelled &&
             ledger::NaturalKey{flight.flight_number, flight.departure} == key;
    });
    if (cancelled) found.push_back(key);
  }
  return found;
}

std::vector<events::OutboxRow> MemoryLedger::claim_events(Instant now, Instant lease_until,
                                                          std::size_t limit) {
  const std::lock_guard lock(rows_);
  std::vector<events::OutboxRow> claimed;
  for (auto& [sequence, row] : outbox_) {
    if (claimed.size() == limit) break;
    if (row.due > now) continue;
    row.due = lease_until;
    claimed.push_back({sequence, row.data});
  }
  return claimed;
}

void MemoryLedger::remove_events(std::span<const std::int64_t> sequences) {
  const std::lock_guard lock(rows_);
  for (const std::int64_t sequence : sequences) outbox_.erase(sequence);
}

std::size_t MemoryLedger::trim_events(Instant before, std::int64_t keep, std::size_t limit) {
  const std::lock_guard lock(rows_);
  std::size_t gone = 0;
  auto row = outbox_.begin();
  for (std::size_t looked = 0; looked < limit && row != outbox_.end(); ++looked) {
    const bool goes = row->second.written < before || row->first <= last_sequence_ - keep;
    row = goes ? outbox_.erase(row) : std::next(row);
    if (goes) ++gone;
  }
  return gone;
}

std::vector<std::string> MemoryLedger::outbox() {
  const std::lock_guard lock(rows_);
  std::vector<std::string> rows;
  for (const auto& [sequence, row] : outbox_) rows.push_back(row.data);
  return rows;
}

}  // namespace flightdeck::memory
