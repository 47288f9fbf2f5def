// The ledger in PostgreSQL: row locks, one round trip to load a batch and one to write it.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "ledger/ledger.h"
#include "postgres/commit_lookup.h"
#include "postgres/link.h"
#include "postgres/store_statements.h"

namespace flightdeck::postgres {

// Isolation is READ COMMITTED: `begin` locks the flights in order of their ids and reads the bookings after
// that, so it sees whatever an earlier holder of the locks has committed.
class PostgresLedgerStore final : public ledger::LedgerStore {
 public:
  // The database must hold the current schema (see migrate.h). Connects at once; throws std::runtime_error in
  // one line, without the password. Afterwards it reconnects by itself. `purpose`: writing, or bulk_writing.
  PostgresLedgerStore(const std::string& url, std::shared_ptr<DatabaseWatch> watch,
                      Purpose purpose = Purpose::writing);
  // With a watch of its own. `log` must outlive it.
  PostgresLedgerStore(const std::string& url, Log& log);

  ledger::LedgerRows begin(const ledger::LedgerKeys& keys) override;
  std::optional<ledger::RowVersion> commit(const ledger::LedgerChanges& changes) override;
  void rollback() noexcept override;
  ledger::LockedRows locked_of(const ledger::LedgerKeys& keys) override;
  void confirm() override;
  std::vector<BookingId> claim_unfinished(Instant now, Instant lease_until, std::size_t limit) override;
  std::vector<events::OutboxRow> claim_events(Instant now, Instant lease_until, std::size_t limit) override;
  void remove_events(std::span<const std::int64_t> sequences) override;
  std::size_t trim_events(Instant before, std::int64_t keep, std::size_t limit) override;
  void check_writable() override;

 private:
  ledger::LedgerRows load(Connection& connection, Deadline deadline, const ledger::LedgerKeys& keys);
  void add_cached(ledger::LedgerRows& rows, const ledger::LedgerKeys& keys, const QueryResult& dates);
  void queue_changes(Connection& connection, const ledger::LedgerChanges& changes) const;
  void queue_flights(Connection& connection, const ledger::LedgerChanges& changes) const;
  void queue_bookings(Connection& connection, const ledger::LedgerChanges& changes) const;
  Parameters updated_bookings(const std::vector<ledger::Booking>& rows) const;
  void queue_intents(Connection& connection, const ledger::LedgerChanges& changes) const;
  // What became of a commit whose answer got lost. Returns when it was done, else throws as `commit`.
  void find_out(const ledger::LedgerChanges& changes, int backend_pid, Deadline deadline);
  CommitVerdict ask(CommitLookup& lookup, Deadline deadline);
  // Waits until what this connection shows, or has written, is on the synchronous standby.
  void confirm_on(Connection& connection, Deadline deadline);
  // Throws UnavailableError while a write would only wait for the standby.
  void expect_standby() const;
  // As Link::run, for a write that commits by itself.
  template <class Work>
  auto write(Work work);

  StoreStatements sql_ = store_statements();
  std::shared_ptr<DatabaseWatch> watch_;
  // Of a begin or a commit.
  const std::chrono::milliseconds answer_deadline_;
  Link link_;
  // Of the transaction that `begin` started.
  std::string transaction_id_;
  // The bookings it has read or that are known, by whom they were written last.
  std::unordered_map<BookingId, TransactionId> written_by_;
  bool last_commit_failed_ = false;
  // Whether commits wait for a standby, as the server said last.
  bool synchronous_ = false;
};

}  // namespace flightdeck::postgres
