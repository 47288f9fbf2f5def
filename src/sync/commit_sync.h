// After every commit: tells the seat gate and the flight index what the ledger now says, then those who wait.
#pragma once

#include "booking/commit_observer.h"
#include "booking/seat_gate.h"
#include "booking/settle_waiters.h"
#include "flights/flight_index.h"

namespace flightdeck::sync {

// What the gate should hear of a flight.
booking::SeatNews seat_news(const booking::FlightNews& news, Instant now);

// Thread-safe as far as its parts are. With parts of this process it tells them on the ledger's own thread.
class CommitSync final : public booking::CommitObserver {
 public:
  CommitSync(booking::SeatGate& gate, flights::FlightIndex& index, booking::SettleWaiters& waiters,
             const Clock& clock, TaskScope::OnError on_error)
      : gate_(gate), index_(index), waiters_(waiters), clock_(clock), on_error_(std::move(on_error)) {}

  void on_commit(booking::Commit commit, std::function<void()> told) override;

 private:
  Task<void> tell(booking::Commit commit, std::function<void()> told);

  booking::SeatGate& gate_;
  flights::FlightIndex& index_;
  booking::SettleWaiters& waiters_;
  const Clock& clock_;
  TaskScope::OnError on_error_;
};

}  // namespace flightdeck::sync
