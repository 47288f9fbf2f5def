// A flight as fields of a hash. Times are Unix milliseconds, the price is in minor units, an empty text is
// "none".
#pragma once

#include <optional>

#include "flights/flight.h"
#include "redis/command.h"

namespace flightdeck::redis {

// Names and values of every field but `version` and `available_seats`, which a script sets after a look at
// what is stored.
void add_fields(Command& command, const flights::Flight& flight);

// HMGET of every field.
Command read_fields(std::string_view key);
// The flight in the answer to that; nullopt when it is not there or not whole.
std::optional<flights::Flight> parse_fields(FlightId id, const Reply& reply);

// The answer to `read_fields` has something that is the index's own, readable or not: the gate keeps its
// count there, too.
bool any_field(const Reply& reply);

}  // namespace flightdeck::redis
