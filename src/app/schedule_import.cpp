#include "app/schedule_import.h"

#include "app/refresh_after_import.h"

namespace flightdeck::app {

Result<booking::ImportSummary> import_schedule(const Config& config, const booking::ImportRequest& request,
                                               const ImportConnections& ledger, const Clock& clock,
                                               Log& log) {
  SeededRandom random;
  const Instant began = clock.now();
  Result<booking::ImportSummary> summary =
      booking::import_flights(request, *ledger.store, *ledger.reader, clock, random);
  // A gate and an index in the memory of a server are filled by that one.
  if (!summary || !config.redis.server) return summary;
  summary->redis_told = false;
  if (summary->cut_short_after_line) return summary;
  try {
    summary->redis_told = refresh_redis(config.redis, *ledger.reader, began, clock, log);
  } catch (const UnavailableError&) {
    // What is in the database is imported, and a worker updates Redis.
  }
  return summary;
}

}  // namespace flightdeck::app
