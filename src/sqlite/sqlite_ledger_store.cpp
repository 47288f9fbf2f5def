#include "sqlite/sqlite_ledger_store.h"

#include <algorithm>

#include "sqlite/rows.h"

namespace flightdeck::sqlite {

using flights::Flight;
using ledger::Booking;
using ledger::LedgerChanges;
using ledger::LedgerKeys;
using ledger::LedgerRows;

namespace {

std::string select_flight(std::string_view where) {
  return std::string("SELECT ").append(flight_columns).append(" FROM flights WHERE ").append(where);
}

// Calls that the port promises to fail with its own errors.
template <class Work>
auto with_port_errors(Work work) {
  try {
    return work();
  } catch (const SqliteError& error) {
    if (error.code() == SQLITE_CONSTRAINT_UNIQUE || error.code() == SQLITE_CONSTRAINT_PRIMARYKEY) {
      throw ledger::LedgerConflict(error.what());
    }
    throw UnavailableError(error.what());
  }
}

}  // namespace

SqliteLedgerStore::SqliteLedgerStore(const std::string& path)
    : database_(path, Database::Mode::read_write),
      begin_(database_, "BEGIN IMMEDIATE"),
      commit_(database_, "COMMIT"),
      rollback_(database_, "ROLLBACK"),
      flight_by_id_(database_, select_flight("id = ?")),
      flight_by_key_(database_,
                     select_flight("flight_number = ? AND departure_ts = ? AND status = 'SCHEDULED'")),
      booking_by_id_(
          database_,
          std::string("SELECT ").append(booking_columns()).append(booking_tables).append("WHERE b.id = ?")),
      insert_flight_(database_, std::string("INSERT INTO flights (")
                                    .append(flight_columns)
                                    .append(") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")),
      update_flight_(
          database_,
          "UPDATE flights SET flight_number = ?2, source = ?3, destination = ?4, departure_ts = ?5, "
          "arrival_ts = ?6, departure_date = ?7, total_seats = ?8, available_seats = ?9, price = ?10, "
          "status = ?11, version = ?12, created_at = ?13, updated_at = ?14 WHERE id = ?1"),
      update_seats_(database_,
                    "UPDATE flights SET available_seats = ?, version = ?, updated_at = ? WHERE id = ?"),
      insert_booking_(database_,
                      "INSERT INTO bookings (id, user_id, flight_id, seats, amount, status, failure_reason, "
                      "payment_ref, refund_ref, expires_at, created_at, updated_at) "
                      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      update_booking_(database_,
                      "UPDATE bookings SET status = ?, failure_reason = ?, payment_ref = ?, refund_ref = ?, "
                      "updated_at = ? WHERE id = ?"),
      set_intent_(
          database_,
          "INSERT INTO booking_intents (id, booking_id, expires_at, created_at) VALUES (?1, ?1, ?2, ?3) "
          "ON CONFLICT (id) DO UPDATE SET expires_at = excluded.expires_at"),
      delete_intent_(database_, "DELETE FROM booking_intents WHERE id = ?"),
      insert_events_(database_, "INSERT INTO events (data, created_at) VALUES (?, ?)"),
      any_due_(database_, "SELECT 1 FROM booking_intents WHERE expires_at <= ? LIMIT 1"),
      due_(database_,
           "SELECT booking_id FROM booking_intents WHERE expires_at <= ? ORDER BY expires_at, id LIMIT ?"),
      lease_(database_, "UPDATE booking_intents SET expires_at = ? WHERE id = ?"),
      due_events_(database_, "SELECT seq, data FROM events WHERE due_at <= ? ORDER BY seq LIMIT ?"),
      lease_event_(database_, "UPDATE events SET due_at = ? WHERE seq = ?"),
      remove_event_(database_, "DELETE FROM events WHERE seq = ?"),
      trim_events_(
          database_,
          "DELETE FROM events WHERE seq IN (SELECT seq FROM (SELECT seq, created_at FROM events "
          "ORDER BY seq LIMIT ?3) WHERE created_at < ?1 OR seq <= (SELECT max(seq) FROM events) - ?2)") {}

LedgerRows SqliteLedgerStore::begin(const LedgerKeys& keys) {
  return with_port_errors([&] {
    begin_.run();
    return load(keys);
  });
}

LedgerRows SqliteLedgerStore::load(const LedgerKeys& keys) {
  LedgerRows rows;
  for (const FlightId id : keys.flights) {
    if (flight_by_id_.bind(id).step()) rows.flights.push_back(read_flight(flight_by_id_));
  }
  flight_by_id_.reset();
  for (const auto& [number, departure] : keys.natural_keys) {
    if (!flight_by_key_.bind(number, departure).step()) continue;
    Flight flight = read_flight(flight_by_key_);
    const auto same = [&](const Flight& other) { return other.id == flight.id; };
    if (std::none_of(rows.flights.begin(), rows.flights.end(), same))
      rows.flights.push_back(std::move(flight));
  }
  flight_by_key_.reset();
  for (const BookingId id : keys.bookings) {
    if (booking_by_id_.bind(id).step()) rows.bookings.push_back(read_booking(booking_by_id_));
  }
  booking_by_id_.reset();
  return rows;
}

std::optional<ledger::RowVersion> SqliteLedgerStore::commit(const LedgerChanges& changes) {
  // Until it has not.
  last_commit_failed_ = true;
  with_port_errors([&] {
    write(changes);
    commit_.run();
  });
  last_commit_failed_ = false;
  return std::nullopt;
}

void SqliteLedgerStore::write(const LedgerChanges& changes) {
  write_flights(changes);
  write_bookings(changes);
  for (const ledger::IntentChange& intent : changes.intents) {
    if (intent.due)
      set_intent_.bind(intent.booking, *intent.due, changes.now).run();
    else
      delete_intent_.bind(intent.booking).run();
  }
  if (!changes.events.empty()) {
    const std::string data = events::outbox_row(changes.events);
    insert_events_.bind(data, changes.now).run();
  }
}

void SqliteLedgerStore::write_flights(const LedgerChanges& changes) {
  const auto write = [](Statement& statement, const Flight& f) {
    const std::string date = format_date(f.date);
    statement
        .bind(f.id, null_if_empty(f.flight_number), f.source, f.destination, f.departure, f.arrival, date,
              f.total_seats, f.available_seats, f.price, to_string(f.status), f.version, f.created_at,
              f.updated_at)
        .run();
  };
  // A new flight may take the number and time that another one has just given up.
  for (const Flight& flight : changes.updated_flights) write(update_flight_, flight);
  for (const Flight& f : changes.updated_seats) {
    update_seats_.bind(f.available_seats, f.version, f.updated_at, f.id).run();
  }
  for (const Flight& flight : changes.inserted_flights) write(insert_flight_, flight);
}

void SqliteLedgerStore::write_bookings(const LedgerChanges& changes) {
  for (const Booking& b : changes.inserted_bookings) {
    insert_booking_
        .bind(b.id, b.user, b.flight, b.seats, b.amount, to_string(b.status), null_if_empty(b.failure_reason),
              null_if_empty(b.payment_ref), null_if_empty(b.refund_ref), b.expires_at, b.created_at,
              b.updated_at)
        .run();
  }
  for (const Booking& b : changes.updated_bookings) {
    update_booking_
        .bind(to_string(b.status), null_if_empty(b.failure_reason), null_if_empty(b.payment_ref),
              null_if_empty(b.refund_ref), b.updated_at, b.id)
        .run();
  }
}

void SqliteLedgerStore::rollback() noexcept {
  try {
    if (database_.in_transaction()) rollback_.run();
  } catch (const SqliteError&) {
    // Nothing is kept of a transaction that never commits; the next BEGIN says if the connection is beyond
    // use.
  }
}

std::vector<BookingId> SqliteLedgerStore::claim_unfinished(Instant now, Instant lease_until,
                                                           std::size_t limit) {
  return with_port_errors([&] {
    std::vector<BookingId> claimed;
    const bool due = any_due_.bind(now).step();
    any_due_.reset();
    if (!due) return claimed;
    ImmediateTransaction transaction(database_);
    due_.bind(now, static_cast<std::int64_t>(limit));
    while (due_.step()) claimed.push_back(due_.id<BookingId>(0));
    for (const BookingId id : claimed) lease_.bind(lease_until, id).run();
    transaction.commit();
    return claimed;
  });
}

std::vector<events::OutboxRow> SqliteLedgerStore::claim_events(Instant now, Instant lease_until,
                                                               std::size_t limit) {
  return with_port_errors([&] {
    ImmediateTransaction transaction(database_);
    std::vector<events::OutboxRow> claimed;
    due_events_.bind(now, static_cast<std::int64_t>(limit));
    while (due_events_.step()) claimed.push_back({due_events_.integer(0), due_events_.text(1)});
    for (const events::OutboxRow& row : claimed) lease_event_.bind(lease_until, row.sequence).run();
    transaction.commit();
    return claimed;
  });
}

void SqliteLedgerStore::remove_events(std::span<const std::int64_t> sequences) {
  with_port_errors([&] {
    ImmediateTransaction transaction(database_);
    for (const std::int64_t sequence : sequences) remove_event_.bind(sequence).run();
    transaction.commit();
  });
}

std::size_t SqliteLedgerStore::trim_events(Instant before, std::int64_t keep, std::size_t limit) {
  return with_port_errors([&] {
    ImmediateTransaction transaction(database_);
    trim_events_.bind(before, keep, static_cast<std::int64_t>(limit)).run();
    const int gone = sqlite3_changes(database_.handle());
    transaction.commit();
    return static_cast<std::size_t>(gone);
  });
}

void SqliteLedgerStore::check_writable() {
  with_port_errors([&] {
    ImmediateTransaction transaction(database_);
    // A full disk shows only when something is written. The user version means nothing here, and changes page
    // 1.
    if (last_commit_failed_) database_.execute(("PRAGMA user_version = " + std::to_string(++probe_)).c_str());
    transaction.commit();
    last_commit_failed_ = false;
  });
}

}  // namespace flightdeck::sqlite
