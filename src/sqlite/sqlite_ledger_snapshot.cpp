#include "sqlite/sqlite_ledger_snapshot.h"

#include "sqlite/rows.h"

namespace flightdeck::sqlite {

namespace {

std::string select(std::string_view columns, std::string_view rest) {
  return std::string("SELECT ").append(columns).append(rest);
}

template <class Row, class IdType, class Read>
std::vector<Row> page_of(Statement& query, IdType after, std::size_t limit, Read read) {
  return translated([&] {
    query.bind(after, static_cast<std::int64_t>(limit));
    std::vector<Row> rows;
    while (query.step()) rows.push_back(read(query));
    return rows;
  });
}

}  // namespace

SqliteLedgerSnapshot::SqliteLedgerSnapshot(const std::string& path)
    : database_(path, Database::Mode::read_only),
      flights_(database_, select(flight_columns, " FROM flights WHERE id > ? ORDER BY id LIMIT ?")),
      bookings_(database_, select(booking_columns(no_date),
                                  ", EXISTS (SELECT 1 FROM booking_intents i WHERE i.id = b.id) "
                                  "FROM bookings b WHERE b.id > ? ORDER BY b.id LIMIT ?")),
      intents_(database_,
               select(booking_columns(no_date),
                      ", i.id, i.expires_at FROM booking_intents i LEFT JOIN bookings b ON b.id = i.id "
                      "WHERE i.id > ? ORDER BY i.id LIMIT ?")),
      outbox_(database_, "SELECT count(*), min(created_at) FROM events WHERE created_at < ?"),
      snapshot_(database_) {}

std::vector<flights::Flight> SqliteLedgerSnapshot::flights(FlightId after, std::size_t limit) {
  return page_of<flights::Flight>(flights_, after, limit, read_flight);
}

std::vector<ledger::BookingRow> SqliteLedgerSnapshot::bookings(BookingId after, std::size_t limit) {
  return page_of<ledger::BookingRow>(bookings_, after, limit, [](const Statement& row) {
    return ledger::BookingRow{read_booking(row), row.integer(booking_column_count) != 0};
  });
}

std::vector<ledger::IntentRow> SqliteLedgerSnapshot::intents(BookingId after, std::size_t limit) {
  return page_of<ledger::IntentRow>(intents_, after, limit, [](const Statement& row) {
    ledger::IntentRow intent;
    intent.id = row.id<BookingId>(booking_column_count);
    intent.due = row.instant(booking_column_count + 1);
    if (!row.is_null(0)) intent.booking = read_booking(row);
    return intent;
  });
}

ledger::OutboxRest SqliteLedgerSnapshot::outbox(Instant before) {
  return translated([&] {
    outbox_.bind(before).step();
    const ledger::OutboxRest rest{outbox_.integer(0), outbox_.instant(1)};
    outbox_.reset();
    return rest;
  });
}

}  // namespace flightdeck::sqlite
