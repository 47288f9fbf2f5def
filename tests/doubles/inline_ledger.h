// The asynchronous ledger over a blocking backend, one commit a command, answering in the next turn of a
// loop.
#pragma once

#include "core/executor.h"
#include "ledger/commit_observer.h"
#include "ledger/ledger.h"

namespace flightdeck::test {

class InlineLedger final : public ledger::Ledger {
 public:
  enum class Fault {
    none,
    // Commands are not taken.
    overloaded,
    // Nothing is done.
    unavailable,
    // The command is done, but its answer gets lost and the commit is not observed.
    done_but_unavailable,
  };

  InlineLedger(ledger::LedgerStore& store, ledger::LedgerReader& reader, ledger::CommitObserver& observer,
               const Clock& clock, Executor& home)
      : store_(store), reader_(reader), observer_(observer), clock_(clock), home_(home) {}

  // Commands fail from now on, after `after` more that succeed.
  void fail(Fault fault, int after = 0) {
    fault_ = fault;
    good_left_ = after;
  }
  void fail_reads(bool fail) { reads_fail_ = fail; }
  // The number of reads so far.
  int reads() const { return reads_; }

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
  Task<void> turn();
  Task<void> read_turn();

  ledger::LedgerStore& store_;
  ledger::LedgerReader& reader_;
  ledger::CommitObserver& observer_;
  const Clock& clock_;
  Executor& home_;
  Fault fault_ = Fault::none;
  int good_left_ = 0;
  bool reads_fail_ = false;
  int reads_ = 0;
};

}  // namespace flightdeck::test
