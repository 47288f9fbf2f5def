// The names of the keys, each with the program's prefix in front. Keys of one flight share a hash tag, and so
// a slot.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/ids.h"
#include "core/time.h"
#include "flights/search.h"

namespace flightdeck::redis {

using flights::route_key;

class Keys {
 public:
  explicit Keys(std::string prefix) : prefix_(std::move(prefix)) {}

  std::string flight(FlightId id) const { return of_flight("flight:{", id); }
  std::string seats(FlightId id) const { return of_flight("flight_seats:{", id); }
  std::string holds(FlightId id) const { return of_flight("flight_holds:{", id); }
  // route_key makes `route`.
  std::string search(std::string_view route, std::string_view sort) const;
  std::string departures() const { return prefix_ + "flight_departures"; }
  std::string index() const { return prefix_ + "flight_index"; }
  std::string events() const { return prefix_ + "booking_event_stream"; }
  // A key that never exists. A write to it shows whether Redis takes writes.
  std::string never_there() const { return prefix_ + "flight_never_there"; }

  // The pattern of the keys of all holds under this prefix, for SCAN. The prefix may have any characters.
  std::string holds_pattern() const;
  // The flight whose holds are stored at that key.
  std::optional<FlightId> flight_of_holds(std::string_view key) const;

  // The prefixes of the keys that searches read, and of no others. None is a prefix of another.
  std::vector<std::string> searched_prefixes() const;
  // The flight whose hash is stored at that key.
  std::optional<FlightId> flight_of(std::string_view key) const;
  // The route of a sorted set, as route_key makes it. It is a view into the key.
  std::optional<std::string_view> route_of(std::string_view key) const;

 private:
  std::string of_flight(std::string_view kind, FlightId id) const;
  // The id between `kind` and the brace that ends the key.
  std::optional<FlightId> flight_in(std::string_view key, std::string_view kind) const;
  std::string prefix_;
};

}  // namespace flightdeck::redis
