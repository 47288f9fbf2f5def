// The group commit: one thread that takes whatever commands are queued and applies them as one transaction. While that
// one commits, the next batch fills; no timer, so a lone command waits for nothing.
#pragma once

#include <condition_variable>
#include <coroutine>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "booking/commit_observer.h"
#include "booking/counters.h"
#include "booking/ledger.h"
#include "core/executor.h"
#include "core/log.h"

namespace flightdeck::booking {

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
class LedgerWriter {
 public:
  LedgerWriter(LedgerStore& store, CommitObserver& observer, const Clock& clock, Counters& counters,
               Log& log);
  ~LedgerWriter();
  LedgerWriter(const LedgerWriter&) = delete;
  LedgerWriter& operator=(const LedgerWriter&) = delete;

  // Returns those that are not taken (queue full, or stopped); the call says which. Else the waiter is resumed on its home
  // later.
  std::vector<LedgerCall*> submit(std::vector<LedgerCall*> calls);
  // False: not taken (stopped).
  bool submit(StoreCall& call);

  // Takes nothing new, applies what is queued, ends the thread. Idempotent.
  void stop();

 private:
  void run();
  void apply(std::vector<LedgerCall*> calls);
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
  std::deque<StoreCall*> store_calls_;  // few: one per background loop
  bool stopping_ = false;
  bool failing_ = false;  // the last batch; of the thread alone
  std::thread thread_;
};

}  // namespace flightdeck::booking
