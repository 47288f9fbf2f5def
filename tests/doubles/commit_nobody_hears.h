// A commit observer for tests in which nobody observes commits.
#pragma once

#include "ledger/commit_observer.h"

namespace flightdeck::test {

// Thread-safe. It is done at once.
class CommitNobodyHears final : public ledger::CommitObserver {
 public:
  void on_commit(ledger::Commit, std::function<void()> told) override { told(); }
};

}  // namespace flightdeck::test
