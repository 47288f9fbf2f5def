// A flight as fields of a hash. Times are Unix milliseconds, the price is in minor units, and an empty text
// means "none".
#pragma once

#include <optional>

#include "flights/flight.h"
#include "redis/command.h"

namespace flightdeck::redis {

// Adds names and values of every field except `version` and `available_seats`. A script sets these two,
// depending on what is stored.
void add_fields(Command& command, const flights::Flight& flight);

// The HMGET of every field.
Command read_fields(std::string_view key);
// The flight in the reply to `read_fields`. nullopt when it is missing or incomplete.
std::optional<flights::Flight> parse_fields(FlightId id, const Reply& reply);

// Whether the reply to `read_fields` has a field of the index, readable or not. The gate keeps its count in
// the same hash.
bool any_field(const Reply& reply);

}  // namespace flightdeck::redis
