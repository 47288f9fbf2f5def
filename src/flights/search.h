// Search: what is asked, the three orders, and the cursor that goes on from the last flight of a page.
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

// Where a flight stands in an order: by `rank`, ties by departure, then id.
struct SearchPosition {
  // Price in minor units, duration in ms (without arrival: the largest), or departure.
  std::int64_t rank = 0;
  Instant departure{};
  FlightId id;
  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 sees a null pointer in the comparison made here
  friend auto operator<=>(const SearchPosition&, const SearchPosition&) = default;
};

SearchPosition position_of(const Flight& flight, SortOrder sort);

struct SearchQuery {
  // place_key form.
  std::string source;
  // place_key form.
  std::string destination;
  Date date{};
  SortOrder sort = SortOrder::price;
  std::size_t limit = 20;
  // At least so many available.
  std::int64_t seats = 1;
  std::optional<SearchPosition> after;
  friend bool operator==(const SearchQuery&, const SearchQuery&) = default;
};

// Of the whole query: what a client makes up, cursors above all, collides no more than chance has it.
struct SearchQueryHash {
  HashKey key;
  std::size_t operator()(const SearchQuery& query) const;
};

// `<source>:<destination>:<date>`; the places in place_key form, which hold no colon.
std::string route_key(std::string_view source, std::string_view destination, Date date);

struct SearchPage {
  // In order, at most `limit`.
  std::vector<Flight> flights;
  // There are flights after the last one.
  bool more = false;

  // Of an index: what the page was made of besides its route. It stays the same while none of these flights
  // changes, and none comes to the route or moves in it, until one of them departs.
  // Also those that are not on the page.
  std::vector<FlightId> looked_at;
  Instant next_departure = Instant::max();
  void look_at(FlightId flight) { looked_at.push_back(flight); }
  void look_at(const Flight& flight, Instant now);
};

// Opaque text for clients; nullopt when it is not one of ours.
std::string format_cursor(const SearchPosition& position);
std::optional<SearchPosition> parse_cursor(std::string_view text);

}  // namespace flightdeck::flights
