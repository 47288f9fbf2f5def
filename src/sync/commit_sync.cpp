#include "sync/commit_sync.h"

namespace flightdeck::sync {

void CommitSync::on_commit(ledger::Commit commit, std::function<void()> told) {
  DerivedStateUpdater& updater = *updaters_[turn_.fetch_add(1, std::memory_order_relaxed) % updaters_.size()];
  updater.home().post([this, &updater, commit = std::move(commit), told = std::move(told)]() mutable {
    updater.scope().spawn(apply(updater, std::move(commit), std::move(told)));
  });
}

Task<void> CommitSync::apply(DerivedStateUpdater& updater, ledger::Commit commit,
                             std::function<void()> told) {
  co_await updater.apply(std::move(commit.updates));
  waiters_.notify(commit.settled);
  told();
}

}  // namespace flightdeck::sync
