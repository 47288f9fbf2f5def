#include "sync/commit_sync.h"

namespace flightdeck::sync {

void CommitSync::on_commit(booking::Commit commit, std::function<void()> told) {
  NewsTeller& teller = *tellers_[turn_.fetch_add(1, std::memory_order_relaxed) % tellers_.size()];
  teller.home().post([this, &teller, commit = std::move(commit), told = std::move(told)]() mutable {
    teller.scope().spawn(tell(teller, std::move(commit), std::move(told)));
  });
}

Task<void> CommitSync::tell(NewsTeller& teller, booking::Commit commit, std::function<void()> told) {
  co_await teller.tell(std::move(commit.news));
  waiters_.notify(commit.settled);
  told();
}

}  // namespace flightdeck::sync
