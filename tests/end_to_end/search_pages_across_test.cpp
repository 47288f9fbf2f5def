// What one process changes shows on the pages that another one has in memory.
#include <gtest/gtest.h>

#include "support/metrics_page.h"
#include "support/redis_server.h"
#include "support/server_suite.h"

namespace flightdeck::test {
namespace {

class SearchPagesAcrossTest : public testing::Test {
 protected:
  ~SearchPagesAcrossTest() override {
    for (ServerProcess* server : {&changing, &watched}) server->stop_cleanly();
  }

  FlightDraft draft() const {
    FlightDraft flight;
    flight.source = route.source;
    flight.destination = route.destination;
    return flight;
  }
  std::string target() const { return search_target(route, date); }
  double hits() { return metric(watcher.http(), "search_pages_hits_total"); }
  // Searches until a page comes from memory.
  bool in_memory(const std::string& page) {
    const double before = hits();
    return eventually([&] {
      watcher.http().get(page);
      return hits() > before;
    });
  }
  bool shows(const std::string& page, const std::vector<std::string>& ids) {
    return eventually(
        [&] { return texts(list(watcher.http().get(page).json(), "flights"), "flight_id") == ids; });
  }
  bool shows_seats(std::int64_t seats) {
    return eventually([&] {
      const json::array flights = list(watcher.http().get(target()).json(), "flights");
      return flights.size() == 1 && number(flights[0], "available_seats") == seats;
    });
  }

  const std::shared_ptr<const ProductionStorage> storage = std::make_shared<ProductionStorage>();
  const Route route = fresh_route();
  const std::string date = date_ahead(30);
  ServerProcess changing{instant_payment("1"), Environment{}, storage};
  ServerProcess watched{joined(instant_payment("1"), {"--role", "api"}), Environment{}, storage};
  ApiClient here{(changing.start(), changing.port())};
  ApiClient watcher{(watched.start(), watched.port())};
};

TEST_F(SearchPagesAcrossTest, ChangesReachThePages) {
  ASSERT_TRUE(in_memory(target()));
  const json::value added = here.add_flight(draft());
  const std::string id = text(added, "flight_id");
  EXPECT_TRUE(shows(target(), {id}));
  ASSERT_TRUE(in_memory(target()));
  const json::value booking = here.book_to_the_end(id, 2);
  EXPECT_TRUE(shows_seats(178));
  ASSERT_TRUE(in_memory(target()));
  here.cancel(text(booking, "booking_id"));
  EXPECT_TRUE(shows_seats(180));

  FlightDraft moved = draft();
  moved.flight_number = text(added, "flight_number");
  moved.destination = fresh_route().destination;
  const std::string elsewhere = search_target({route.source, moved.destination}, date);
  ASSERT_TRUE(in_memory(target()));
  ASSERT_TRUE(in_memory(elsewhere));
  const Reply replaced = here.http().request("PUT", "/admin/flights/" + id, json::serialize(moved.json()));
  ASSERT_EQ(replaced.status, 200) << replaced.body;
  EXPECT_TRUE(shows(target(), {}));
  EXPECT_TRUE(shows(elsewhere, {id}));

  ASSERT_TRUE(in_memory(elsewhere));
  ASSERT_EQ(here.http().request("DELETE", "/admin/flights/" + id).status, 204);
  EXPECT_TRUE(shows(elsewhere, {}));
}

TEST_F(SearchPagesAcrossTest, AHandInRedisShowsAndALostConnectionHidesNothing) {
  const std::string id = text(here.add_flight(draft()), "flight_id");
  ASSERT_TRUE(shows(target(), {id}));
  ASSERT_TRUE(in_memory(target()));
  RedisProbe redis(shared_redis().port());
  redis.command({"HSET", storage->key("flight:{" + id + "}"), "available_seats", "77"});
  EXPECT_TRUE(shows_seats(77));

  for (int round = 0; round < 3; ++round) {
    ASSERT_TRUE(in_memory(target()));
    redis.command({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
    const json::value booking = here.book_to_the_end(id, 2);
    EXPECT_TRUE(shows_seats(178));
    here.cancel(text(booking, "booking_id"));
    EXPECT_TRUE(shows_seats(180));
  }
}

// Redis stands still, and bookings go on without it: pages in memory must not hide them.
TEST_F(SearchPagesAcrossTest, NoPageInMemoryOutlivesARedisThatStandsStill) {
  const std::string id = text(here.add_flight(draft()), "flight_id");
  ASSERT_TRUE(shows(target(), {id}));
  ASSERT_TRUE(in_memory(target()));
  shared_redis().freeze();
  const Reply booked = here.try_book(id, 2);
  EXPECT_EQ(booked.status, 202) << booked.body;
  EXPECT_TRUE(shows_seats(178)) << "from the database";
  shared_redis().go_on();
  EXPECT_TRUE(shows_seats(178));
  EXPECT_TRUE(in_memory(target()));
}

}  // namespace
}  // namespace flightdeck::test
