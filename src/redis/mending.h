// Calls that put right what a hand has broken. Everything in Redis is derived from the ledger, so what none
// of our scripts can have written may go.
#pragma once

#include <vector>

#include "core/ids.h"
#include "redis/keys.h"
#include "redis/redis_connection.h"
#include "redis/refusals.h"

namespace flightdeck::redis {

// Deletes such keys and fields of one flight.
Command mend_call(const Keys& keys, FlightId flight);

// `connection.call` of commands on the keys of one flight each, `flights[i]` of `commands[i]`. Those whose
// keys are damaged are called again after what is damaged was deleted.
Task<std::optional<Replies>> call_mending(RedisConnection& connection, Keys keys,
                                          std::vector<FlightId> flights, std::vector<Command> commands);

}  // namespace flightdeck::redis
