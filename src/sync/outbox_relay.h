// Publishes events from the outbox.
#pragma once

#include <vector>

#include "events/event_sink.h"
#include "ledger/ledger.h"

namespace flightdeck::sync {

// Events are published at least once, and roughly in the order of commits. Consumers drop repeats by the
// event's id. Used from one thread. Several relays may run at once, in this process and in others, since
// claims are leased.
class OutboxRelay {
 public:
  OutboxRelay(ledger::Ledger& ledger, events::EventSink& sink, const Clock& clock)
      : ledger_(ledger), sink_(sink), clock_(clock) {}

  // Publishes rows that are due, at most limits::relay_rounds batches, and returns how many. Throws
  // UnavailableError, also when the sink does not take a batch. The next calls begin with that batch. After
  // limits::relay_tries, or when its lease has ended, it is left to any worker, so that rows which are never
  // taken do not hold up the others. Do not await two calls at a time.
  Task<std::size_t> run_once();

 private:
  ledger::Ledger& ledger_;
  events::EventSink& sink_;
  const Clock& clock_;
  // Rows that are claimed and not published yet.
  std::vector<events::OutboxRow> claimed_;
  Instant claimed_until_{};
  int tries_ = 0;
};

}  // namespace flightdeck::sync
