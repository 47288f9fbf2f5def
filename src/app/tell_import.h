// After an import: seat gate and flight index of a Redis hear of it at once, without waiting for a worker's sweep.
#pragma once

#include "app/config.h"
#include "booking/ledger.h"

namespace flightdeck::app {

// Of every flight that changed at `since` or later. Blocks, within limits::import_telling_patience. False: not all of it was
// heard, as when Redis is away; workers tell it. `settings` name a server. Throws UnavailableError: the ledger cannot be read.
bool tell_redis_of_changes(const RedisSettings& settings, booking::LedgerReader& reader, Instant since,
                           const Clock& clock, Log& log);

}  // namespace flightdeck::app
