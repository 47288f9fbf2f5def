// The ledger in memory, which stands in for the real backends in tests and simulation. Nothing survives the
// process.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "ledger/ledger.h"
#include "ledger/ledger_snapshot.h"

namespace flightdeck::memory {

// Thread-safe: a transaction excludes other transactions and readers see committed rows only.
class MemoryLedger final : public ledger::LedgerStore, public ledger::LedgerReader {
 public:
  ledger::LedgerRows begin(const ledger::LedgerKeys& keys) override;
  std::optional<ledger::RowVersion> commit(const ledger::LedgerChanges& changes) override;
  void rollback() noexcept override;
  std::vector<BookingId> claim_unfinished(Instant now, Instant lease_until, std::size_t limit) override;
  std::vector<events::OutboxRow> claim_events(Instant now, Instant lease_until, std::size_t limit) override;
  void remove_events(std::span<const std::int64_t> sequences) override;
  std::size_t trim_events(Instant before, std::int64_t keep, std::size_t limit) override;
  void check_writable() override {}

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

  // The current committed state. It may outlive this object.
  std::unique_ptr<ledger::LedgerSnapshot> snapshot();

  // The outbox, one JSON array for each commit.
  std::vector<std::string> outbox();

 private:
  struct UnpublishedEvents {
    std::string data;
    Instant written{};
    Instant due{};
  };

  void check_flight(const flights::Flight& flight) const;
  void check_changes(const ledger::LedgerChanges& changes) const;

  // Held from begin to commit or rollback.
  std::mutex writer_;
  std::mutex rows_;
  bool open_ = false;
  std::map<FlightId, flights::Flight> flights_;
  std::map<BookingId, ledger::Booking> bookings_;
  std::map<BookingId, Instant> intents_;
  std::map<std::int64_t, UnpublishedEvents> outbox_;
  std::int64_t last_sequence_ = 0;
};

}  // namespace flightdeck::memory
