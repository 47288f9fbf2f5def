#include "postgres/postgres_ledger_snapshot.h"

#include "core/error.h"
#include "core/limits.h"
#include "postgres/link.h"
#include "postgres/rows.h"

namespace flightdeck::postgres {

namespace {

// Pages along the primary keys, so that none takes long however many rows a flight has.
const Statement flight_page{"flight_page",
                            select_flights("WHERE id > $1::uuid ORDER BY id LIMIT $2::bigint")};
const Statement booking_page{
    "booking_page",
    std::string("SELECT ")
        .append(booking_columns(no_date))
        .append(", EXISTS (SELECT 1 FROM booking_intents i WHERE i.id = b.id) FROM bookings b "
                "WHERE b.id > $1::uuid ORDER BY b.id LIMIT $2::bigint")};
const Statement intent_page{
    "intent_page",
    std::string("SELECT ")
        .append(booking_columns(no_date))
        .append(", i.id, i.expires_at FROM booking_intents i LEFT JOIN bookings b ON b.id = i.id "
                "WHERE i.id > $1::uuid ORDER BY i.id LIMIT $2::bigint")};
const std::string outbox_sql =
    "SELECT count(*), coalesce(min(created_at), 'epoch') FROM events WHERE created_at < $1::timestamptz";

template <class IdType>
Parameters page_parameters(IdType after, std::size_t limit) {
  Parameters parameters;
  parameters.add(after).add(static_cast<std::int64_t>(limit));
  return parameters;
}

}  // namespace

PostgresLedgerSnapshot::PostgresLedgerSnapshot(const std::string& url) {
  try {
    begin(url);
  } catch (const std::runtime_error& error) {
    throw UnavailableError(error.what());
  }
}

void PostgresLedgerSnapshot::begin(const std::string& url) {
  std::size_t server = 0;
  connection_ =
      connect_to_one(one_for_each_server(connection_settings(url, Purpose::auditing)), server,
                     Deadline(limits::ledger_start_deadline), [](Connection& fresh, Deadline deadline) {
                       fresh.queue(std::string("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"));
                       for (const Statement& statement : {flight_page, booking_page, intent_page})
                         fresh.prepare(statement);
                       fresh.finish(deadline);
                     });
}

template <class Query>
QueryResult PostgresLedgerSnapshot::read(const Query& query, const Parameters& parameters) {
  try {
    connection_->queue(query, parameters);
    QueryResults results = connection_->finish(Deadline(limits::audit_read_deadline));
    return std::move(results.front());
  } catch (const std::runtime_error& error) {
    throw UnavailableError(error.what());
  }
}

std::vector<flights::Flight> PostgresLedgerSnapshot::flights(FlightId after, std::size_t limit) {
  return read_flights(read(flight_page, page_parameters(after, limit)));
}

std::vector<ledger::BookingRow> PostgresLedgerSnapshot::bookings(BookingId after, std::size_t limit) {
  const QueryResult result = read(booking_page, page_parameters(after, limit));
  std::vector<ledger::BookingRow> rows;
  for (int row = 0; row < result.rows(); ++row)
    rows.push_back({read_booking(result, row), result.truth(row, booking_column_count)});
  return rows;
}

std::vector<ledger::IntentRow> PostgresLedgerSnapshot::intents(BookingId after, std::size_t limit) {
  const QueryResult result = read(intent_page, page_parameters(after, limit));
  std::vector<ledger::IntentRow> rows;
  for (int row = 0; row < result.rows(); ++row) {
    ledger::IntentRow intent;
    intent.id = result.id<BookingId>(row, booking_column_count);
    intent.due = result.instant(row, booking_column_count + 1);
    if (!result.is_null(row, 0)) intent.booking = read_booking(result, row);
    rows.push_back(std::move(intent));
  }
  return rows;
}

ledger::OutboxRest PostgresLedgerSnapshot::outbox(Instant before) {
  Parameters parameters;
  const QueryResult result = read(outbox_sql, parameters.add(before));
  return {result.integer(0, 0), result.instant(0, 1)};
}

}  // namespace flightdeck::postgres
