// The ledger in SQLite: one writer, WAL, synchronous=FULL.
#pragma once

#include "ledger/ledger.h"
#include "sqlite/database.h"

namespace flightdeck::sqlite {

// A transaction takes the database's one write lock at `begin`, so there is nothing else to lock.
class SqliteLedgerStore final : public ledger::LedgerStore {
 public:
  // `path` must hold the current schema (see migrate.h). Throws SqliteError.
  explicit SqliteLedgerStore(const std::string& path);

  ledger::LedgerRows begin(const ledger::LedgerKeys& keys) override;
  std::optional<ledger::RowVersion> commit(const ledger::LedgerChanges& changes) override;
  void rollback() noexcept override;
  std::vector<BookingId> claim_unfinished(Instant now, Instant lease_until, std::size_t limit) override;
  std::vector<events::OutboxRow> claim_events(Instant now, Instant lease_until, std::size_t limit) override;
  void remove_events(std::span<const std::int64_t> sequences) override;
  std::size_t trim_events(Instant before, std::int64_t keep, std::size_t limit) override;
  void check_writable() override;

 private:
  ledger::LedgerRows load(const ledger::LedgerKeys& keys);
  void write(const ledger::LedgerChanges& changes);
  void write_flights(const ledger::LedgerChanges& changes);
  void write_bookings(const ledger::LedgerChanges& changes);

  Database database_;
  bool last_commit_failed_ = false;
  std::int32_t probe_ = 0;
  Statement begin_, commit_, rollback_;
  Statement flight_by_id_, flight_by_key_, booking_by_id_;
  Statement insert_flight_, update_flight_, update_seats_, insert_booking_, update_booking_;
  Statement set_intent_, delete_intent_, insert_events_;
  Statement any_due_, due_, lease_;
  Statement due_events_, lease_event_, remove_event_, trim_events_;
};

}  // namespace flightdeck::sqlite
