// The loops of a process that no request starts: sweeps, unfinished business, events, audits, health.
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

  // Fills gate and index from the ledger. A process that sweeps awaits it before the first request. Throws
  // UnavailableError.
  Task<void> sync_all();

  // Starts the loops in the thread's scope; `stop` ends them after their present turn.
  void start();
  void stop();

 private:
  enum class Turned {
    well,
    // There was nothing to do, which does not show whether it could have been done.
    idle,
  };
  using Turn = Task<Turned> (BackgroundWork::*)();

  // Repeats turns and pauses until the ticker is stopped. The log says when turns begin to fail and when they
  // succeed again.
  Task<void> repeat(Ticker& ticker, std::string_view what, Turn turn);
  Task<Turned> look_at_parts();
  Task<Turned> sweep();
  Task<Turned> close_flights();
  Task<Turned> finish_bookings();
  Task<Turned> publish_events();
  // Used without a Redis, since nobody reads the events then.
  Task<Turned> trim_events();
  Task<Turned> audit();
  // Logs whether gate and index are in step with the ledger, each time that this changes and after every
  // rebuild.
  void log_synced(const sync::Synced& synced);

  IoThread& thread_;
  SharedServices& shared_;
  sync::Sweeper sweeper_;
  booking::UnfinishedWorker unfinished_;
  // Empty when there is no Redis to publish to.
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
