// After every commit: tells the seat gate and the flight index what the ledger now says, then those who wait.
#pragma once

#include <atomic>
#include <vector>

#include "booking/commit_observer.h"
#include "booking/seat_gate.h"
#include "booking/settle_waiters.h"
#include "core/executor.h"
#include "flights/flight_index.h"

namespace flightdeck::sync {

// What the gate should hear of a flight.
booking::SeatNews seat_news(const booking::FlightNews& news, Instant now);

// A thread that tells, with the gate and the index that may be used on it.
struct Teller {
  Executor& home;
  booking::SeatGate& gate;
  flights::FlightIndex& index;
  TaskScope& scope;  // of `home`; not torn down before it is empty
};

// `on_commit` is thread-safe. The tellers take turns: news may arrive in any order, so they need not agree.
class CommitSync final : public booking::CommitObserver {
 public:
  CommitSync(booking::SettleWaiters& waiters, const Clock& clock, TaskScope::OnError on_error)
      : waiters_(waiters), clock_(clock), on_error_(std::move(on_error)) {}

  // At least one, and all of them before the first commit. They outlive it.
  void add(Teller teller) { tellers_.push_back(teller); }

  void on_commit(booking::Commit commit, std::function<void()> told) override;

 private:
  Task<void> tell(Teller teller, booking::Commit commit, std::function<void()> told);

  booking::SettleWaiters& waiters_;
  const Clock& clock_;
  TaskScope::OnError on_error_;
  std::vector<Teller> tellers_;
  std::atomic<std::size_t> turn_{0};
};

}  // namespace flightdeck::sync
