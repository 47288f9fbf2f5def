// After every commit: tells the seat gate and the flight index what the ledger now says, then those who wait.
#pragma once

#include <atomic>
#include <vector>

#include "booking/commit_observer.h"
#include "booking/settle_waiters.h"
#include "sync/news_teller.h"

namespace flightdeck::sync {

// `on_commit` is thread-safe. The tellers take turns: news may arrive in any order, so they need not agree.
class CommitSync final : public booking::CommitObserver {
 public:
  explicit CommitSync(booking::SettleWaiters& waiters) : waiters_(waiters) {}

  // At least one, and all of them before the first commit. They outlive it.
  void add(NewsTeller& teller) { tellers_.push_back(&teller); }

  void on_commit(booking::Commit commit, std::function<void()> told) override;

 private:
  Task<void> tell(NewsTeller& teller, booking::Commit commit, std::function<void()> told);

  booking::SettleWaiters& waiters_;
  std::vector<NewsTeller*> tellers_;
  std::atomic<std::size_t> turn_{0};
};

}  // namespace flightdeck::sync
