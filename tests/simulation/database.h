// The one database of a simulated deployment: rows in memory behind a server that refuses, breaks and gives
// way.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "doubles/row_store.h"
#include "ledger/ledger.h"
#include "memory/memory_ledger.h"
#include "postgres/array_parameter.h"
#include "simulation/network.h"

namespace flightdeck::simulation {

// Probabilities are per commit, unless said otherwise.
struct DatabaseFaults {
  // While the standby is away, the wait of a commit ends early, and others can see the commit.
  double cut_short = 0.5;
  // The commit is refused, and nothing is written.
  double refuse = 0;
  // The transaction is rolled back in favour of another.
  double give_way = 0;
  // The connection breaks in the middle of the commit, which may be kept or not.
  double break_commit = 0;
  // A look-up of the outcome fails. The probability is per look-up.
  double lookup_fails = 0;
  // The number of a commit that was not kept is given to another transaction.
  double lost_failover = 0;
  // Another process commits between reading and writing.
  double interleave = 0.1;
  // The process's queue is full. The probability is per command.
  double overloaded = 0;
  LinkFaults link;
};

// The commands that one writer of a process hands over together.
struct Batch {
  std::vector<ledger::Command> commands;
  // The time by its process's clock.
  Instant now{};
  std::weak_ptr<ProcessLoop> sender;
  // nullopt after the batch was run: the sender gets no answer.
  std::optional<ledger::BatchDecision> decision;
  bool run = false;
  std::function<void()> on_run;
};

class Database {
 public:
  // Called with every commit in order.
  using OnCommit = std::function<void(const ledger::LedgerChanges&)>;

  Database(EventQueue& queue, const DatabaseFaults& faults, OnCommit on_commit,
           std::function<void()> on_fault)
      : queue_(queue), faults_(faults), on_commit_(std::move(on_commit)), on_fault_(std::move(on_fault)) {}

  bool up() const { return up_; }
  void go_away(bool away) { up_ = !away; }
  // While the synchronous standby is away, no commit returns. A commit whose wait is cut short can be seen
  // all the same.
  bool standby_up() const { return standby_up_; }
  void lose_standby() { standby_up_ = false; }
  // The standby is back and has every commit.
  void regain_standby();
  // The standby takes over. Commits that it does not have are lost, and the numbers of lost transactions are
  // given out again.
  void promote_standby();
  // A session that is not one of the deployment's processes locks these rows. An empty set frees them.
  void lock(ledger::LockedRows rows) { locked_by_others_ = std::move(rows); }
  // The number of the transaction that wrote the row, as PostgreSQL shows it.
  postgres::TransactionId writer_of(BookingId id) const;
  std::uint64_t oldest_running() const { return commits_ + 1; }
  const DatabaseFaults& faults() const { return faults_; }

  // The batch is on its way. It may be run before it arrives if another one needs that.
  void approach(std::shared_ptr<Batch> batch) { approaching_.push_back(std::move(batch)); }
  void run(const std::shared_ptr<Batch>& batch);

  memory::MemoryLedger& rows() { return *rows_; }
  // The same rows, and every rule of a commit checked on the way: test::RowStore::problems.
  const test::RowStore& judge() const { return judge_; }
  // The outbox row of every commit that was kept.
  const std::set<std::string>& committed_events() const { return committed_events_; }
  const std::vector<std::string>& problems() const { return problems_; }

 private:
  friend class DatabaseSession;
  void let_another_in();
  ledger::RowVersion write(const ledger::LedgerChanges& changes);
  ledger::RowVersion take_in(const ledger::LedgerChanges& changes);

  EventQueue& queue_;
  const DatabaseFaults& faults_;
  const OnCommit on_commit_;
  const std::function<void()> on_fault_;
  bool up_ = true;
  bool standby_up_ = true;
  // Everything that was committed, and how much of it the standby has.
  std::vector<ledger::LedgerChanges> log_;
  std::size_t replicated_ = 0;
  std::unique_ptr<memory::MemoryLedger> rows_ = std::make_unique<memory::MemoryLedger>();
  test::RowStore judge_;
  // The version of the commit that wrote each booking last.
  std::map<BookingId, ledger::RowVersion> row_versions_;
  std::uint64_t commits_ = 0;
  std::set<std::string> committed_events_;
  std::vector<std::string> problems_;
  std::vector<std::shared_ptr<Batch>> approaching_;
  std::set<FlightId> locked_;
  ledger::LockedRows locked_by_others_;
  int sessions_ = 0;
};

// One transaction at a time, as a backend with row locks has them.
class DatabaseSession final : public ledger::LedgerStore {
 public:
  explicit DatabaseSession(Database& database) : db_(database) {}

  ledger::LedgerRows begin(const ledger::LedgerKeys& keys) override;
  std::optional<ledger::RowVersion> commit(const ledger::LedgerChanges& changes) override;
  void rollback() noexcept override;
  void confirm() override;
  ledger::LockedRows locked_of(const ledger::LedgerKeys& keys) override;
  // Only batches are simulated here. See ProcessLedger for the other calls.
  std::vector<BookingId> claim_unfinished(Instant, Instant, std::size_t) override { return {}; }
  std::vector<events::OutboxRow> claim_events(Instant, Instant, std::size_t) override { return {}; }
  void remove_events(std::span<const std::int64_t>) override {}
  std::size_t trim_events(Instant, std::int64_t, std::size_t) override { return 0; }
  void check_writable() override {}

 private:
  void wait_for_locks(const ledger::LockedRows& rows) const;
  ledger::RowVersion write_unless_changed(const ledger::LedgerChanges& changes);
  void find_out(const ledger::LedgerChanges& changes, bool kept);
  std::int64_t rows_kept(const ledger::LedgerChanges& changes);

  Database& db_;
  std::set<FlightId> locks_;
  // The versions of the bookings that were read or are known from before.
  std::map<BookingId, ledger::RowVersion> read_;
};

}  // namespace flightdeck::simulation
