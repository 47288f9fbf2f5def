// Calls that repair what somebody has damaged by hand. Everything in Redis is derived from the ledger, so
// keys and fields that no script of the program can have written may be deleted.
#pragma once

#include <vector>

#include "core/ids.h"
#include "redis/keys.h"
#include "redis/redis_connection.h"
#include "redis/refusals.h"

namespace flightdeck::redis {

// The command that deletes such keys and fields of one flight.
Command mend_call(const Keys& keys, FlightId flight);

// Calls `commands`, where `commands[i]` uses the keys of `flights[i]` only. Commands whose keys are damaged
// are called again after the damage was deleted.
Task<std::optional<Replies>> call_mending(RedisConnection& connection, Keys keys,
                                          std::vector<FlightId> flights, std::vector<Command> commands);

}  // namespace flightdeck::redis
