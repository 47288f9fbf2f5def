#include "sync/outbox_relay.h"

#include "core/limits.h"

namespace flightdeck::sync {

Task<std::size_t> OutboxRelay::run_once() {
  std::size_t published = 0;
  for (int round = 0; round < limits::relay_rounds; ++round) {
    const Instant now = clock_.now();
    if (now >= claimed_until_ || tries_ >= limits::relay_tries) claimed_.clear();
    if (claimed_.empty()) {
      tries_ = 0;
      claimed_until_ = now + limits::relay_lease;
      claimed_ = co_await ledger_.claim_events(now, claimed_until_, limits::relay_batch);
    }
    const std::size_t count = claimed_.size();
    if (count == 0) break;
    std::vector<std::int64_t> sequences;
    sequences.reserve(count);
    for (const events::OutboxRow& row : claimed_) sequences.push_back(row.sequence);
    ++tries_;
    const bool taken = co_await sink_.publish(claimed_);
    if (!taken) throw UnavailableError("The event stream takes no events.");
    claimed_.clear();
    // A crash here publishes them again: that is what the ids of events are for.
    co_await ledger_.remove_events(std::move(sequences));
    published += count;
    if (count < limits::relay_batch) break;
  }
  co_return published;
}

}  // namespace flightdeck::sync
