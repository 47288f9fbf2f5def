// One state of the ledger in PostgreSQL: a transaction of its own, which reads only, on a connection of its own. While it is
// read the server keeps what is replaced meanwhile.
#pragma once

#include <string>

#include "booking/ledger_snapshot.h"
#include "postgres/connection.h"

namespace flightdeck::postgres {

class PostgresLedgerSnapshot final : public booking::LedgerSnapshot {
 public:
  // Connects and begins. Throws UnavailableError.
  explicit PostgresLedgerSnapshot(const std::string& url);

  std::vector<flights::Flight> flights(FlightId after, std::size_t limit) override;
  std::vector<booking::BookingRow> bookings(BookingId after, std::size_t limit) override;
  std::vector<booking::IntentRow> intents(BookingId after, std::size_t limit) override;
  booking::OutboxRest outbox(Instant before) override;

 private:
  void begin(const std::string& url);
  template <class Query>
  Result read(const Query& query, const Parameters& parameters);

  std::unique_ptr<Connection> connection_;
};

}  // namespace flightdeck::postgres
