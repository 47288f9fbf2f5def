// The booking side wired up in one thread and virtual time, on the in-memory parts, with faults to switch on.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "audit/auditor.h"
#include "booking/booking_service.h"
#include "booking/manage_flights.h"
#include "booking/unfinished_worker.h"
#include "doubles/inline_ledger.h"
#include "doubles/inline_snapshots.h"
#include "doubles/manual_loop.h"
#include "doubles/scripted_payment_provider.h"
#include "memory/memory_flight_index.h"
#include "memory/memory_ledger.h"
#include "memory/memory_seat_gate.h"
#include "sync/commit_sync.h"
#include "sync/sweeper.h"

namespace flightdeck::test {

class SilentLog final : public Log {
 public:
  bool enabled(LogLevel) const override { return false; }
  void write(LogLevel, std::string_view, std::string_view, std::initializer_list<LogField>) override {}
};

// A seat gate that can go away.
class SwitchableGate final : public booking::SeatGate {
 public:
  explicit SwitchableGate(const std::unique_ptr<memory::MemorySeatGate>& gate) : gate_(gate) {}
  void go_away(bool away) { away_ = away; }
  // The gate answers and takes in no updates, so its counts are out of date.
  void refuse_updates(bool refuse) { refuses_updates_ = refuse; }
  // The gate stands still: reservations are not answered, and are carried out later.
  void answer_late(bool late) { late_ = late; }
  void carry_out_what_is_late();

  Task<booking::ReserveAnswer> reserve(FlightId flight, BookingId booking, std::int64_t seats,
                                       Instant now) override;
  Task<bool> sync(std::vector<booking::SeatUpdate> updates) override;
  Task<bool> mend(std::vector<FlightId> flights) override;
  Task<std::vector<flights::StoredVersion>> versions(std::vector<FlightId> flights) override;
  Task<bool> forget_versions(std::vector<flights::StoredVersion> seen) override;
  Task<std::optional<std::int64_t>> sellable(FlightId flight) override;
  Task<std::optional<std::vector<booking::GateState>>> inspect(std::vector<FlightId> flights) override;
  Task<std::vector<booking::Hold>> stale_holds(Instant before, std::size_t limit) override;

 private:
  struct Reserve {
    FlightId flight;
    BookingId booking;
    std::int64_t seats = 0;
    Instant at{};
  };

  const std::unique_ptr<memory::MemorySeatGate>& gate_;
  bool away_ = false;
  bool refuses_updates_ = false;
  bool late_ = false;
  std::vector<Reserve> late_reserves_;
};

// A flight index that can go away.
class SwitchableIndex final : public flights::FlightIndex {
 public:
  explicit SwitchableIndex(const std::unique_ptr<memory::MemoryFlightIndex>& index) : index_(index) {}
  void go_away(bool away) { away_ = away; }

  Task<std::optional<flights::SearchPage>> search(flights::SearchQuery query, Instant now) override;
  Task<bool> update(std::vector<flights::Flight> flights, Instant now) override;
  Task<bool> update_seats(std::vector<flights::Flight> flights, Instant now) override {
    return update(std::move(flights), now);
  }
  Task<bool> restore(std::vector<flights::Flight> flights, Instant now) override;
  Task<std::vector<flights::StoredVersion>> versions(std::vector<FlightId> flights) override;
  Task<bool> forget_versions(std::vector<flights::StoredVersion> seen) override;
  Task<std::vector<FlightId>> drop_departed(Instant now) override;
  Task<std::optional<flights::IndexStates>> inspect(std::vector<flights::Flight> rows, Instant now) override;
  Task<flights::RebuildStart> begin_rebuild() override;
  Task<bool> renew_rebuild() override;
  Task<bool> complete_rebuild() override;
  Task<bool> mark_incomplete() override;
  // The index was emptied and needs a rebuild.
  void forget_complete() { complete_ = false; }
  // Another process is rebuilding the index.
  void tell_elsewhere(bool now) { told_elsewhere_ = now; }
  // The index is emptied while it is being rebuilt.
  void lose_rebuild(bool now) { loses_rebuild_ = now; }
  // `restore` throws, as it does when memory runs out.
  void fail_to_restore(bool now) { fails_to_restore_ = now; }

 private:
  const std::unique_ptr<memory::MemoryFlightIndex>& index_;
  bool complete_ = false;
  bool told_elsewhere_ = false;
  bool loses_rebuild_ = false;
  bool fails_to_restore_ = false;
  bool away_ = false;
};

// 2030-01-01T00:00:00Z: when every such world begins.
inline constexpr Instant world_start{std::chrono::sys_days{std::chrono::year{2030} / 1 / 1}};

// A flight that departs a day after the world's start, with the fields a test cares about.
flights::FlightDraft flight_draft(std::int64_t seats, std::string flight_number = "FD101",
                                  Milliseconds departs_in = std::chrono::hours{24});

struct BookingWorld {
  explicit BookingWorld(booking::BookingRules booking_rules = booking::BookingRules(),
                        std::int64_t admitted_max = 1000);
  ~BookingWorld();
  BookingWorld(const BookingWorld&) = delete;
  BookingWorld& operator=(const BookingWorld&) = delete;

  flights::Flight add_flight(std::int64_t seats, std::string flight_number = "FD101");
  Result<booking::BookAnswer> book(FlightId flight, std::int64_t seats,
                                   std::optional<std::string> key = std::nullopt, UserId user = UserId{});
  // The rows as the ledger has them.
  ledger::Booking booking(BookingId id);
  flights::Flight flight(FlightId id);
  std::optional<std::int64_t> sellable(FlightId id);
  // Lets the worker process everything that is due, until only time or another party can help.
  void work();
  // Seats of live bookings + available = total.
  bool seats_add_up(FlightId id);

  booking::BookingRules rules;
  ManualClock clock{world_start};
  ManualLoop loop{clock};
  SilentLog log;
  SeededRandom random{7};
  Counters counters;
  // The what() of exceptions that left a detached task.
  std::vector<std::string> escaped;
  TaskScope scope;
  memory::MemoryLedger rows;
  // Tests may replace these, for instance by an empty gate or index.
  std::unique_ptr<memory::MemorySeatGate> memory_gate = std::make_unique<memory::MemorySeatGate>();
  flights::ChangeClock changes;
  std::unique_ptr<memory::MemoryFlightIndex> memory_index =
      std::make_unique<memory::MemoryFlightIndex>(&changes);
  SwitchableGate gate{memory_gate};
  SwitchableIndex index{memory_index};
  booking::SettleWaiters waiters;
  flights::IndexLag lag;
  sync::DerivedStateUpdater updater;
  sync::CommitSync commit_sync;
  InlineLedger ledger{rows, rows, commit_sync, clock, loop};
  ScriptedPaymentProvider provider{loop};
  payment::ProviderWatch watched_provider{provider};
  booking::Admission admission;
  booking::BookingService service;
  booking::ManageFlights manage;
  booking::UnfinishedWorker worker;
  sync::Sweeper sweeper;
  InlineSnapshots snapshots{rows};
  audit::AuditDesk audits;
  audit::Auditor auditor;
};

}  // namespace flightdeck::test
