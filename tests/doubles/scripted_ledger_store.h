// The ledger in memory, counting its commits, with a switch to be away.
#pragma once

#include <string>
#include <vector>

#include "ledger/apply_batch.h"
#include "memory/memory_ledger.h"

namespace flightdeck::test {

class ScriptedLedgerStore final : public ledger::LedgerStore {
 public:
  ledger::LedgerRows begin(const ledger::LedgerKeys& keys) override {
    if (away) throw UnavailableError("away");
    return ledger.begin(keys);
  }
  std::optional<ledger::RowVersion> commit(const ledger::LedgerChanges& changes) override {
    const char next = script.empty() ? 'o' : script.front();
    if (!script.empty()) script.erase(0, 1);
    if (next == 'c') throw ledger::LedgerConflict("somebody else was faster");
    if (next == 'u') throw UnavailableError("away");
    ++commits;
    return ledger.commit(changes);
  }
  void rollback() noexcept override {
    if (!away) ledger.rollback();
  }
  std::vector<BookingId> claim_unfinished(Instant, Instant, std::size_t) override { return {}; }
  std::vector<events::OutboxRow> claim_events(Instant, Instant, std::size_t) override { return {}; }
  void remove_events(std::span<const std::int64_t>) override {}
  std::size_t trim_events(Instant, std::int64_t, std::size_t) override { return 0; }
  void check_writable() override {}

  std::vector<flights::Flight> flights() {
    return ledger.flights_changed(Instant::min(), FlightId{}, 10'000);
  }

  memory::MemoryLedger ledger;
  int commits = 0;
  bool away = false;
  // The outcomes of the next commits: `o` is done, `c` conflicts, `u` finds the database away.
  std::string script;
};

}  // namespace flightdeck::test
