#include "redis/index_positions.h"

#include <charconv>
#include <cmath>
#include <limits>

#include "redis/command.h"

namespace flightdeck::redis {

using flights::Flight;
using flights::FlightStatus;
using flights::SearchPosition;
using flights::SortOrder;

namespace {

constexpr std::int64_t last_rank = std::numeric_limits<std::int64_t>::max();
constexpr std::size_t departure_chars = 16;
// Times before 1970 come first when the sign bit is turned over.
constexpr std::uint64_t sign_bit = std::uint64_t{1} << 63;

// What comes before the next bar, which is taken off, too.
std::string_view take_part(std::string_view& text) {
  const std::size_t bar = text.find('|');
  const std::string_view part = text.substr(0, bar);
  text.remove_prefix(bar == std::string_view::npos ? text.size() : bar + 1);
  return part;
}

}  // namespace

IndexPosition position_of(const Flight& flight) {
  IndexPosition place;
  place.departure = flight.departure;
  if (flight.status != FlightStatus::scheduled) return place;
  place.route =
      route_key(flights::place_key(flight.source), flights::place_key(flight.destination), flight.date);
  place.price = flight.price.minor;
  if (flight.arrival) place.duration_ms = (*flight.arrival - flight.departure).count();
  return place;
}

std::string format_position(const IndexPosition& place) {
  std::string text = std::to_string(to_unix_ms(place.departure));
  text.append("|").append(std::to_string(place.price)).append("|");
  if (place.duration_ms) text.append(std::to_string(*place.duration_ms));
  // Last, since a bar may be in a name.
  return text.append("|").append(place.route);
}

std::optional<IndexPosition> parse_position(std::string_view text) {
  const auto departure = parse_integer(take_part(text));
  const auto price = parse_integer(take_part(text));
  const std::string_view duration = take_part(text);
  if (!departure || !price) return std::nullopt;
  IndexPosition place{std::string(text), *price, parse_integer(duration), from_unix_ms(*departure)};
  if (!duration.empty() && !place.duration_ms) return std::nullopt;
  return place;
}

std::vector<IndexPosition> parse_positions(std::string_view lines) {
  std::vector<IndexPosition> places;
  while (!lines.empty()) {
    const std::size_t end = lines.find('\n');
    if (auto place = parse_position(lines.substr(0, end))) places.push_back(*std::move(place));
    lines.remove_prefix(end == std::string_view::npos ? lines.size() : end + 1);
  }
  return places;
}

std::vector<PositionEntry> entries_of(const IndexPosition& place, FlightId id, const Keys& keys) {
  const std::string member = member_of(place.departure, id);
  const std::int64_t departure = to_unix_ms(place.departure);
  std::vector<PositionEntry> entries;
  entries.push_back({keys.departures(), member, score_of(departure)});
  if (place.route.empty()) return entries;
  for (const SortOrder sort : {SortOrder::price, SortOrder::fastest, SortOrder::departure}) {
    const std::int64_t rank = sort == SortOrder::price     ? place.price
                              : sort == SortOrder::fastest ? place.duration_ms.value_or(last_rank)
                                                           : departure;
    entries.push_back({keys.search(place.route, flights::to_string(sort)), member, score_of(rank)});
  }
  return entries;
}

std::string score_of(std::int64_t rank) { return rank == last_rank ? "+inf" : std::to_string(rank); }

std::optional<std::int64_t> rank_of(std::string_view score) {
  if (score == "inf" || score == "+inf") return last_rank;
  double value = 0;
  const auto read = std::from_chars(score.data(), score.data() + score.size(), value);
  if (read.ec != std::errc() || read.ptr != score.data() + score.size()) return std::nullopt;
  if (!(std::abs(value) < 0x1p53)) return std::nullopt;
  const auto rank = static_cast<std::int64_t>(value);
  if (static_cast<double>(rank) != value) return std::nullopt;
  return rank;
}

std::string member_of(Instant departure, FlightId id) {
  constexpr std::string_view hex = "0123456789abcdef";
  const std::uint64_t bits = static_cast<std::uint64_t>(to_unix_ms(departure)) ^ sign_bit;
  std::string member;
  for (int shift = 60; shift >= 0; shift -= 4) member.push_back(hex[(bits >> shift) & 15]);
  member.push_back(':');
  append_uuid(member, id.value);
  return member;
}

std::optional<SearchPosition> parse_entry(std::string_view member, std::string_view score) {
  const auto rank = rank_of(score);
  if (!rank || member.size() <= departure_chars || member[departure_chars] != ':') return std::nullopt;
  std::uint64_t bits = 0;
  const char* const end = member.data() + departure_chars;
  const auto read = std::from_chars(member.data(), end, bits, 16);
  const auto id = FlightId::parse(member.substr(departure_chars + 1));
  if (read.ec != std::errc() || read.ptr != end || !id) return std::nullopt;
  const Instant departure = from_unix_ms(static_cast<std::int64_t>(bits ^ sign_bit));
  // Such as in capitals.
  if (member_of(departure, *id) != member) return std::nullopt;
  return SearchPosition{*rank, departure, *id};
}

}  // namespace flightdeck::redis
