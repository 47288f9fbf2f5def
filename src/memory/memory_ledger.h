// The ledger in memory: the twin of the real backends for tests and simulation. Nothing survives the process.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "booking/ledger.h"
#include "booking/ledger_snapshot.h"

namespace flightdeck::memory {

// Thread-safe: a transaction excludes other transactions and readers see committed rows only.
class MemoryLedger final : public booking::LedgerStore, public booking::LedgerReader {
 public:
  booking::LedgerRows begin(const booking::LedgerKeys& keys) override;
  std::optional<booking::RowStamp> commit(const booking::LedgerChanges& changes) override;
  void rollback() noexcept override;
  std::vector<BookingId> claim_unfinished(Instant now, Instant lease_until, std::size_t limit) override;
  std::vector<events::OutboxRow> claim_events(Instant now, Instant lease_until, std::size_t limit) override;
  void remove_events(std::span<const std::int64_t> sequences) override;
  std::size_t trim_events(Instant before, std::int64_t keep, std::size_t limit) override;
  void check_writable() override {}

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

  // What is committed now. It outlives this.
  std::unique_ptr<booking::LedgerSnapshot> snapshot();

  // The outbox, one JSON array a commit.
  std::vector<std::string> outbox();

 private:
  struct UnpublishedEvents {
    std::string data;
    Instant written{};
    Instant due{};
  };

  void check_flight(const flights::Flight& flight) const;
  void check_changes(const booking::LedgerChanges& changes) const;

  std::mutex writer_;  // held from begin to commit or rollback
  std::mutex rows_;
  bool open_ = false;
  std::map<FlightId, flights::Flight> flights_;
  std::map<BookingId, booking::Booking> bookings_;
  std::map<BookingId, Instant> intents_;
  std::map<std::int64_t, UnpublishedEvents> outbox_;
  std::int64_t last_sequence_ = 0;
};

}  // namespace flightdeck::memory
