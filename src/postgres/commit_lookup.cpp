#include "postgres/commit_lookup.h"

#include "core/limits.h"

namespace flightdeck::postgres {

namespace {

constexpr std::string_view in_the_future = "22023";

// Its rows as the batch left them; they may be newer by now. A booking that is known is not locked before it
// is written, so another writer's row may be newer, too: it has a status that cannot follow.
Parameters rows_of(const ledger::LedgerChanges& changes) {
  std::vector<ledger::Booking> bookings = changes.inserted_bookings;
  bookings.insert(bookings.end(), changes.updated_bookings.begin(), changes.updated_bookings.end());
  std::vector<flights::Flight> flights = changes.inserted_flights;
  flights.insert(flights.end(), changes.updated_flights.begin(), changes.updated_flights.end());
  flights.insert(flights.end(), changes.updated_seats.begin(), changes.updated_seats.end());
  Parameters p;
  p.add_array(bookings, [](const ledger::Booking& b) { return b.id; });
  p.add_array(bookings, [](const ledger::Booking& b) { return b.updated_at; });
  p.add_array(bookings, [](const ledger::Booking& b) { return to_string(b.status); });
  p.add_array(flights, [](const flights::Flight& f) { return f.id; });
  p.add_array(flights, [](const flights::Flight& f) { return f.version; });
  return p;
}

}  // namespace

CommitLookup::CommitLookup(const StoreStatements& sql, const std::string& transaction_id, int backend_pid,
                           const ledger::LedgerChanges& changes)
    : sql_(sql),
      transaction_id_(transaction_id),
      backend_pid_(backend_pid),
      rows_(static_cast<std::int64_t>(changes.booking_rows() + changes.flight_rows())),
      rows_kept_(rows_of(changes)),
      grace_(limits::ledger_abandoned_backend_grace) {}

CommitVerdict CommitLookup::ask(Connection& connection, Deadline deadline) {
  TransactionStatus status = TransactionStatus::never_was;
  std::int64_t found = 0;
  try {
    Parameters id;
    id.add(transaction_id_);
    connection.queue(sql_.transaction_status, id);
    connection.queue(sql_.rows_kept, rows_kept_);
    const QueryResults results = connection.finish(deadline);
    const std::string text = results.at(0).text(0, 0);
    status = parse_transaction_status(text);
    synchronous_ = results.at(0).truth(0, 1);
    found = results.at(1).integer(0, 0);
  } catch (const DatabaseError& error) {
    if (error.state() != in_the_future) throw;
  }
  const CommitVerdict verdict = commit_verdict(status, rows_, found);
  if (verdict == CommitVerdict::ask_again && grace_.passed()) end_backend(connection, deadline);
  return verdict;
}

void CommitLookup::end_backend(Connection& connection, Deadline deadline) {
  try {
    Parameters p;
    p.add(Integer4{backend_pid_}).add(transaction_id_);
    connection.queue(sql_.end_backend, p);
    connection.finish(deadline);
  } catch (const DatabaseError&) {
    // Not allowed to: then it ends when it ends.
  }
}

}  // namespace flightdeck::postgres
