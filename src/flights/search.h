// Search: the query, the three orders, and the cursor that continues after the last flight of a page.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/keyed_hash.h"
#include "flights/flight.h"

namespace flightdeck::flights {

enum class SortOrder { price, fastest, departure };
std::string_view to_string(SortOrder sort);
std::optional<SortOrder> parse_sort_order(std::string_view text);

// The position of a flight in an order: by `rank`, then by departure, then by id.
struct SearchPosition {
  // The price in minor units, the duration in ms (the largest number when there is no arrival), or the
  // departure.
  std::int64_t rank = 0;
  Instant departure{};
  FlightId id;
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 sees a null pointer in the comparison made here
  friend auto operator<=>(const SearchPosition&, const SearchPosition&) = default;
};

SearchPosition position_of(const Flight& flight, SortOrder sort);

struct SearchQuery {
  // In place_key form.
  std::string source;
  // In place_key form.
  std::string destination;
  Date date{};
  SortOrder sort = SortOrder::price;
  std::size_t limit = 20;
  // Flights with fewer available seats are left out.
  std::int64_t seats = 1;
  std::optional<SearchPosition> after;
  friend bool operator==(const SearchQuery&, const SearchQuery&) = default;
};

// A keyed hash of the whole query. Clients can make up queries, cursors above all, but none that collide more
// than by chance.
struct SearchQueryHash {
  HashKey key;
  std::size_t operator()(const SearchQuery& query) const;
};

// `<source>:<destination>:<date>`. The places are in place_key form, which has no colon.
std::string route_key(std::string_view source, std::string_view destination, Date date);

struct SearchPage {
  // In order, at most `limit`.
  std::vector<Flight> flights;
  // There are flights after the last one.
  bool more = false;

  // The flights that an index inspected for this page, including those that are not on it. The page stays
  // valid until one of them changes or departs, or a flight joins the route or moves in it.
  std::vector<FlightId> looked_at;
  Instant next_departure = Instant::max();
  void look_at(FlightId flight) { looked_at.push_back(flight); }
  void look_at(const Flight& flight, Instant now);
};

// Opaque text for clients. nullopt: the program has not made it.
std::string format_cursor(const SearchPosition& position);
std::optional<SearchPosition> parse_cursor(std::string_view text);

}  // namespace flightdeck::flights
