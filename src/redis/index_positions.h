// The positions of a flight in the sorted sets. Equal scores are ordered by member, so a member begins with
// the departure. The order of every set is therefore that of flights::position_of.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "flights/search.h"
#include "redis/keys.h"

namespace flightdeck::redis {

struct IndexPosition {
  // The route as route_key makes it. Empty: the flight is cancelled and on no route.
  std::string route;
  std::int64_t price = 0;
  // nullopt: no arrival is known.
  std::optional<std::int64_t> duration_ms;
  Instant departure{};
  friend bool operator==(const IndexPosition&, const IndexPosition&) = default;
};

IndexPosition position_of(const flights::Flight& flight);

// One line of text that is kept with the flight. It says what to remove from the sorted sets when the flight
// moves.
std::string format_position(const IndexPosition& place);
std::optional<IndexPosition> parse_position(std::string_view text);
// Parses the lines of the field `place`. Lines that are no position are left out.
std::vector<IndexPosition> parse_positions(std::string_view lines);

struct PositionEntry {
  std::string key;
  std::string member;
  std::string score;
};
// The entries of a position: one in each order of its route, and one among the departures.
std::vector<PositionEntry> entries_of(const IndexPosition& place, FlightId id, const Keys& keys);

// A score is a rank. It is exact, since ranks stay below 2^53. The largest rank becomes infinity.
std::string score_of(std::int64_t rank);
std::optional<std::int64_t> rank_of(std::string_view score);

// `<departure, hexadecimal>:<id>`, which sorts by departure.
std::string member_of(Instant departure, FlightId id);
// nullopt: the program never writes such an entry.
std::optional<flights::SearchPosition> parse_entry(std::string_view member, std::string_view score);

}  // namespace flightdeck::redis
