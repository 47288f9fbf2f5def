#include "app/schedule_import.h"

#include "app/tell_import.h"

namespace flightdeck::app {

Result<ImportSummary> import_schedule(const Config& config, const ImportRequest& request,
                                      const ImportConnections& ledger, const Clock& clock, Log& log) {
  SeededRandom random;
  const Instant began = clock.now();
  Result<ImportSummary> summary = import_flights(request, *ledger.store, *ledger.reader, clock, random);
  // A gate and an index in the memory of a server are filled by that one.
  if (!summary || !config.redis.server) return summary;
  summary->redis_told = false;
  if (summary->cut_short_after_line) return summary;
  try {
    summary->redis_told = tell_redis_of_changes(config.redis, *ledger.reader, began, clock, log);
  } catch (const UnavailableError&) {
    // What is in the database is in, and a worker tells of it.
  }
  return summary;
}

}  // namespace flightdeck::app
