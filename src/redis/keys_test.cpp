#include "redis/keys.h"

#include <gtest/gtest.h>

namespace flightdeck::redis {
namespace {

constexpr std::string_view id_text = "01970000-0000-7000-8000-0000000000ab";
const FlightId id = *FlightId::parse(id_text);

TEST(Keys, AreThoseOfTheContract) {
  const Keys keys("");
  EXPECT_EQ(keys.flight(id), "flight:{01970000-0000-7000-8000-0000000000ab}");
  EXPECT_EQ(keys.seats(id), "flight_seats:{01970000-0000-7000-8000-0000000000ab}");
  EXPECT_EQ(keys.holds(id), "flight_holds:{01970000-0000-7000-8000-0000000000ab}");
  const Date date{std::chrono::year{2026} / 12 / 1};
  EXPECT_EQ(keys.search(route_key("jfk", "lhr", date), "price"), "search:jfk:lhr:2026-12-01:price");
  EXPECT_EQ(keys.departures(), "flight_departures");
  EXPECT_EQ(keys.index(), "flight_index");
  EXPECT_EQ(keys.events(), "booking_event_stream");
}

TEST(Keys, HaveThePrefixInFront) {
  const Keys keys("shop:");
  EXPECT_EQ(keys.flight(id), "shop:" + Keys("").flight(id));
  EXPECT_EQ(keys.search("a:b:2026-12-01", "fastest"), "shop:search:a:b:2026-12-01:fastest");
  EXPECT_EQ(keys.events(), "shop:booking_event_stream");
}

TEST(Keys, ThePatternTakesThePrefixAsItIs) {
  EXPECT_EQ(Keys("").holds_pattern(), "flight_holds:{*");
  EXPECT_EQ(Keys("a*b?[c]\\:").holds_pattern(), "a\\*b\\?\\[c\\]\\\\:flight_holds:{*");
}

TEST(Keys, TellTheFlightOfItsHolds) {
  const Keys keys("p:");
  EXPECT_EQ(keys.flight_of_holds(keys.holds(id)), id);
  for (const std::string& other :
       {keys.seats(id), Keys("").holds(id), Keys("q:").holds(id), std::string("p:flight_holds:{}"),
        std::string("p:flight_holds:{"), keys.holds(id) + "}", std::string("p:")}) {
    EXPECT_EQ(keys.flight_of_holds(other), std::nullopt) << other;
  }
}

}  // namespace
}  // namespace flightdeck::redis
