// Updates seat gate and flight index in Redis right after an import, without waiting for a worker's sweep.
#pragma once

#include "app/config.h"
#include "ledger/ledger.h"

namespace flightdeck::app {

// Updates every flight that changed at `since` or later. Blocks for at most limits::import_refresh_patience.
// Returns false when not all updates were taken in, for instance because Redis is away; workers send them
// later. `settings` must name a server. Throws UnavailableError when the ledger cannot be read.
bool refresh_redis(const RedisSettings& settings, ledger::LedgerReader& reader, Instant since,
                   const Clock& clock, Log& log);

}  // namespace flightdeck::app
