// Tells the gate and the index of one thread what the ledger says, and what they could not be told again,
// until they have heard it.
#pragma once

#include "booking/hold_drops.h"
#include "booking/seat_gate.h"
#include "core/executor.h"
#include "core/ticker.h"
#include "flights/flight_index.h"
#include "flights/index_lag.h"
#include "ledger/decide.h"
#include "sync/pending_updates.h"

namespace flightdeck::sync {

// What the gate should hear of a flight.
booking::SeatUpdate seat_update(const ledger::FlightUpdate& update, Instant now);

// One a thread, used from that thread only (`home` may be asked for by any). While it owes anything the index
// may lag. What is owed is told limits::update_retry_pause after the gate or the index can hear it again at
// the latest; what is too much to be kept is left to a sweeper, by making the index incomplete.
class DerivedStateUpdater final : public booking::HoldDrops {
 public:
  struct Dependencies {
    Executor& home;
    Timers& timers;
    booking::SeatGateWriter& gate;
    flights::FlightIndexWriter& index;
    // Of `home`; not torn down before it is empty.
    TaskScope& scope;
    const Clock& clock;
    flights::IndexLag& lag;
  };

  DerivedStateUpdater(Dependencies dependencies, TaskScope::OnError on_error,
                      PendingUpdatesLimits limits = {})
      : dependencies_(dependencies),
        on_error_(std::move(on_error)),
        pending_(limits),
        pause_(dependencies.timers, limits::update_retry_pause) {}
  DerivedStateUpdater(const DerivedStateUpdater&) = delete;
  DerivedStateUpdater& operator=(const DerivedStateUpdater&) = delete;

  // Returns when they are told, or have not heard: then they are told later. Never throws.
  Task<void> apply(std::vector<ledger::FlightUpdate> updates);

  Task<void> drop(FlightId flight, BookingId booking) override;
  void drop_soon(FlightId flight, BookingId booking) override;

  // Nothing is told again from now on: the process is about to end, and sweepers see to the rest.
  void stop() { pause_.stop(); }

  Executor& home() const { return dependencies_.home; }
  TaskScope& scope() const { return dependencies_.scope; }

 private:
  // False: one of them has not heard, and `news` is as it was.
  Task<bool> apply_once(std::vector<ledger::FlightUpdate>& updates);
  void keep(std::vector<ledger::FlightUpdate> updates);
  Task<void> apply_pending();
  Task<bool> apply_pending_batch();

  const Dependencies dependencies_;
  const TaskScope::OnError on_error_;
  PendingUpdates pending_;
  Ticker pause_;
  bool owes_ = false;
};

}  // namespace flightdeck::sync
