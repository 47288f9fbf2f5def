#include "postgres/postgres_ledger_store.h"

#include <algorithm>
#include <thread>

#include "core/limits.h"
#include "core/sort_unique.h"
#include "postgres/rows.h"

namespace flightdeck::postgres {

using flights::Flight;
using ledger::Booking;
using ledger::CachedBooking;
using ledger::IntentChange;
using ledger::LedgerChanges;
using ledger::LedgerConflict;
using ledger::LedgerKeys;
using ledger::LedgerRows;

namespace {

std::optional<std::string_view> null_if_empty(std::string_view text) {
  if (text.empty()) return std::nullopt;
  return text;
}

Parameters flight_parameters(const std::vector<Flight>& rows) {
  Parameters p;
  p.add_array(rows, [](const Flight& f) { return f.id; });
  p.add_array(rows, [](const Flight& f) { return null_if_empty(f.flight_number); });
  p.add_array(rows, [](const Flight& f) { return std::string_view(f.source); });
  p.add_array(rows, [](const Flight& f) { return std::string_view(f.destination); });
  p.add_array(rows, [](const Flight& f) { return f.departure; });
  p.add_array(rows, [](const Flight& f) { return f.arrival; });
  p.add_array(rows, [](const Flight& f) { return f.date; });
  p.add_array(rows, [](const Flight& f) { return Integer4{f.total_seats}; });
  p.add_array(rows, [](const Flight& f) { return Integer4{f.available_seats}; });
  p.add_array(rows, [](const Flight& f) { return f.price.minor; });
  p.add_array(rows, [](const Flight& f) { return to_string(f.status); });
  p.add_array(rows, [](const Flight& f) { return f.version; });
  p.add_array(rows, [](const Flight& f) { return f.created_at; });
  p.add_array(rows, [](const Flight& f) { return f.updated_at; });
  return p;
}

Parameters inserted_booking_parameters(const std::vector<Booking>& rows) {
  Parameters p;
  p.add_array(rows, [](const Booking& b) { return b.id; });
  p.add_array(rows, [](const Booking& b) { return b.user; });
  p.add_array(rows, [](const Booking& b) { return b.flight; });
  p.add_array(rows, [](const Booking& b) { return Integer4{b.seats}; });
  p.add_array(rows, [](const Booking& b) { return b.amount.minor; });
  p.add_array(rows, [](const Booking& b) { return to_string(b.status); });
  p.add_array(rows, [](const Booking& b) { return null_if_empty(b.failure_reason); });
  p.add_array(rows, [](const Booking& b) { return null_if_empty(b.payment_ref); });
  p.add_array(rows, [](const Booking& b) { return null_if_empty(b.refund_ref); });
  p.add_array(rows, [](const Booking& b) { return b.expires_at; });
  p.add_array(rows, [](const Booking& b) { return b.created_at; });
  p.add_array(rows, [](const Booking& b) { return b.updated_at; });
  return p;
}

std::vector<FlightId> flights_of(const std::vector<std::shared_ptr<const CachedBooking>>& cached) {
  std::vector<FlightId> flights;
  flights.reserve(cached.size());
  for (const auto& one : cached) flights.push_back(one->booking.flight);
  sort_unique(flights);
  return flights;
}

Parameters claim_parameters(Instant now, Instant lease_until, std::size_t limit) {
  Parameters p;
  p.add(now).add(lease_until).add(static_cast<std::int64_t>(limit));
  return p;
}

}  // namespace

PostgresLedgerStore::PostgresLedgerStore(const std::string& url, std::shared_ptr<DatabaseWatch> watch,
                                         Purpose purpose)
    : watch_(std::move(watch)),
      answer_deadline_(answer_deadline(purpose)),
      link_(url, purpose, sql_.all(), watch_->outages) {}

PostgresLedgerStore::PostgresLedgerStore(const std::string& url, Log& log)
    : PostgresLedgerStore(url, std::make_shared<DatabaseWatch>(url, log)) {}

// Each write that waits for a standby in vain keeps a connection of the server, and its locks, until the
// standby is back.
void PostgresLedgerStore::expect_standby() const {
  if (watch_->standby.stuck()) throw ledger::NotDurableError("PostgreSQL waits for its synchronous standby");
}

void PostgresLedgerStore::confirm_on(Connection& connection, Deadline deadline) {
  watch_->standby.confirm(server_identity(connection, deadline), deadline);
}

LedgerRows PostgresLedgerStore::begin(const LedgerKeys& keys) {
  expect_standby();
  return link_.run(answer_deadline_, [&](Connection& connection, Deadline deadline) {
    try {
      return load(connection, deadline, keys);
    } catch (const DatabaseError& error) {
      link_.note(error);
      throw_as_ledger_error(error);
    }
  });
}

LedgerRows PostgresLedgerStore::load(Connection& connection, Deadline deadline, const LedgerKeys& keys) {
  std::vector<FlightId> flights = keys.flights;
  connection.queue(sql_.begin);
  if (!keys.natural_keys.empty()) {
    Parameters p;
    p.add_array(keys.natural_keys, [](const auto& key) { return std::string_view(key.first); });
    p.add_array(keys.natural_keys, [](const auto& key) { return key.second; });
    connection.queue(sql_.flights_of_keys, p);
    const QueryResults found = connection.finish(deadline);
    for (const FlightId id : read_ids<FlightId>(found.back())) flights.push_back(id);
    sort_unique(flights);
  }
  connection.queue(sql_.transaction_id);
  if (!flights.empty()) {
    Parameters p;
    connection.queue(sql_.lock_flights, add_ids(p, flights));
  }
  if (!keys.bookings.empty()) {
    Parameters p;
    connection.queue(sql_.bookings, add_ids(p, keys.bookings));
  }
  if (!keys.cached.empty()) {
    Parameters p;
    connection.queue(sql_.flight_dates, add_ids(p, flights_of(keys.cached)));
  }
  const QueryResults results = connection.finish(deadline);
  // After that of `begin`.
  auto result = results.begin() + (keys.natural_keys.empty() ? 1 : 0);
  transaction_id_ = result->text(0, 0);
  synchronous_ = result->truth(0, 1);
  LedgerRows rows;
  written_by_.clear();
  if (!flights.empty()) rows.flights = read_flights(*++result);
  if (!keys.bookings.empty()) {
    rows.bookings = read_bookings(*++result);
    for (int row = 0; row < result->rows(); ++row) {
      const Booking& read = rows.bookings[static_cast<std::size_t>(row)];
      written_by_.emplace(read.id, result->transaction_id(row, booking_column_count));
    }
  }
  if (!keys.cached.empty()) add_cached(rows, keys, *++result);
  return rows;
}

void PostgresLedgerStore::add_cached(LedgerRows& rows, const LedgerKeys& keys, const QueryResult& dates) {
  std::unordered_map<FlightId, Date> date_of;
  for (int row = 0; row < dates.rows(); ++row)
    date_of.emplace(dates.id<FlightId>(row, 0), dates.date(row, 1));
  for (const auto& cached : keys.cached) {
    Booking& booking = rows.bookings.emplace_back(cached->booking);
    if (const auto date = date_of.find(booking.flight); date != date_of.end()) booking.date = date->second;
    // A row carries the lower half of its transaction's id.
    written_by_.emplace(booking.id, TransactionId{static_cast<std::uint32_t>(cached->row_version.value)});
  }
}

std::optional<ledger::RowVersion> PostgresLedgerStore::commit(const LedgerChanges& changes) {
  // Until it has not.
  last_commit_failed_ = true;
  const Deadline whole(answer_deadline_ + limits::ledger_commit_deadline - limits::ledger_answer_deadline);
  Connection* connection = link_.live();
  if (!connection || !connection->in_transaction())
    throw LedgerConflict("PostgreSQL: the transaction is gone");
  const int backend_pid = connection->backend_pid();
  try {
    queue_changes(*connection, changes);
    connection->queue(sql_.commit);
    const QueryResults results = connection->finish(whole.at_most(answer_deadline_));
    if (results.back().command_tag() != "COMMIT") throw LedgerConflict("PostgreSQL: rolled back");
    if (connection->wait_cut_short()) confirm_on(*connection, whole);
  } catch (const StatementsStale& error) {
    // The commit comes last: it was not carried out.
    link_.drop(error.what());
    throw LedgerConflict(error.what());
  } catch (const ConnectionLost& error) {
    link_.drop(error.what());
    if (synchronous_) watch_->standby.ask();
    find_out(changes, backend_pid, whole.at_most(limits::ledger_commit_lookup_deadline));
  } catch (const DatabaseError& error) {
    link_.note(error);
    throw_as_ledger_error(error);
  }
  last_commit_failed_ = false;
  link_.works();
  return ledger::RowVersion{std::stoull(transaction_id_)};
}

void PostgresLedgerStore::find_out(const LedgerChanges& changes, int backend_pid, Deadline deadline) {
  CommitLookup lookup(sql_, transaction_id_, backend_pid, changes);
  while (!deadline.passed()) {
    switch (ask(lookup, deadline)) {
      case CommitVerdict::done:
        // It shows, which does not say that a standby has it.
        if (lookup.synchronous()) confirm_on(link_.connection(deadline), deadline);
        return;
      case CommitVerdict::conflict:
        throw LedgerConflict("PostgreSQL: the connection broke before the commit");
      case CommitVerdict::unknown: throw UnavailableError("PostgreSQL has forgotten what became of a commit");
      case CommitVerdict::ask_again: break;
    }
    std::this_thread::sleep_for(std::min(limits::ledger_commit_lookup_pause, deadline.left()));
  }
  throw UnavailableError("PostgreSQL does not answer, and a commit is left open");
}

CommitVerdict PostgresLedgerStore::ask(CommitLookup& lookup, Deadline deadline) {
  try {
    return lookup.ask(link_.connection(deadline), deadline);
  } catch (const ConnectionLost& error) {
    link_.drop(error.what());
  } catch (const DatabaseError& error) {
    link_.note(error);
  } catch (const UnavailableError&) {
    // It may be back before the deadline.
  }
  return CommitVerdict::ask_again;
}

void PostgresLedgerStore::queue_changes(Connection& connection, const LedgerChanges& changes) const {
  queue_flights(connection, changes);
  queue_bookings(connection, changes);
  queue_intents(connection, changes);
  if (changes.events.empty()) return;
  Parameters p;
  p.add(events::outbox_row(changes.events)).add(changes.now);
  connection.queue(sql_.insert_events, p);
}

void PostgresLedgerStore::queue_flights(Connection& connection, const LedgerChanges& changes) const {
  // A new flight may take the number and time that another one has just given up.
  if (!changes.updated_flights.empty()) {
    connection.queue(sql_.update_flights, flight_parameters(changes.updated_flights));
  }
  if (const std::vector<Flight>& rows = changes.updated_seats; !rows.empty()) {
    Parameters p;
    p.add_array(rows, [](const Flight& f) { return f.id; });
    p.add_array(rows, [](const Flight& f) { return Integer4{f.available_seats}; });
    p.add_array(rows, [](const Flight& f) { return f.version; });
    p.add(changes.now);
    connection.queue(sql_.update_seats, p);
  }
  if (!changes.inserted_flights.empty()) {
    connection.queue(sql_.insert_flights, flight_parameters(changes.inserted_flights));
  }
}

void PostgresLedgerStore::queue_bookings(Connection& connection, const LedgerChanges& changes) const {
  if (!changes.inserted_bookings.empty()) {
    connection.queue(sql_.insert_bookings, inserted_booking_parameters(changes.inserted_bookings));
  }
  if (!changes.updated_bookings.empty()) {
    connection.queue(sql_.update_bookings, updated_bookings(changes.updated_bookings));
  }
}

Parameters PostgresLedgerStore::updated_bookings(const std::vector<Booking>& rows) const {
  Parameters p;
  p.add_array(rows, [](const Booking& b) { return b.id; });
  p.add_array(rows, [](const Booking& b) { return to_string(b.status); });
  p.add_array(rows, [](const Booking& b) { return null_if_empty(b.failure_reason); });
  p.add_array(rows, [](const Booking& b) { return null_if_empty(b.payment_ref); });
  p.add_array(rows, [](const Booking& b) { return null_if_empty(b.refund_ref); });
  p.add_array(rows, [](const Booking& b) { return b.updated_at; });
  p.add_array(rows, [this](const Booking& b) { return written_by_.at(b.id); });
  return p;
}

void PostgresLedgerStore::queue_intents(Connection& connection, const LedgerChanges& changes) const {
  std::vector<IntentChange> added;
  std::vector<IntentChange> set;
  std::vector<BookingId> removed;
  for (const IntentChange& intent : changes.intents) {
    if (intent.due)
      (intent.added ? added : set).push_back(intent);
    else
      removed.push_back(intent.booking);
  }
  const auto queue = [&](const Statement& statement, const std::vector<IntentChange>& intents) {
    if (intents.empty()) return;
    Parameters p;
    p.add_array(intents, [](const IntentChange& intent) { return intent.booking; });
    p.add_array(intents, [](const IntentChange& intent) { return *intent.due; });
    p.add(changes.now);
    connection.queue(statement, p);
  };
  queue(sql_.insert_intents, added);
  queue(sql_.set_intents, set);
  if (!removed.empty()) {
    Parameters p;
    connection.queue(sql_.remove_intents, add_ids(p, removed));
  }
}

void PostgresLedgerStore::rollback() noexcept {
  Connection* connection = link_.live();
  if (!connection || !connection->in_transaction()) return;
  try {
    connection->queue(sql_.rollback);
    connection->finish(Deadline(limits::ledger_answer_deadline));
  } catch (const std::exception& error) {
    // Nothing is kept of a transaction that never commits, and its connection may be beyond use.
    link_.drop(error.what());
  }
}

void PostgresLedgerStore::confirm() {
  Connection* connection = link_.live();
  if (!synchronous_ || !connection) return rollback();
  const Deadline deadline(limits::ledger_answer_deadline);
  try {
    // Its locks are for nobody's good while it waits.
    connection->queue(sql_.rollback);
    connection->finish(deadline);
    confirm_on(*connection, deadline);
  } catch (const StatementsStale& error) {
    link_.drop(error.what());
    throw LedgerConflict(error.what());
  } catch (const ConnectionLost& error) {
    link_.drop(error.what());
    throw UnavailableError(error.what());
  }
}

ledger::LockedRows PostgresLedgerStore::locked_of(const LedgerKeys& keys) {
  std::vector<BookingId> bookings = keys.bookings;
  for (const auto& cached : keys.cached) bookings.push_back(cached->booking.id);
  expect_standby();
  return link_.run(limits::ledger_answer_deadline, [&](Connection& connection, Deadline deadline) {
    Parameters of_flights;
    Parameters of_bookings;
    connection.queue(sql_.begin);
    connection.queue(sql_.locked_flights, add_ids(of_flights, keys.flights));
    connection.queue(sql_.locked_bookings, add_ids(of_bookings, bookings));
    // A transaction that commits would wait for the disk and a standby.
    connection.queue(sql_.rollback);
    try {
      const QueryResults results = connection.finish(deadline);
      return ledger::LockedRows{read_ids<FlightId>(results.at(1)), read_ids<BookingId>(results.at(2))};
    } catch (const DatabaseError&) {
      rollback();
      throw;
    }
  });
}

template <class Work>
auto PostgresLedgerStore::write(Work work) {
  expect_standby();
  try {
    return link_.run(limits::ledger_answer_deadline, [&](Connection& connection, Deadline deadline) {
      auto answer = work(connection, deadline);
      if (connection.wait_cut_short()) confirm_on(connection, deadline);
      return answer;
    });
  } catch (const UnavailableError&) {
    if (synchronous_) watch_->standby.ask();
    throw;
  }
}

std::vector<BookingId> PostgresLedgerStore::claim_unfinished(Instant now, Instant lease_until,
                                                             std::size_t limit) {
  return write([&](Connection& connection, Deadline deadline) {
    connection.queue(sql_.claim_unfinished, claim_parameters(now, lease_until, limit));
    const QueryResults results = connection.finish(deadline);
    const QueryResult& rows = results.front();
    std::vector<std::pair<Instant, BookingId>> claimed;
    claimed.reserve(static_cast<std::size_t>(rows.rows()));
    for (int row = 0; row < rows.rows(); ++row) {
      claimed.emplace_back(rows.instant(row, 1), rows.id<BookingId>(row, 0));
    }
    std::sort(claimed.begin(), claimed.end());
    std::vector<BookingId> ids;
    ids.reserve(claimed.size());
    for (const auto& [due, id] : claimed) ids.push_back(id);
    return ids;
  });
}

std::vector<events::OutboxRow> PostgresLedgerStore::claim_events(Instant now, Instant lease_until,
                                                                 std::size_t limit) {
  return write([&](Connection& connection, Deadline deadline) {
    connection.queue(sql_.claim_events, claim_parameters(now, lease_until, limit));
    const QueryResults results = connection.finish(deadline);
    const QueryResult& rows = results.front();
    std::vector<events::OutboxRow> claimed;
    claimed.reserve(static_cast<std::size_t>(rows.rows()));
    for (int row = 0; row < rows.rows(); ++row) {
      claimed.push_back({rows.integer(row, 0), rows.text(row, 1)});
    }
    std::sort(claimed.begin(), claimed.end(),
              [](const auto& a, const auto& b) { return a.sequence < b.sequence; });
    return claimed;
  });
}

void PostgresLedgerStore::remove_events(std::span<const std::int64_t> sequences) {
  if (sequences.empty()) return;
  write([&](Connection& connection, Deadline deadline) {
    Parameters p;
    p.add_array(sequences, [](std::int64_t sequence) { return sequence; });
    connection.queue(sql_.remove_events, p);
    return connection.finish(deadline);
  });
}

std::size_t PostgresLedgerStore::trim_events(Instant before, std::int64_t keep, std::size_t limit) {
  return write([&](Connection& connection, Deadline deadline) {
    Parameters p;
    p.add(before).add(keep).add(static_cast<std::int64_t>(limit));
    connection.queue(sql_.trim_events, p);
    const QueryResults results = connection.finish(deadline);
    return static_cast<std::size_t>(results.front().integer(0, 0));
  });
}

void PostgresLedgerStore::check_writable() {
  link_.run(limits::ledger_answer_deadline, [&](Connection& connection, Deadline deadline) {
    connection.queue(sql_.read_only);
    const QueryResults results = connection.finish(deadline);
    if (results.front().truth(0, 0)) throw DatabaseError("25006", "PostgreSQL: the server takes no writes");
    // The server is the right one, so it is not left.
    if (!results.front().truth(0, 2)) throw DatabaseError("42501", "PostgreSQL: no right to insert bookings");
    synchronous_ = results.front().truth(0, 1);
    // Nothing is written here while the standby is away, and what was read up to now is certain after it.
    if (synchronous_) confirm_on(connection, deadline);
    if (!last_commit_failed_) return;
    // A full disk shows only when something is written.
    connection.queue(sql_.write_something);
    connection.finish(deadline);
    last_commit_failed_ = false;
  });
}

}  // namespace flightdeck::postgres
