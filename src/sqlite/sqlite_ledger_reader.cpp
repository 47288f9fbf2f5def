#include "sqlite/sqlite_ledger_reader.h"

#include "core/page.h"
#include "sqlite/reading.h"
#include "sqlite/rows.h"

namespace flightdeck::sqlite {

using flights::Flight;
using flights::SearchPage;
using flights::SortOrder;
using ledger::Booking;
using ledger::BookingPage;

namespace {

std::string select_flights(std::string_view rest) {
  return std::string("SELECT ").append(flight_columns).append(" FROM flights ").append(rest);
}

std::string select_bookings(std::string_view rest) {
  return std::string("SELECT ").append(booking_columns()).append(booking_tables).append(rest);
}

std::vector<Flight> read_flights(Statement& query) {
  std::vector<Flight> rows;
  while (query.step()) rows.push_back(read_flight(query));
  return rows;
}

std::vector<Booking> read_bookings(Statement& query) {
  std::vector<Booking> rows;
  while (query.step()) rows.push_back(read_booking(query));
  return rows;
}

std::string_view rank_of(SortOrder sort) {
  switch (sort) {
    case SortOrder::price: return "price";
    case SortOrder::fastest: return "coalesce(arrival_ts - departure_ts, 9223372036854775807)";
    case SortOrder::departure: return "departure_ts";
  }
  return "price";
}

}  // namespace

SqliteLedgerReader::SqliteLedgerReader(const std::string& path)
    : database_(path, Database::Mode::read_only),
      flight_by_id_(database_, select_flights("WHERE id = ?")),
      booking_by_id_(database_, select_bookings("WHERE b.id = ?")),
      seat_counts_(
          database_,
          "SELECT coalesce(sum(seats) FILTER (WHERE status = 'PENDING'), 0), "
          "coalesce(sum(seats) FILTER (WHERE status = 'CONFIRMED'), 0) FROM bookings WHERE flight_id = ?"),
      live_bookings_(
          database_,
          "SELECT id FROM bookings WHERE flight_id = ? AND status IN ('PENDING', 'CONFIRMED') LIMIT ?"),
      closed_(
          database_,
          "SELECT id FROM flights WHERE status = 'CANCELLED' AND available_seats < total_seats AND id > ? "
          "ORDER BY id LIMIT ?"),
      changed_(database_, select_flights("WHERE (updated_at, id) > (?, ?) ORDER BY updated_at, id LIMIT ?")),
      pending_(database_,
               "SELECT count(*) FROM booking_intents i JOIN bookings b ON b.id = i.booking_id "
               "WHERE b.status = 'PENDING'"),
      any_flight_(database_, "SELECT 1 FROM flights LIMIT 1"),
      cancelled_(
          database_,
          "SELECT 1 FROM flights WHERE flight_number = ? AND departure_ts = ? AND status = 'CANCELLED' "
          "LIMIT 1") {}

std::vector<Booking> SqliteLedgerReader::bookings(std::span<const BookingId> ids) {
  return translated([&] {
    const Snapshot snapshot(database_);
    std::vector<Booking> rows;
    for (const BookingId id : ids) {
      if (booking_by_id_.bind(id).step()) rows.push_back(read_booking(booking_by_id_));
    }
    booking_by_id_.reset();
    return rows;
  });
}

std::vector<Flight> SqliteLedgerReader::flights(std::span<const FlightId> ids) {
  return translated([&] {
    const Snapshot snapshot(database_);
    std::vector<Flight> rows;
    for (const FlightId id : ids) {
      if (flight_by_id_.bind(id).step()) rows.push_back(read_flight(flight_by_id_));
    }
    flight_by_id_.reset();
    return rows;
  });
}

BookingPage SqliteLedgerReader::list_bookings(const ledger::BookingListQuery& query) {
  return translated([&] {
    std::string rest = "WHERE b.user_id = ?1";
    if (query.status) rest.append(" AND b.status = ?2");
    if (query.after) rest.append(" AND (b.created_at, b.id) < (?3, ?4)");
    rest.append(" ORDER BY b.created_at DESC, b.id DESC LIMIT ?5");
    Statement select(database_, select_bookings(rest));
    const std::string_view status = query.status ? to_string(*query.status) : std::string_view{};
    const ledger::BookingPosition after = query.after.value_or(ledger::BookingPosition{});
    select.bind(query.user, status, after.created_at, after.id, static_cast<std::int64_t>(query.limit + 1));
    return booking_page(read_bookings(select), query.limit);
  });
}

SearchPage SqliteLedgerReader::list_flights(const ledger::FlightListQuery& query) {
  return translated([&] {
    std::string rest = "WHERE 1";
    if (query.source) rest.append(" AND lower(source) = ?1");
    if (query.destination) rest.append(" AND lower(destination) = ?2");
    if (query.date) rest.append(" AND departure_date = ?3");
    if (query.after) rest.append(" AND (departure_ts, id) > (?4, ?5)");
    rest.append(" ORDER BY departure_ts, id LIMIT ?6");
    Statement select(database_, select_flights(rest));
    const std::string source = query.source.value_or("");
    const std::string destination = query.destination.value_or("");
    const std::string date = query.date ? format_date(*query.date) : "";
    const flights::SearchPosition after = query.after.value_or(flights::SearchPosition{});
    select.bind(source, destination, date, after.departure, after.id,
                static_cast<std::int64_t>(query.limit + 1));
    SearchPage page;
    page.flights = read_flights(select);
    page.more = cut_to(page.flights, query.limit);
    return page;
  });
}

SearchPage SqliteLedgerReader::search(const flights::SearchQuery& query, Instant now) {
  return translated([&] {
    const std::string rank(rank_of(query.sort));
    std::string rest =
        "WHERE lower(source) = ?1 AND lower(destination) = ?2 AND departure_date = ?3 AND status = "
        "'SCHEDULED' "
        "AND departure_ts > ?4 AND available_seats >= ?5";
    if (query.after) rest.append(" AND (").append(rank).append(", departure_ts, id) > (?6, ?7, ?8)");
    rest.append(" ORDER BY ").append(rank).append(", departure_ts, id LIMIT ?9");
    Statement select(database_, select_flights(rest));
    const std::string date = format_date(query.date);
    const flights::SearchPosition after = query.after.value_or(flights::SearchPosition{});
    select.bind(query.source, query.destination, date, now, query.seats, after.rank, after.departure,
                after.id, static_cast<std::int64_t>(query.limit + 1));
    SearchPage page;
    page.flights = read_flights(select);
    page.more = cut_to(page.flights, query.limit);
    return page;
  });
}

ledger::SeatCounts SqliteLedgerReader::seat_counts(FlightId flight) {
  return translated([&] {
    seat_counts_.bind(flight).step();
    const ledger::SeatCounts counts{seat_counts_.integer(0), seat_counts_.integer(1)};
    seat_counts_.reset();
    return counts;
  });
}

std::vector<BookingId> SqliteLedgerReader::live_bookings(FlightId flight, std::size_t limit) {
  return translated([&] {
    std::vector<BookingId> ids;
    live_bookings_.bind(flight, static_cast<std::int64_t>(limit));
    while (live_bookings_.step()) ids.push_back(live_bookings_.id<BookingId>(0));
    return ids;
  });
}

// Its index holds those with live bookings alone.
ledger::ClosedFlights SqliteLedgerReader::closed_flights(FlightId after, std::size_t looked_at) {
  return translated([&] {
    ledger::ClosedFlights closed;
    std::vector<FlightId>& ids = closed.with_bookings;
    closed_.bind(after, static_cast<std::int64_t>(looked_at));
    while (closed_.step()) ids.push_back(closed_.id<FlightId>(0));
    if (ids.size() == looked_at) closed.next = ids.back();
    return closed;
  });
}

std::vector<Flight> SqliteLedgerReader::flights_changed(Instant since, FlightId after, std::size_t limit) {
  return translated([&] {
    changed_.bind(since, after, static_cast<std::int64_t>(limit));
    return read_flights(changed_);
  });
}

std::int64_t SqliteLedgerReader::pending_bookings() {
  return translated([&] {
    pending_.bind().step();
    const std::int64_t count = pending_.integer(0);
    pending_.reset();
    return count;
  });
}

bool SqliteLedgerReader::any_flight() {
  return translated([&] {
    const bool any = any_flight_.bind().step();
    any_flight_.reset();
    return any;
  });
}

std::vector<ledger::NaturalKey> SqliteLedgerReader::cancelled_of(std::span<const ledger::NaturalKey> keys) {
  return translated([&] {
    const Snapshot snapshot(database_);
    std::vector<ledger::NaturalKey> found;
    for (const ledger::NaturalKey& key : keys) {
      if (cancelled_.bind(key.first, key.second).step()) found.push_back(key);
      cancelled_.reset();
    }
    return found;
  });
}

}  // namespace flightdeck::sqlite
