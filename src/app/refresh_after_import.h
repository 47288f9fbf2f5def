// After an import: seat gate and flight index of a Redis hear of it at once, without waiting for a worker's
// sweep.
#pragma once

#include "app/config.h"
#include "ledger/ledger.h"

namespace flightdeck::app {

// Of every flight that changed at `since` or later. Blocks, within limits::import_refresh_patience. False:
// not all of it was heard, as when Redis is away; workers tell it. `settings` name a server. Throws
// UnavailableError: the ledger cannot be read.
bool refresh_redis(const RedisSettings& settings, ledger::LedgerReader& reader, Instant since,
                   const Clock& clock, Log& log);

}  // namespace flightdeck::app
