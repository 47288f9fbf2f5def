// One state of the ledger in SQLite, on a connection of its own: WAL readers never wait for the writer. While
// it is read the WAL grows by what is written meanwhile.
#pragma once

#include "ledger/ledger_snapshot.h"
#include "sqlite/database.h"
#include "sqlite/reading.h"

namespace flightdeck::sqlite {

class SqliteLedgerSnapshot final : public ledger::LedgerSnapshot {
 public:
  // As SqliteLedgerReader. Taken by the first read.
  explicit SqliteLedgerSnapshot(const std::string& path);

  std::vector<flights::Flight> flights(FlightId after, std::size_t limit) override;
  std::vector<ledger::BookingRow> bookings(BookingId after, std::size_t limit) override;
  std::vector<ledger::IntentRow> intents(BookingId after, std::size_t limit) override;
  ledger::OutboxRest outbox(Instant before) override;

 private:
  Database database_;
  Statement flights_, bookings_, intents_, outbox_;
  Snapshot snapshot_;
};

}  // namespace flightdeck::sqlite
