// The group commit: one thread that takes all commands that are queued and applies them as one transaction.
// While it commits, the next batch fills. There is no timer, so a lone command waits for nothing.
#pragma once

#include <chrono>
#include <condition_variable>
#include <coroutine>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "core/counters.h"
#include "core/executor.h"
#include "core/log.h"
#include "ledger/apply_batch.h"
#include "ledger/commit_observer.h"
#include "ledger/ledger.h"
#include "ledger/lock_watch.h"

namespace flightdeck::ledger {

// One command under way. It lives in the coroutine that waits for it.
struct LedgerCall {
  Command command;
  Executor* home = nullptr;
  std::coroutine_handle<> waiter;
  std::optional<Result<Applied>> outcome;
};

// Other work on the writer's connection, such as claiming. It lives in the coroutine that waits for it.
struct StoreCall {
  std::function<void(LedgerStore&)> work;
  Executor* home = nullptr;
  std::coroutine_handle<> waiter;
  std::exception_ptr failure;
};

// Thread-safe. Owns its thread; `store`, `observer` and the rest outlive it.
//
// A command that needs a row which another session has locked does not hold up the others. It is set aside
// until the row is free. When the row has been locked for limits::ledger_lock_wait, the command is answered
// `unavailable`, and so are later ones that need the row, at once. Nothing of them was done.
class LedgerWriter {
 public:
  LedgerWriter(LedgerStore& store, CommitObserver& observer, const Clock& clock, Counters& counters,
               Log& log);
  ~LedgerWriter();
  LedgerWriter(const LedgerWriter&) = delete;
  LedgerWriter& operator=(const LedgerWriter&) = delete;

  // Returns the calls that were not taken, because the queue is full or was stopped; their outcome says
  // which. The waiters of the others are resumed on their home later.
  std::vector<LedgerCall*> submit(std::vector<LedgerCall*> calls);
  // Returns false when the writer was stopped.
  bool submit(StoreCall& call);

  // Takes no new calls, applies those that are queued, and ends the thread. Idempotent.
  void stop();

 private:
  void run();
  void apply(std::vector<LedgerCall*> calls);
  // The commands that can be applied now, in order: those of the queue, and those whose lock is gone. The
  // others are set aside or refused.
  std::vector<LedgerCall*> not_locked_out(std::vector<LedgerCall*> queued);
  void look_at_locks();
  // Moves the commands that were locked out from the batch to those that are set aside.
  void keep_locked_out(std::vector<LedgerCall*>& calls, const AppliedBatch& applied);
  void wait_aside(const std::vector<LedgerCall*>& calls);
  void refuse(const std::vector<LedgerCall*>& calls);
  std::vector<LedgerCall*> take_queued();
  void run_on_store(StoreCall& call);
  static void deliver(const std::vector<LedgerCall*>& calls);

  LedgerStore& store_;
  CommitObserver& observer_;
  const Clock& clock_;
  Counters& counters_;
  Log& log_;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<LedgerCall*> commands_;
  // There are few: one for each background loop.
  std::deque<StoreCall*> store_calls_;
  bool stopping_ = false;

  // These members belong to the thread alone. `failing_`: the last batch failed.
  bool failing_ = false;
  LockWatch locks_;
  // Commands that wait for rows in `locks_`.
  std::vector<LedgerCall*> locked_out_;
  bool lock_reported_ = false;
  std::chrono::steady_clock::time_point next_lock_look_;
  std::thread thread_;
};

}  // namespace flightdeck::ledger
