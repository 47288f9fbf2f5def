// The versions in the hash of a flight: looked at, and forgotten when the ledger never came so far.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "flights/stored_version.h"
#include "redis/keys.h"
#include "redis/redis_connection.h"

namespace flightdeck::redis {

// Names of fields: those that end so are versions, and all of them together tell one taking-in from another.
using VersionFields = std::array<std::string_view, 3>;

// Of the flights that have any. nullopt: away.
Task<std::optional<std::vector<flights::StoredVersion>>> stored_versions(RedisConnection& connection,
                                                                         Keys keys, VersionFields fields,
                                                                         std::vector<FlightId> flights);

// As SeatGate::forget_versions.
Task<bool> forget_versions(RedisConnection& connection, Keys keys, VersionFields fields,
                           std::vector<flights::StoredVersion> seen);

}  // namespace flightdeck::redis
