// Reads the versions in the hash of a flight, and forgets them when the ledger never reached them.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "flights/stored_version.h"
#include "redis/keys.h"
#include "redis/redis_connection.h"

namespace flightdeck::redis {

// Names of fields. Those that end in `version` are versions. All of them together tell one update from
// another.
using VersionFields = std::array<std::string_view, 3>;

// The versions of those flights that have any. nullopt: Redis is away.
Task<std::optional<std::vector<flights::StoredVersion>>> stored_versions(RedisConnection& connection,
                                                                         Keys keys, VersionFields fields,
                                                                         std::vector<FlightId> flights);

// See SeatGateRepair::forget_versions.
Task<bool> forget_versions(RedisConnection& connection, Keys keys, VersionFields fields,
                           std::vector<flights::StoredVersion> seen);

}  // namespace flightdeck::redis
