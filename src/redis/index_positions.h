// Where a flight stands in the sorted sets. Equal scores are ordered by member, so a member begins with the
// departure: the order of every set is that of flights::position_of.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "flights/search.h"
#include "redis/keys.h"

namespace flightdeck::redis {

struct IndexPosition {
  // As route_key; empty: on none, since it is cancelled.
  std::string route;
  std::int64_t price = 0;
  // Nullopt: no arrival is known.
  std::optional<std::int64_t> duration_ms;
  Instant departure{};
  friend bool operator==(const IndexPosition&, const IndexPosition&) = default;
};

IndexPosition position_of(const flights::Flight& flight);

// One line of text, kept with the flight: what to take out of the sorted sets when it moves.
std::string format_position(const IndexPosition& place);
std::optional<IndexPosition> parse_position(std::string_view text);
// The lines of a `place` field. Lines that are no place are left out.
std::vector<IndexPosition> parse_positions(std::string_view lines);

struct PositionEntry {
  std::string key;
  std::string member;
  std::string score;
};
// On its route in each order, and among the departures.
std::vector<PositionEntry> entries_of(const IndexPosition& place, FlightId id, const Keys& keys);

// A score is a rank: exact, since ranks stay under 2^53; the largest rank is infinity.
std::string score_of(std::int64_t rank);
std::optional<std::int64_t> rank_of(std::string_view score);

// `<departure, hexadecimal>:<id>`, in the order of departures.
std::string member_of(Instant departure, FlightId id);
// nullopt: the program has not written it.
std::optional<flights::SearchPosition> parse_entry(std::string_view member, std::string_view score);

}  // namespace flightdeck::redis
