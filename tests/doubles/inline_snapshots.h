// Snapshots of the in-memory ledger, read at once.
#pragma once

#include "memory/memory_ledger.h"

namespace flightdeck::test {

class InlineSnapshots final : public ledger::SnapshotReads {
 public:
  explicit InlineSnapshots(memory::MemoryLedger& ledger) : ledger_(ledger) {}

  Task<void> run(Executor&, std::function<void(ledger::LedgerSnapshot&)> query) override {
    query(*ledger_.snapshot());
    co_return;
  }

 private:
  memory::MemoryLedger& ledger_;
};

}  // namespace flightdeck::test
