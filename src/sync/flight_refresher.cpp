#include "sync/flight_refresher.h"

#include <unordered_map>

#include "core/cut.h"
#include "core/gather.h"
#include "core/limits.h"
#include "sync/derived_state_updater.h"

namespace flightdeck::sync {

namespace {
using flights::Flight;
using flights::StoredVersion;

std::vector<booking::SeatUpdate> seat_update(const std::vector<Flight>& rows, Instant now) {
  std::vector<booking::SeatUpdate> updates;
  updates.reserve(rows.size());
  for (const Flight& flight : rows) {
    ledger::FlightUpdate one{flight.id, flight, {}};
    updates.push_back(sync::seat_update(one, now));
  }
  return updates;
}
}  // namespace

// In batches side by side, so that a store which is some way off works on one while another is made ready
// here.
Task<bool> FlightRefresher::refresh(std::vector<Flight> rows, bool whole) {
  // Counted up, so that a batch which fails with an exception is not taken for refreshed.
  std::size_t refreshed = 0;
  const std::size_t count = rows.size();
  std::vector<Task<void>> batches;
  for (std::vector<Flight>& batch : cut(std::move(rows), limits::refresh_batch))
    batches.push_back(refresh_batch(std::move(batch), whole, refreshed));
  co_await gather(scope_, std::move(batches));
  co_return refreshed == count;
}

Task<void> FlightRefresher::refresh_batch(std::vector<Flight> rows, bool whole, std::size_t& refreshed) {
  const std::size_t count = rows.size();
  const Instant now = clock_.now();
  std::vector<booking::SeatUpdate> updates;
  if (whole) {
    updates = seat_update(rows, now);
  } else {
    updates = co_await updates_for_gate(rows);
  }
  const bool gate_told = co_await gate_.sync(std::move(updates));
  Task<bool> telling = whole ? index_.restore(std::move(rows), now) : index_.update(std::move(rows), now);
  const bool index_told = co_await std::move(telling);
  if (gate_told && index_told) refreshed += count;
}

// Usually the process that sold the seats has sent the update. Reading costs a tenth of sending it again.
Task<std::vector<booking::SeatUpdate>> FlightRefresher::updates_for_gate(std::vector<Flight> rows) {
  std::vector<FlightId> ids;
  ids.reserve(rows.size());
  for (const Flight& row : rows) ids.push_back(row.id);
  std::unordered_map<FlightId, std::int64_t> known;
  const std::vector<StoredVersion> versions = co_await gate_.versions(std::move(ids));
  for (const StoredVersion& stored : versions) known.emplace(stored.flight, stored.version);
  std::erase_if(rows, [&known](const Flight& row) {
    const auto stored = known.find(row.id);
    return stored != known.end() && stored->second == row.version;
  });
  co_return seat_update(rows, clock_.now());
}

}  // namespace flightdeck::sync
