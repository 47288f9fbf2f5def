// Carries events from the outbox to where their consumers find them.
#pragma once

#include <vector>

#include "events/event_sink.h"
#include "ledger/ledger.h"

namespace flightdeck::sync {

// At least once, and roughly in the order of commits: consumers drop repeats by the event's id. Used from one
// thread. Safe beside others of its kind, in this process and in others: claims are leased.
class OutboxRelay {
 public:
  OutboxRelay(ledger::Ledger& ledger, events::EventSink& sink, const Clock& clock)
      : ledger_(ledger), sink_(sink), clock_(clock) {}

  // Publishes what is due, at most limits::relay_rounds batches, and returns how many rows. Throws
  // UnavailableError, also for a sink that does not take them: the next calls begin with these; after
  // limits::relay_tries, or when their lease has ended, they are left to anybody, so that rows which are
  // never taken do not hold up the others. Not to be awaited twice at a time.
  Task<std::size_t> run_once();

 private:
  ledger::Ledger& ledger_;
  events::EventSink& sink_;
  const Clock& clock_;
  // And not published yet.
  std::vector<events::OutboxRow> claimed_;
  Instant claimed_until_{};
  int tries_ = 0;
};

}  // namespace flightdeck::sync
