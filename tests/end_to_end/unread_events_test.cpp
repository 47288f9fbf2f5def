// The outbox without a Redis: nobody reads it, and it does not grow for ever.
#include <gtest/gtest.h>

#include "support/database_hand.h"
#include "support/server_suite.h"

namespace flightdeck::test {
namespace {

TEST(UnreadEventsTest, ThoseOfTheLastHourAreKept) {
  const auto storage = std::make_shared<SqliteStorage>();
  ServerProcess server(instant_payment("1"), {}, storage);
  server.start();
  std::string flight_id;
  {
    ApiClient api(server.port());
    flight_id = api.add_flight_id(10);
    ASSERT_EQ(text(api.book_to_the_end(flight_id), "status"), "CONFIRMED");
  }
  server.stop_cleanly();
  const auto rows = [&] { return server.probe()->number("SELECT COUNT(*) FROM events"); };
  const std::int64_t before = rows();
  EXPECT_GE(before, 3) << "they are there for who looks";
  const std::unique_ptr<DatabaseHand> hand = make_hand(*storage);
  hand->execute("UPDATE events SET created_at = " + hand->long_past() + " WHERE seq < " +
                std::to_string(before));
  server.start();
  EXPECT_TRUE(eventually([&] { return rows() == 1; })) << rows();
  {
    ApiClient api(server.port());
    ASSERT_EQ(text(api.book_to_the_end(flight_id), "status"), "CONFIRMED");
  }
  EXPECT_GE(rows(), 3);
  server.stop_cleanly();
}

}  // namespace
}  // namespace flightdeck::test
