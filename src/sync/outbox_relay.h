// Carries events from the outbox to where their consumers find them.
#pragma once

#include "booking/ledger.h"
#include "events/event_sink.h"

namespace flightdeck::sync {

// At least once, and roughly in the order of commits: consumers drop repeats by the event's id. Used from one thread. Safe
// beside others of its kind, in this process and in others: claims are leased.
class OutboxRelay {
 public:
  OutboxRelay(booking::Ledger& ledger, events::EventSink& sink, const Clock& clock)
      : ledger_(ledger), sink_(sink), clock_(clock) {}

  // Publishes what is due, at most limits::relay_rounds batches, and returns how many rows. Throws UnavailableError, also
  // for a sink that does not take them: they are due again when their lease ends.
  Task<std::size_t> run_once();

 private:
  booking::Ledger& ledger_;
  events::EventSink& sink_;
  const Clock& clock_;
};

}  // namespace flightdeck::sync
