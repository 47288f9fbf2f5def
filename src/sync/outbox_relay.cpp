#include "sync/outbox_relay.h"

#include "core/limits.h"

namespace flightdeck::sync {

Task<std::size_t> OutboxRelay::run_once() {
  std::size_t published = 0;
  for (int round = 0; round < limits::relay_rounds; ++round) {
    const Instant now = clock_.now();
    std::vector<events::OutboxRow> rows =
        co_await ledger_.claim_events(now, now + limits::relay_lease, limits::relay_batch);
    const std::size_t count = rows.size();
    if (count == 0) break;
    std::vector<std::int64_t> sequences;
    sequences.reserve(count);
    for (const events::OutboxRow& row : rows) sequences.push_back(row.sequence);
    const bool taken = co_await sink_.publish(std::move(rows));
    if (!taken) throw UnavailableError("The event stream takes no events.");
    // A crash here publishes them again: that is what the ids of events are for.
    co_await ledger_.remove_events(std::move(sequences));
    published += count;
    if (count < limits::relay_batch) break;
  }
  co_return published;
}

}  // namespace flightdeck::sync
