// A whole simulated deployment: several processes on one database, one Redis and one payment service, and
// what breaks them. By its seed, a history happens the same way each time.
#pragma once

#include <memory>
#include <set>
#include <vector>

#include "simulation/faults.h"
#include "simulation/history.h"
#include "simulation/process.h"

namespace flightdeck::simulation {

class World final : public CommitWatch {
 public:
  World(std::uint64_t seed, bool print);
  ~World() override;

  EventQueue& queue() { return queue_; }
  Dice& dice() { return queue_.dice(); }
  History& history() { return history_; }
  Database& database() { return database_; }
  RedisServer& redis() { return redis_; }
  PaymentService& payments() { return payments_; }
  const Faults& faults() const { return faults_; }

  std::size_t processes() const { return slots_.size(); }
  // Null while the process is down.
  Process* process(std::size_t number) { return slots_[number].process.get(); }
  Process& any_process();

  void start();
  // Moments of this history at which something breaks, spread over that time.
  void schedule_incidents(Micros over);
  // Everything is well and up from now on, and loops take their time.
  void end_faults();
  // Payments are made from now on, and at once.
  void let_everybody_pay();
  void stop();

  // While it is under way, it is watched whether a refusal of it would be true.
  void cancel_asked(BookingId id) { cancels_asked_.insert(id); }
  void watch(std::shared_ptr<Asking> asking);
  void unwatch(const std::shared_ptr<Asking>& asking);

  std::uint64_t begun(const std::vector<ledger::FlightUpdate>& updates, Instant now) override;
  void told(std::uint64_t commit) override;

 private:
  struct Slot {
    Role role = Role::all;
    Milliseconds clock_ahead{0};
    std::unique_ptr<Process> process;
    bool crashing = false;
  };
  // A commit whose updates gate and index have not taken in yet.
  struct PendingCommit {
    std::vector<booking::SeatUpdate> updates;
    std::uint64_t faults_before = 0;
    // Redis has refused something since.
    bool refused = false;
  };

  Surroundings surroundings();
  void launch(std::size_t number);
  bool before_turn(std::size_t number);
  void crash(std::size_t number);
  void fault(std::string_view what);
  void look(const std::set<FlightId>& flights);
  void look(Asking& asking);
  void look(const ledger::LedgerChanges& changes);
  void look_at_cancelled(const ledger::LedgerChanges& changes);
  bool gate_lags(FlightId flight);
  bool refusal_is_unnoticed() const;
  void refuse_writes();
  void take_writes();
  void call_back(booking::PaymentVerdict verdict, std::function<void(bool)> taken);
  void take_snapshot();
  void lock_rows();
  void lose_standby();
  void end_loss_of_standby(bool promote);
  template <class Part>
  void outage(Part& part, const char* what);

  EventQueue queue_;
  Faults faults_;
  History history_;
  Database database_;
  RedisServer redis_{queue_};
  PaymentService payments_;
  std::vector<Slot> slots_;
  // Ended, and destroyed when none of their code is running.
  std::vector<std::unique_ptr<Process>> gone_;
  std::vector<RedisKeys> snapshots_;
  std::vector<std::shared_ptr<Asking>> askings_;
  std::map<std::uint64_t, PendingCommit> pending_commits_;
  std::map<FlightId, std::int64_t> available_;
  std::map<FlightId, Micros> last_commit_;
  // The bookings whose owners have asked to cancel.
  std::set<BookingId> cancels_asked_;
  std::set<BookingId> cancelled_;
  std::uint64_t last_pending_commit_ = 0;
  // The number of faults that may keep updates from the gate.
  std::uint64_t fault_count_ = 0;
  Micros last_fault_{-1'000'000'000};
  // The latest time that Redis refused something.
  Micros refused_from_{-1'000'000'000};
  Micros refused_until_{-1'000'000'000};
  bool faulty_ = true;
  int pace_ = 1;
};

}  // namespace flightdeck::simulation
