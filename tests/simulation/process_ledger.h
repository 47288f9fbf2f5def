// The ledger as one simulated process has it: two group-commit writers and reads, over the wire to the one
// database.
#pragma once

#include <deque>
#include <memory>

#include "ledger/commit_observer.h"
#include "postgres/durable_horizon.h"
#include "simulation/database.h"

namespace flightdeck::simulation {

class ProcessLedger final : public ledger::Ledger {
 public:
  struct Dependencies {
    EventQueue& queue;
    Database& database;
    std::shared_ptr<ProcessLoop> loop;
    Network& network;
    ledger::CommitObserver& observer;
  };
  explicit ProcessLedger(Dependencies dependencies) : dependencies_(std::move(dependencies)) {}

  // The process is gone: commands that wait are not answered. What was handed over may be applied.
  void cut();

  Task<Result<ledger::Applied>> apply(ledger::Command command) override;
  Task<std::vector<BookingId>> claim_unfinished(Instant now, Instant lease_until, std::size_t limit) override;
  Task<std::vector<events::OutboxRow>> claim_events(Instant now, Instant lease_until,
                                                    std::size_t limit) override;
  Task<void> remove_events(std::vector<std::int64_t> sequences) override;
  Task<std::size_t> trim_events(Instant before, std::int64_t keep, std::size_t limit) override;
  Task<void> check_writable() override;
  Task<std::optional<ledger::Booking>> find_booking(BookingId id) override;
  Task<std::optional<flights::Flight>> find_flight(FlightId id) override;
  Task<void> run(ledger::ReadKind kind, std::function<void(ledger::LedgerReader&)> query) override;

 private:
  struct Waiting {
    ledger::Command command;
    std::optional<Result<ledger::Applied>> outcome;
    std::function<void(bool)> done;
  };
  using Calls = std::vector<std::shared_ptr<Waiting>>;
  struct Writer {
    std::deque<std::shared_ptr<Waiting>> waiting;
    Calls under_way;
  };

  template <class T>
  Task<T> ask(std::function<T(memory::MemoryLedger&)> question);
  // A write that commits by itself.
  template <class T>
  Task<T> change(std::function<T(memory::MemoryLedger&)> question);
  // `effect` answers nothing when the database would not.
  template <class T>
  Task<T> send(std::function<std::optional<T>(Database&)> effect);
  void write_next(Writer& writer);
  void take_answer(Writer& writer, const std::shared_ptr<Batch>& batch);
  void fail(Calls calls);
  static void deliver(const Calls& calls);

  const Dependencies dependencies_;
  // Requests that are under way outlive the process.
  const std::shared_ptr<postgres::DurableHorizon> horizon_ = std::make_shared<postgres::DurableHorizon>();
  Writer selling_;
  // Takes the successes of payments, as on PostgreSQL.
  Writer settling_;
};

}  // namespace flightdeck::simulation
