// Reads of the ledger in SQLite, on a connection of their own: WAL readers never wait for the writer.
#pragma once

#include "booking/ledger.h"
#include "sqlite/database.h"

namespace flightdeck::sqlite {

class SqliteLedgerReader final : public booking::LedgerReader {
 public:
  // `path` must hold the current schema (see migrate.h). Throws SqliteError.
  explicit SqliteLedgerReader(const std::string& path);

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
  Database database_;
  Statement flight_by_id_, booking_by_id_, seat_counts_, live_bookings_, closed_, changed_, pending_,
      any_flight_, cancelled_;
};

}  // namespace flightdeck::sqlite
