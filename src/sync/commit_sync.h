// After every commit: updates seat gate and flight index, then wakes the requests that wait for it.
#pragma once

#include <atomic>
#include <vector>

#include "booking/settle_waiters.h"
#include "ledger/commit_observer.h"
#include "sync/derived_state_updater.h"

namespace flightdeck::sync {

// `on_commit` is thread-safe. The updaters take turns. They need not agree, since updates may arrive in any
// order.
class CommitSync final : public ledger::CommitObserver {
 public:
  explicit CommitSync(booking::SettleWaiters& waiters) : waiters_(waiters) {}

  // Add at least one, and all of them before the first commit. They outlive this object.
  void add(DerivedStateUpdater& updater) { updaters_.push_back(&updater); }

  void on_commit(ledger::Commit commit, std::function<void()> told) override;

 private:
  Task<void> apply(DerivedStateUpdater& updater, ledger::Commit commit, std::function<void()> told);

  booking::SettleWaiters& waiters_;
  std::vector<DerivedStateUpdater*> updaters_;
  std::atomic<std::size_t> turn_{0};
};

}  // namespace flightdeck::sync
