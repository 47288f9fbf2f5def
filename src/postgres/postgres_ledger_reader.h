// Reads of the ledger in PostgreSQL, on a connection of their own. Each call is one statement, hence one snapshot.
#pragma once

#include <memory>
#include <string>

#include "booking/ledger.h"
#include "postgres/link.h"

namespace flightdeck::postgres {

class PostgresLedgerReader final : public booking::LedgerReader {
 public:
  // As PostgresLedgerStore.
  PostgresLedgerReader(const std::string& url, std::shared_ptr<DatabaseWatch> watch);
  PostgresLedgerReader(const std::string& url, Log& log);

  std::vector<booking::Booking> bookings(std::span<const BookingId> ids) override;
  std::vector<flights::Flight> flights(std::span<const FlightId> ids) override;
  booking::BookingPage list_bookings(const booking::BookingListQuery& query) override;
  flights::SearchPage list_flights(const booking::FlightListQuery& query) override;
  flights::SearchPage search(const flights::SearchQuery& query, Instant now) override;
  booking::SeatCounts seat_counts(FlightId flight) override;
  std::vector<BookingId> live_bookings(FlightId flight, std::size_t limit) override;
  booking::ClosedFlights closed_flights(FlightId after, std::size_t looked_at) override;
  std::vector<flights::Flight> flights_changed(Instant since, FlightId after, std::size_t limit) override;
  std::int64_t pending_bookings() override;
  bool any_flight() override;
  std::vector<booking::NaturalKey> cancelled_of(std::span<const booking::NaturalKey> keys) override;

 private:
  // `query` is a Statement prepared by the constructor, or SQL to be planned for these parameters.
  template <class Query>
  Result read(const Query& query, const Parameters& parameters = {});
  // Rows with their writers, once none of them can be lost.
  template <class Query>
  Result read_durable(const Query& query, const Parameters& parameters);

  std::shared_ptr<DatabaseWatch> watch_;
  Link link_;
};

}  // namespace flightdeck::postgres
