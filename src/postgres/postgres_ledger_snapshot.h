// One state of the ledger in PostgreSQL: a transaction of its own, which reads only, on a connection of its
// own. While it is read the server keeps what is replaced meanwhile.
#pragma once

#include <string>

#include "ledger/ledger_snapshot.h"
#include "postgres/connection.h"

namespace flightdeck::postgres {

class PostgresLedgerSnapshot final : public ledger::LedgerSnapshot {
 public:
  // Connects and begins. Throws UnavailableError.
  explicit PostgresLedgerSnapshot(const std::string& url);

  std::vector<flights::Flight> flights(FlightId after, std::size_t limit) override;
  std::vector<ledger::BookingRow> bookings(BookingId after, std::size_t limit) override;
  std::vector<ledger::IntentRow> intents(BookingId after, std::size_t limit) override;
  ledger::OutboxRest outbox(Instant before) override;

 private:
  void begin(const std::string& url);
  template <class Query>
  QueryResult read(const Query& query, const Parameters& parameters);

  std::unique_ptr<Connection> connection_;
};

}  // namespace flightdeck::postgres
