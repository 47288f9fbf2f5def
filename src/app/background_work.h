// The loops of a process that no request starts: sync, expiry, health.
#pragma once

#include "app/io_thread.h"
#include "booking/unfinished_worker.h"
#include "core/ticker.h"
#include "sync/sweeper.h"

namespace flightdeck::app {

// Lives on one I/O thread.
class BackgroundWork {
 public:
  BackgroundWork(IoThread& thread, SharedParts& shared);

  // Fills gate and index from the ledger; to be awaited before the first request.
  Task<std::size_t> sync_all() { return sweeper_.sync_changed(); }

  // Starts the loops in the thread's scope; `stop` ends them after their present turn.
  void start();
  void stop();

 private:
  Task<void> look_at_database();
  Task<void> sweep();
  Task<void> finish_bookings();

  IoThread& thread_;
  SharedParts& shared_;
  sync::Sweeper sweeper_;
  booking::UnfinishedWorker unfinished_;
  Ticker health_ticker_;
  Ticker sweep_ticker_;
  Ticker unfinished_ticker_;
};

}  // namespace flightdeck::app
