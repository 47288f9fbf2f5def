// One simulated process: the program's own services, wired as src/app wires them, on simulated surroundings.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "booking/booking_service.h"
#include "booking/manage_flights.h"
#include "booking/search_flights.h"
#include "booking/unfinished_worker.h"
#include "doubles/booking_world.h"
#include "simulation/faults.h"
#include "simulation/process_ledger.h"
#include "simulation/redis_ports.h"
#include "sync/commit_sync.h"
#include "sync/derived_state_updater.h"
#include "sync/outbox_relay.h"
#include "sync/sweeper.h"

namespace flightdeck::simulation {

// Observes commits before the process's own observer, and observes when that one is done.
class CommitWatch {
 public:
  virtual ~CommitWatch() = default;
  virtual std::uint64_t begun(const std::vector<ledger::FlightUpdate>& updates, Instant now) = 0;
  virtual void told(std::uint64_t commit) = 0;
};

struct Surroundings {
  EventQueue& queue;
  Database& database;
  RedisServer& redis;
  PaymentService& payments;
  const Faults& faults;
  CommitWatch& commits;
  std::function<void(FlightId)> on_gate_change;
  Network::OnFault on_fault;
  std::function<void(std::string)> on_problem;
};

enum class Role { all, api };

class Process {
 public:
  // `before_turn` as in ProcessLoop. `pace`: loops rest so many times as long between their turns.
  Process(const Surroundings& surroundings, Role role, Milliseconds clock_ahead, std::uint64_t seed,
          std::function<bool()> before_turn, const int& pace);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // Begins to sweep, to finish bookings and to publish, if that is its role.
  void start();
  // The process is gone with its memory. Nothing that it has under way has an effect any more.
  void end();

  ProcessLoop& loop() { return *loop_; }
  std::weak_ptr<ProcessLoop> alive() const { return loop_; }
  TaskScope& scope() { return scope_; }
  booking::BookingService& bookings() { return bookings_; }
  booking::ManageFlights& flights() { return flights_; }
  booking::SearchFlights& search() { return search_; }
  ledger::Ledger& ledger() { return ledger_; }

 private:
  class WatchedSync final : public ledger::CommitObserver {
   public:
    WatchedSync(sync::CommitSync& sync, CommitWatch& watch, const Clock& clock)
        : sync_(sync), watch_(watch), clock_(clock) {}
    void on_commit(ledger::Commit commit, std::function<void()> told) override;

   private:
    sync::CommitSync& sync_;
    CommitWatch& watch_;
    const Clock& clock_;
  };
  using Turn = Task<void> (Process::*)();

  Task<void> repeat(Milliseconds rest, Turn turn);
  Task<void> sweep() { co_await sweeper_.run_once(); }
  Task<void> close_flights() { return sweeper_.finish_closed_flights(); }
  Task<void> look_at_redis() { return refusals_.inspect(); }
  Task<void> finish_bookings() { return worker_.run_once(); }
  Task<void> publish();
  TaskScope::OnError report(std::string what);

  const Surroundings dependencies_;
  const Role role_;
  const int& pace_;
  std::shared_ptr<ProcessLoop> loop_;
  Network network_;
  test::SilentLog log_;
  SeededRandom random_;
  Counters counters_;
  TaskScope scope_;
  flights::IndexLag lag_;
  RefusalWatch refusals_;
  ProcessGate gate_;
  ProcessIndex index_;
  ProcessSink sink_;
  ProcessPayments provider_;
  payment::ProviderWatch watched_provider_;
  booking::SettleWaiters waiters_;
  sync::DerivedStateUpdater updater_;
  sync::CommitSync commit_sync_;
  WatchedSync watched_sync_;
  ProcessLedger ledger_;
  booking::Admission admission_;
  booking::BookingRules rules_;
  booking::BookingService bookings_;
  booking::ManageFlights flights_;
  std::unique_ptr<flights::ChangeClock> changes_;
  booking::SearchFlights search_;
  booking::UnfinishedWorker worker_;
  sync::Sweeper sweeper_;
  sync::OutboxRelay relay_;
  bool ended_ = false;
};

// Long enough for most payments, and short so that some expire.
inline constexpr Milliseconds payment_timeout{6'000};

}  // namespace flightdeck::simulation
