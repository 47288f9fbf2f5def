// Updates the gate and the index of one thread after commits. It keeps pending updates and sends them again
// until they are taken in.
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

// The update of the gate for a flight.
booking::SeatUpdate seat_update(const ledger::FlightUpdate& update, Instant now);

// There is one for each thread, used from that thread only; any thread may call `home`. While it has pending
// updates the index may lag. They are sent at the latest limits::update_retry_pause after gate and index take
// updates again. When there are too many to keep, it makes the index incomplete and leaves the rest to a
// sweep.
class DerivedStateUpdater final : public booking::HoldDrops {
 public:
  struct Dependencies {
    Executor& home;
    Timers& timers;
    booking::SeatGateWriter& gate;
    flights::FlightIndexWriter& index;
    // A scope of `home`. It must be empty before it is destroyed.
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

  // Returns when gate and index have taken the updates or have not. Updates that they have not taken are
  // pending. Never throws.
  Task<void> apply(std::vector<ledger::FlightUpdate> updates);

  Task<void> drop(FlightId flight, BookingId booking) override;
  void drop_soon(FlightId flight, BookingId booking) override;

  // Sends pending updates no more. The process is about to end, and sweeps do the rest.
  void stop() { pause_.stop(); }

  Executor& home() const { return dependencies_.home; }
  TaskScope& scope() const { return dependencies_.scope; }

 private:
  // Returns false when one of them has not taken the updates. `updates` is unchanged then.
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
