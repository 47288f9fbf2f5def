#include "flights/search.h"

#include <gtest/gtest.h>

#include <limits>

namespace flightdeck::flights {
namespace {

Flight flight_of(std::int64_t price, std::int64_t departure, std::optional<std::int64_t> arrival,
                 std::uint8_t id) {
  Flight flight;
  flight.id.value.data()[15] = id;
  flight.price = Money{price};
  flight.departure = from_unix_ms(departure);
  if (arrival) flight.arrival = from_unix_ms(*arrival);
  return flight;
}

TEST(SearchPosition, OrdersByTheSortThenDepartureThenId) {
  const Flight cheap_late = flight_of(100, 2000, 9000, 3);
  const Flight dear_early = flight_of(200, 1000, 9000, 2);
  const Flight twin = flight_of(200, 1000, 9000, 4);
  const Flight endless = flight_of(50, 500, std::nullopt, 1);
  const auto before = [](const Flight& a, const Flight& b, SortOrder sort) {
    return position_of(a, sort) < position_of(b, sort);
  };
  EXPECT_TRUE(before(cheap_late, dear_early, SortOrder::price));
  EXPECT_TRUE(before(dear_early, cheap_late, SortOrder::departure));
  EXPECT_TRUE(before(cheap_late, dear_early, SortOrder::fastest)) << "7 s is shorter than 8 s";
  EXPECT_TRUE(before(cheap_late, endless, SortOrder::fastest)) << "no arrival comes last";
  for (const SortOrder sort : {SortOrder::price, SortOrder::departure, SortOrder::fastest}) {
    EXPECT_TRUE(before(dear_early, twin, sort)) << "the id breaks the tie";
  }
  const Flight as_dear_later = flight_of(200, 1500, 9500, 1);
  EXPECT_TRUE(before(dear_early, as_dear_later, SortOrder::price))
      << "departure breaks the tie before the id";
  EXPECT_TRUE(before(dear_early, as_dear_later, SortOrder::fastest));
}

TEST(Cursor, GoesBothWays) {
  SeededRandom random(1);
  for (int i = 0; i < 2000; ++i) {
    SearchPosition position;
    position.rank = static_cast<std::int64_t>(random.next());
    position.departure = from_unix_ms(static_cast<std::int64_t>(random.next()) >> (i % 60));
    position.id.value = make_uuid_v7(from_unix_ms(i), random);
    ASSERT_EQ(parse_cursor(format_cursor(position)), position);
  }
  const SearchPosition last{std::numeric_limits<std::int64_t>::max(), from_unix_ms(-1), FlightId{}};
  EXPECT_EQ(parse_cursor(format_cursor(last)), last);
}

TEST(Cursor, RefusesWhatIsNotOurs) {
  const std::string good = format_cursor(SearchPosition{});
  ASSERT_TRUE(parse_cursor(good));
  EXPECT_FALSE(parse_cursor(""));
  EXPECT_FALSE(parse_cursor(good + "0"));
  EXPECT_FALSE(parse_cursor(good.substr(1)));
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const char wrong : {'g', 'A', ' ', '-', '\0'}) {
      std::string text = good;
      text[at] = wrong;
      ASSERT_FALSE(parse_cursor(text)) << at;
    }
  }
}

TEST(SortOrderText, GoesBothWays) {
  for (const SortOrder sort : {SortOrder::price, SortOrder::fastest, SortOrder::departure}) {
    EXPECT_EQ(parse_sort_order(to_string(sort)), sort);
  }
  EXPECT_EQ(parse_sort_order("Price"), std::nullopt);
  EXPECT_EQ(parse_sort_order(""), std::nullopt);
}

}  // namespace
}  // namespace flightdeck::flights
