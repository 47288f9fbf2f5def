#include "simulation/database.h"

#include <algorithm>
#include <iterator>

#include "core/sort_unique.h"
#include "ledger/apply_batch.h"
#include "postgres/commit_verdict.h"

namespace flightdeck::simulation {

using flights::Flight;
using ledger::Booking;
using ledger::LedgerChanges;
using ledger::LedgerConflict;
using ledger::LedgerKeys;
using ledger::LedgerRows;
using postgres::CommitVerdict;
using postgres::TransactionStatus;

namespace {
// One inside the other.
constexpr int sessions_max = 3;
constexpr int lookups_max = 3;

// As the statement `rows_kept` says it.
bool may_be_later(const Booking& written, const Booking& now) {
  return now.status == written.status || now.status == ledger::BookingStatus::cancelled ||
         written.status == ledger::BookingStatus::pending || written.status == ledger::BookingStatus::failed;
}
}  // namespace

void Database::run(const std::shared_ptr<Batch>& batch) {
  if (batch->run) return;
  batch->run = true;
  std::erase(approaching_, batch);
  const auto sender = batch->sender.lock();
  if ((!sender || !sender->running()) && queue_.dice().chance(0.5)) return;
  queue_.note("database: batch", batch->commands.size());
  if (up_) {
    ++sessions_;
    DatabaseSession session(*this);
    try {
      batch->decision = ledger::apply_batch(session, batch->commands, batch->now);
    } catch (const UnavailableError& error) {
      on_fault_();
      queue_.note("database: no answer", 0);
    }
    --sessions_;
  } else {
    on_fault_();
  }
  if (batch->on_run) batch->on_run();
}

// Of another writer, whose flights nobody has locked.
void Database::let_another_in() {
  if (approaching_.empty() || sessions_ >= sessions_max || !queue_.dice().chance(faults_.interleave)) return;
  const std::shared_ptr<Batch> other = approaching_[queue_.dice().below(approaching_.size())];
  for (const ledger::Command& command : other->commands) {
    if (locked_.contains(ledger::flight_of(command))) return;
  }
  queue_.note("database: meanwhile", 0);
  run(other);
}

ledger::RowVersion Database::write(const LedgerChanges& changes) {
  rows_->begin({});
  try {
    rows_->commit(changes);
  } catch (const LedgerConflict&) {
    rows_->rollback();
    throw;
  } catch (const std::logic_error& broken) {
    rows_->rollback();
    problems_.push_back(std::string("the schema refuses a commit: ") + broken.what());
    throw UnavailableError(broken.what());
  }
  const ledger::RowVersion row_version = take_in(changes);
  log_.push_back(changes);
  if (standby_up_) replicated_ = log_.size();
  queue_.note("database: commit", changes.inserted_bookings.size() + changes.updated_bookings.size(),
              static_cast<std::uint64_t>(rows_->pending_bookings()));
  on_commit_(changes);
  return row_version;
}

ledger::RowVersion Database::take_in(const LedgerChanges& changes) {
  judge_.take_in(changes);
  if (!changes.events.empty()) committed_events_.insert(events::outbox_row(changes.events));
  const ledger::RowVersion row_version{++commits_};
  for (const auto* rows : {&changes.inserted_bookings, &changes.updated_bookings}) {
    for (const Booking& row : *rows) row_versions_[row.id] = row_version;
  }
  return row_version;
}

void Database::regain_standby() {
  standby_up_ = true;
  replicated_ = log_.size();
}

void Database::promote_standby() {
  queue_.note("database: lost in the failover", log_.size() - replicated_);
  log_.resize(replicated_);
  rows_ = std::make_unique<memory::MemoryLedger>();
  const std::vector<std::string> problems = judge_.problems;
  judge_ = {};
  row_versions_.clear();
  committed_events_.clear();
  commits_ = 0;
  for (const LedgerChanges& changes : log_) {
    rows_->begin({});
    rows_->commit(changes);
    take_in(changes);
  }
  judge_.problems = problems;
  standby_up_ = true;
  LedgerChanges seats;
  for (const auto& [id, flight] : judge_.flights) seats.updated_seats.push_back(flight);
  on_commit_(seats);
}

postgres::TransactionId Database::writer_of(BookingId id) const {
  return {static_cast<std::uint32_t>(row_versions_.at(id).value)};
}

ledger::LockedRows DatabaseSession::locked_of(const LedgerKeys& keys) {
  ledger::LockedRows locked;
  const ledger::LockedRows& all = db_.locked_by_others_;
  std::set_intersection(keys.flights.begin(), keys.flights.end(), all.flights.begin(), all.flights.end(),
                        std::back_inserter(locked.flights));
  std::set_intersection(keys.bookings.begin(), keys.bookings.end(), all.bookings.begin(), all.bookings.end(),
                        std::back_inserter(locked.bookings));
  for (const auto& cached : keys.cached) {
    const BookingId id = cached->booking.id;
    if (std::binary_search(all.bookings.begin(), all.bookings.end(), id)) locked.bookings.push_back(id);
  }
  sort_unique(locked.bookings);
  return locked;
}

void DatabaseSession::wait_for_locks(const ledger::LockedRows& rows) const {
  const ledger::LockedRows& all = db_.locked_by_others_;
  const auto meets = [](const auto& some, const auto& sorted) {
    return std::any_of(some.begin(), some.end(), [&sorted](const auto id) {
      return std::binary_search(sorted.begin(), sorted.end(), id);
    });
  };
  if (!meets(rows.flights, all.flights) && !meets(rows.bookings, all.bookings)) return;
  db_.queue_.note("database: a lock is not had", 0);
  throw ledger::RowsLockedError("somebody else has it locked");
}

LedgerRows DatabaseSession::begin(const LedgerKeys& keys) {
  wait_for_locks({keys.flights, {}});
  for (const FlightId id : keys.flights) {
    if (db_.locked_.contains(id) && !locks_.contains(id)) throw LedgerConflict("another has it locked");
  }
  for (const FlightId id : keys.flights) {
    db_.locked_.insert(id);
    locks_.insert(id);
  }
  LedgerRows rows = db_.rows_->begin(keys);
  // Others may write meanwhile; what is locked is known here.
  db_.rows_->rollback();
  for (const Booking& row : rows.bookings) read_[row.id] = db_.row_versions_.at(row.id);
  for (const auto& cached : keys.cached) {
    Booking& row = rows.bookings.emplace_back(cached->booking);
    row.date = db_.rows_->flights(std::span(&row.flight, 1)).front().date;
    read_[row.id] = cached->row_version;
  }
  return rows;
}

void DatabaseSession::rollback() noexcept {
  for (const FlightId id : locks_) db_.locked_.erase(id);
  locks_.clear();
  read_.clear();
}

void DatabaseSession::confirm() {
  if (!db_.standby_up_) throw ledger::NotDurableError("the database waits for its standby");
  rollback();
}

std::optional<ledger::RowVersion> DatabaseSession::commit(const LedgerChanges& changes) {
  Dice& dice = db_.queue_.dice();
  std::optional<ledger::RowVersion> row_version;
  db_.let_another_in();
  std::vector<BookingId> written;
  for (const Booking& row : changes.updated_bookings) written.push_back(row.id);
  wait_for_locks({{}, std::move(written)});
  if (!db_.standby_up_) {
    if (dice.chance(db_.faults_.cut_short)) {
      db_.queue_.note("database: shows what no standby has", 0);
      write_unless_changed(changes);
    }
    throw UnavailableError("the database waits for its standby");
  }
  if (dice.chance(db_.faults_.refuse)) throw UnavailableError("the database refuses");
  if (dice.chance(db_.faults_.give_way)) throw LedgerConflict("chosen to give way");
  if (dice.chance(db_.faults_.break_commit)) {
    const bool kept = dice.chance(0.5);
    db_.queue_.note("database: broken commit", kept ? 1 : 0);
    if (kept) row_version = write_unless_changed(changes);
    find_out(changes, kept);
  } else {
    row_version = write_unless_changed(changes);
  }
  // Ends the transaction; there is nothing to undo.
  rollback();
  return row_version;
}

ledger::RowVersion DatabaseSession::write_unless_changed(const LedgerChanges& changes) {
  for (const Booking& next : changes.updated_bookings) {
    const auto now = db_.row_versions_.find(next.id);
    const auto then = read_.find(next.id);
    if (now == db_.row_versions_.end() || then == read_.end() || now->second.value != then->second.value)
      throw LedgerConflict("a booking has changed since it was read");
  }
  return db_.write(changes);
}

std::int64_t DatabaseSession::rows_kept(const LedgerChanges& changes) {
  std::int64_t found = 0;
  for (const auto* rows : {&changes.inserted_bookings, &changes.updated_bookings}) {
    for (const Booking& row : *rows) {
      const std::vector<Booking> now = db_.rows_->bookings(std::span(&row.id, 1));
      if (!now.empty() && now.front().updated_at >= row.updated_at && may_be_later(row, now.front())) ++found;
    }
  }
  for (const auto* rows : {&changes.inserted_flights, &changes.updated_flights, &changes.updated_seats}) {
    for (const Flight& row : *rows) {
      const std::vector<Flight> now = db_.rows_->flights(std::span(&row.id, 1));
      if (!now.empty() && now.front().version >= row.version) ++found;
    }
  }
  return found;
}

// As the PostgreSQL backend does it, with its verdict.
void DatabaseSession::find_out(const LedgerChanges& changes, bool kept) {
  Dice& dice = db_.queue_.dice();
  const auto rows = static_cast<std::int64_t>(changes.booking_rows() + changes.flight_rows());
  for (int look = 0; look < lookups_max; ++look) {
    if (dice.chance(db_.faults_.lookup_fails)) continue;
    TransactionStatus status = kept ? TransactionStatus::committed : TransactionStatus::aborted;
    if (look == 0 && dice.chance(0.2)) status = TransactionStatus::in_progress;
    if (!kept && dice.chance(db_.faults_.lost_failover)) {
      status = dice.chance(0.5) ? TransactionStatus::never_was : TransactionStatus::committed;
    }
    switch (postgres::commit_verdict(status, rows, rows_kept(changes))) {
      case CommitVerdict::done: return;
      case CommitVerdict::conflict: throw LedgerConflict("the connection broke before the commit");
      case CommitVerdict::unknown: throw UnavailableError("it is not known what became of a commit");
      case CommitVerdict::ask_again: break;
    }
  }
  throw UnavailableError("a commit is left open");
}

}  // namespace flightdeck::simulation
