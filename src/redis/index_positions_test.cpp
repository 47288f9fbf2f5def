#include "redis/index_positions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "core/random.h"

namespace flightdeck::redis {
namespace {

using flights::Flight;
using flights::SortOrder;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

Flight placed_flight() {
  Flight flight;
  flight.id = *FlightId::parse("01970000-0000-7000-8000-0000000000ab");
  flight.source = "JFK";
  flight.destination = "a|b";
  flight.departure = from_unix_ms(1'900'000'000'123);
  flight.arrival = flight.departure + Milliseconds{5000};
  flight.date = Date{std::chrono::year{2030} / 3 / 17};
  flight.price = Money{19'900};
  return flight;
}

TEST(FlightPlaces, ComeBackAsTheyWere) {
  Flight flight = placed_flight();
  EXPECT_EQ(position_of(flight).route, "jfk:a|b:2030-03-17");
  EXPECT_EQ(parse_position(format_position(position_of(flight))), position_of(flight));
  flight.arrival.reset();
  EXPECT_EQ(parse_position(format_position(position_of(flight))), position_of(flight));
  flight.status = flights::FlightStatus::cancelled;
  EXPECT_EQ(position_of(flight).route, "");
  EXPECT_EQ(parse_position(format_position(position_of(flight))), position_of(flight));
}

TEST(FlightPlaces, AreReadLineByLine) {
  const IndexPosition one = position_of(placed_flight());
  IndexPosition other = one;
  other.price = 5;
  EXPECT_THAT(parse_positions(""), IsEmpty());
  EXPECT_THAT(parse_positions(format_position(one)), ElementsAre(one)) << "settled";
  EXPECT_THAT(parse_positions(format_position(one) + "\nnonsense\n" + format_position(other) + "\n"),
              ElementsAre(one, other));
  for (const std::string_view bad : {"", "|", "1|x|3|r", "x|2|3|r", "1|2|x|r"})
    EXPECT_EQ(parse_position(bad), std::nullopt) << bad;
}

TEST(FlightPlaces, EntriesAreInEachOrderAndAmongTheDepartures) {
  const Keys keys("p:");
  const Flight flight = placed_flight();
  const auto entries = entries_of(position_of(flight), flight.id, keys);
  ASSERT_EQ(entries.size(), 4U);
  EXPECT_EQ(entries[0].key, "p:flight_departures");
  EXPECT_EQ(entries[0].score, "1900000000123");
  EXPECT_EQ(entries[1].key, "p:search:jfk:a|b:2030-03-17:price");
  EXPECT_EQ(entries[1].score, "19900");
  EXPECT_EQ(entries[2].key, "p:search:jfk:a|b:2030-03-17:fastest");
  EXPECT_EQ(entries[2].score, "5000");
  EXPECT_EQ(entries[3].key, "p:search:jfk:a|b:2030-03-17:departure");
  EXPECT_EQ(entries[3].score, "1900000000123");
  for (const PositionEntry& entry : entries) EXPECT_EQ(entry.member, member_of(flight.departure, flight.id));

  Flight cancelled = flight;
  cancelled.status = flights::FlightStatus::cancelled;
  EXPECT_EQ(entries_of(position_of(cancelled), flight.id, keys).size(), 1U);
}

TEST(FlightPlaces, ScoresAreExactRanks) {
  for (const std::int64_t rank :
       {std::int64_t{0}, std::int64_t{-1}, std::int64_t{99'999'999}, std::int64_t{9'007'199'254'740'991},
        std::numeric_limits<std::int64_t>::max()}) {
    EXPECT_EQ(rank_of(score_of(rank)), rank);
  }
  EXPECT_EQ(rank_of("inf"), std::numeric_limits<std::int64_t>::max()) << "as Redis writes it";
  for (const std::string_view bad : {"", "x", "1x", "nan", "-inf", "9007199254740992"})
    EXPECT_EQ(rank_of(bad), std::nullopt) << bad;
}

// Redis orders equal scores by the bytes of the members.
TEST(FlightPlaces, MembersAreInTheOrderOfSearchPositions) {
  SeededRandom random(1);
  std::vector<flights::SearchPosition> positions;
  for (const std::int64_t ms : {-1'000'000LL, -1LL, 0LL, 1LL, 255LL, 256LL, 1'900'000'000'123LL}) {
    for (int i = 0; i < 5; ++i)
      positions.push_back({7, from_unix_ms(ms), FlightId{make_uuid_v7(from_unix_ms(0), random)}});
  }
  std::sort(positions.begin(), positions.end());
  std::string before;
  for (const auto& position : positions) {
    const std::string member = member_of(position.departure, position.id);
    EXPECT_LT(before, member);
    EXPECT_EQ(parse_entry(member, "7"), position);
    before = member;
  }
}

TEST(FlightPlaces, EntriesThatAreNoneOfOursAreNone) {
  const std::string good = member_of(from_unix_ms(5), placed_flight().id);
  ASSERT_TRUE(parse_entry(good, "1"));
  for (const std::string& bad :
       {std::string(), std::string("x"), good + "0", good.substr(1), "x" + good.substr(1)})
    EXPECT_EQ(parse_entry(bad, "1"), std::nullopt) << bad;
  EXPECT_EQ(parse_entry(good, "one"), std::nullopt);
  EXPECT_EQ(parse_entry(good, "1.5"), std::nullopt);
}

}  // namespace
}  // namespace flightdeck::redis
