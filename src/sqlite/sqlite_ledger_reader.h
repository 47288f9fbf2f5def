// Reads of the ledger in SQLite, on a connection of their own: WAL readers never wait for the writer.
#pragma once

#include "ledger/ledger.h"
#include "sqlite/database.h"

namespace flightdeck::sqlite {

class SqliteLedgerReader final : public ledger::LedgerReader {
 public:
  // `path` must hold the current schema (see migrate.h). Throws SqliteError.
  explicit SqliteLedgerReader(const std::string& path);

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
  Database database_;
  Statement flight_by_id_, booking_by_id_, seat_counts_, live_bookings_, closed_, changed_, pending_,
      any_flight_, cancelled_;
};

}  // namespace flightdeck::sqlite
