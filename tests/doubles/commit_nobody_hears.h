// A commit observer for tests that are not about what it is told.
#pragma once

#include "ledger/commit_observer.h"

namespace flightdeck::test {

// Thread-safe. Whoever waits for it goes on at once.
class CommitNobodyHears final : public ledger::CommitObserver {
 public:
  void on_commit(ledger::Commit, std::function<void()> told) override { told(); }
};

}  // namespace flightdeck::test
