// What the index knows of flights, and whether they stand where they should.
#include <set>

#include "redis/flight_fields.h"
#include "redis/mending.h"
#include "redis/redis_connection.h"
#include "redis/redis_flight_index.h"
#include "redis/refusals.h"

namespace flightdeck::redis {

using flights::Flight;
using flights::IndexState;
using flights::IndexStates;

namespace {

// A place in a sorted set that is asked about.
struct Asked {
  // Of which row.
  std::size_t flight;
  PositionEntry entry;
  // Else the flight should not be there.
  bool expected;
};

// Where the flight may stand without it being right: at the places that a move has left, and anywhere when it
// is off sale.
std::vector<IndexPosition> suspected_places(const Flight& row, std::string_view written, bool on_sale) {
  std::vector<IndexPosition> places = parse_positions(written);
  if (!on_sale) {
    Flight scheduled = row;
    scheduled.status = flights::FlightStatus::scheduled;
    places.push_back(position_of(scheduled));
  }
  return places;
}

}  // namespace

Task<std::optional<IndexStates>> RedisFlightIndex::inspect(std::vector<Flight> rows, Instant now) {
  std::vector<Command> reads;
  reads.push_back(Command("HGET").add(keys_.index()).add("complete"));
  for (const Flight& row : rows) {
    reads.push_back(read_fields(keys_.flight(row.id)));
    reads.push_back(Command("HGET").add(keys_.flight(row.id)).add("place"));
  }
  const std::optional<Replies> known = co_await connection_.call(std::move(reads));
  if (!known || any_unanswered(*known)) co_return std::nullopt;

  IndexStates states;
  states.complete = known->front().kind == Reply::Kind::text;
  std::vector<Asked> asked;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    IndexState inspect;
    const Reply& fields = (*known)[1 + 2 * i];
    const Reply& written = (*known)[2 + 2 * i];
    const bool has_place = written.kind == Reply::Kind::text && !written.text.empty();
    inspect.row = parse_fields(rows[i].id, fields);
    inspect.unreadable = !inspect.row && (any_field(fields) || has_place);
    std::set<std::pair<std::string, std::string>> right;
    const bool on_sale = flights::on_sale(rows[i], now);
    if (inspect.row && (on_sale || inspect.row->departure > now)) {
      IndexPosition place = position_of(*inspect.row);
      // Only among the departures.
      if (!on_sale) place.route.clear();
      for (PositionEntry& entry : entries_of(place, rows[i].id, keys_)) {
        right.emplace(entry.key, entry.member);
        asked.push_back({i, std::move(entry), true});
      }
    }
    const std::string_view places = has_place ? std::string_view(written.text) : std::string_view();
    for (const IndexPosition& place : suspected_places(rows[i], places, on_sale)) {
      for (PositionEntry& entry : entries_of(place, rows[i].id, keys_)) {
        if (right.emplace(entry.key, entry.member).second) asked.push_back({i, std::move(entry), false});
      }
    }
    states.flights.push_back(std::move(inspect));
  }

  std::vector<Command> questions;
  questions.reserve(asked.size());
  for (const Asked& one : asked)
    questions.push_back(Command("ZSCORE").add(one.entry.key).add(one.entry.member));
  const std::optional<Replies> scores = co_await connection_.call(std::move(questions));
  if (!scores || any_unanswered(*scores)) co_return std::nullopt;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const Reply& score = (*scores)[i];
    const bool there = score.kind == Reply::Kind::text;
    IndexState& inspect = states.flights[asked[i].flight];
    if (asked[i].expected) {
      if (!there || rank_of(score.text) != rank_of(asked[i].entry.score)) ++inspect.missing;
    } else if (there) {
      ++inspect.extra;
    }
  }
  co_return states;
}

}  // namespace flightdeck::redis
