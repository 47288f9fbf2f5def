// The group commit: one thread that takes whatever commands are queued and applies them as one transaction.
// While that one commits, the next batch fills; no timer, so a lone command waits for nothing.
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

// One command on its way. Lives in the coroutine that waits for it.
struct LedgerCall {
  Command command;
  Executor* home = nullptr;
  std::coroutine_handle<> waiter;
  std::optional<Result<Applied>> outcome;
};

// Other work on the writer's connection, such as claiming. Lives in the coroutine that waits for it.
struct StoreCall {
  std::function<void(LedgerStore&)> work;
  Executor* home = nullptr;
  std::coroutine_handle<> waiter;
  std::exception_ptr failure;
};

// Thread-safe. Owns its thread; `store`, `observer` and the rest outlive it.
//
// A command that needs a row which somebody else has locked does not hold up the others: it waits aside until
// the row is free or has been locked for limits::ledger_lock_wait, and is answered `unavailable` then. Later
// ones are at once. None of it was done.
class LedgerWriter {
 public:
  LedgerWriter(LedgerStore& store, CommitObserver& observer, const Clock& clock, Counters& counters,
               Log& log);
  ~LedgerWriter();
  LedgerWriter(const LedgerWriter&) = delete;
  LedgerWriter& operator=(const LedgerWriter&) = delete;

  // Returns those that are not taken (queue full, or stopped); the call says which. Else the waiter is
  // resumed on its home later.
  std::vector<LedgerCall*> submit(std::vector<LedgerCall*> calls);
  // False: not taken (stopped).
  bool submit(StoreCall& call);

  // Takes nothing new, applies what is queued, ends the thread. Idempotent.
  void stop();

 private:
  void run();
  void apply(std::vector<LedgerCall*> calls);
  // Commands that may go on now, in order: those of the queue, and those that have waited for a lock. The
  // others wait aside, or are refused.
  std::vector<LedgerCall*> not_locked_out(std::vector<LedgerCall*> queued);
  void look_at_locks();
  // Takes those out of the batch's calls.
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
  // Few: one per background loop.
  std::deque<StoreCall*> store_calls_;
  bool stopping_ = false;

  // Of the thread alone.
  // The last batch.
  bool failing_ = false;
  LockWatch locks_;
  // They wait for rows of `locks_`.
  std::vector<LedgerCall*> locked_out_;
  bool lock_reported_ = false;
  std::chrono::steady_clock::time_point next_lock_look_;
  std::thread thread_;
};

}  // namespace flightdeck::ledger
