// The loops of a process that no request starts: sync, expiry, events, health.
#pragma once

#include <optional>
#include <string_view>

#include "app/io_thread.h"
#include "booking/unfinished_worker.h"
#include "core/ticker.h"
#include "sync/outbox_relay.h"
#include "sync/sweeper.h"

namespace flightdeck::app {

// Lives on one I/O thread.
class BackgroundWork {
 public:
  BackgroundWork(IoThread& thread, SharedServices& shared);

  // Fills gate and index from the ledger; to be awaited before the first request, by a process that sweeps.
  // Throws UnavailableError.
  Task<void> sync_all();

  // Starts the loops in the thread's scope; `stop` ends them after their present turn.
  void start();
  void stop();

 private:
  enum class Turned {
    well,
    // There was nothing to do, which says nothing about whether it can be done.
    idle,
  };
  using Turn = Task<Turned> (BackgroundWork::*)();

  // A turn, a pause, until the ticker is stopped. The log says when turns begin to fail and when they go well
  // again.
  Task<void> repeat(Ticker& ticker, std::string_view what, Turn turn);
  Task<Turned> look_at_parts();
  Task<Turned> sweep();
  Task<Turned> close_flights();
  Task<Turned> finish_bookings();
  Task<Turned> publish_events();
  // Without a Redis nobody reads them.
  Task<Turned> trim_events();
  Task<Turned> audit();
  // Whether gate and index are in step with the ledger: each time that this changes, and that they heard of
  // every flight.
  void log_synced(const sync::Synced& synced);

  IoThread& thread_;
  SharedServices& shared_;
  sync::Sweeper sweeper_;
  booking::UnfinishedWorker unfinished_;
  // None without a Redis to publish to.
  std::optional<sync::OutboxRelay> relay_;
  Ticker health_ticker_;
  Ticker sweep_ticker_;
  Ticker closing_ticker_;
  Ticker unfinished_ticker_;
  Ticker relay_ticker_;
  Ticker trim_ticker_;
  Ticker audit_ticker_;
  std::optional<sync::Synced::End> last_sync_;
  Instant next_audit_;
};

}  // namespace flightdeck::app
