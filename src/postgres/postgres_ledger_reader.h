// Reads of the ledger in PostgreSQL, on a connection of their own. Each call is one statement, hence one
// snapshot.
#pragma once

#include <memory>
#include <string>

#include "ledger/ledger.h"
#include "postgres/link.h"

namespace flightdeck::postgres {

class PostgresLedgerReader final : public ledger::LedgerReader {
 public:
  // As PostgresLedgerStore.
  PostgresLedgerReader(const std::string& url, std::shared_ptr<DatabaseWatch> watch);
  PostgresLedgerReader(const std::string& url, Log& log);

  std::vector<ledger::Booking> bookings(std::span<const BookingId> ids) override;
  std::vector<flights::Flight> flights(std::span<const FlightId> ids) override;
  ledger::BookingPage list_bookings(const ledger::BookingListQuery& query) override;
  flights::SearchPage list_flights(const ledger::FlightListQuery& query) override;
  flights::SearchPage search(const flights::SearchQuery& query, Instant now) override;
  ledger::SeatCounts seat_counts(FlightId flight) override;
  std::vector<BookingId> live_bookings(FlightId flight, std::size_t limit) override;
  ledger::ClosedFlights closed_flights(FlightId after, std::size_t looked_at) override;
  std::vector<flights::Flight> flights_changed(Instant since, FlightId after, std::size_t limit) override;
  std::int64_t pending_bookings() override;
  bool any_flight() override;
  std::vector<ledger::NaturalKey> cancelled_of(std::span<const ledger::NaturalKey> keys) override;

 private:
  // `query` is a Statement prepared by the constructor, or SQL to be planned for these parameters.
  template <class Query>
  QueryResult read(const Query& query, const Parameters& parameters = {});
  // Rows with their writers, once none of them can be lost.
  template <class Query>
  QueryResult read_durable(const Query& query, const Parameters& parameters);

  std::shared_ptr<DatabaseWatch> watch_;
  Link link_;
};

}  // namespace flightdeck::postgres
