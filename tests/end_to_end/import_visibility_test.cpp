// What an import adds is found and sold at once: it tells Redis itself, and waits for no worker.
#include <gmock/gmock.h>

#include "support/redis_server.h"
#include "support/server_suite.h"

namespace flightdeck::test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr char kHeader[] = "flight_number,source,destination,departure_ts,arrival_ts,total_seats,price\n";

class ImportVisibilityTest : public testing::Test {
 protected:
  CommandResult import_rows(const std::string& rows, std::vector<std::string> flags) {
    const std::filesystem::path file = folder / "rows.csv";
    write_text(file, kHeader + rows);
    return run_command(joined({"import", file.string()}, flags));
  }
  std::string row(int number, int seats) const {
    return "FD" + std::to_string(number) + ",JFK,LHR," + instant_ahead(30, "12:00:00Z") + ",," +
           std::to_string(seats) + ",99.00\n";
  }

  TemporaryDirectory folder;
  std::shared_ptr<const ProductionStorage> storage = std::make_shared<ProductionStorage>();
};

// There is an api and no worker: what Redis knows in the end, the import has told it.
TEST_F(ImportVisibilityTest, RedisHearsOfItBeforeTheSummary) {
  {
    // The index is complete, as a worker leaves it.
    ServerProcess worker({"--role", "worker", "--payment-url", "http://127.0.0.1:9"}, {}, storage);
    worker.start();
    worker.stop_cleanly();
  }
  ServerProcess server({"--role", "api"}, {}, storage);
  server.start();
  ApiClient api(server.port());
  const Route route{"JFK", "LHR"};
  const auto found = [&] { return list(api.search(route, date_ahead(30)), "flights").size(); };
  EXPECT_EQ(found(), 0U);

  std::string rows;
  // Several commits, and several pages of what is told.
  constexpr int flights = 1200;
  for (int n = 0; n < flights; ++n) rows += row(n, 10);
  const CommandResult added = import_rows(rows, storage->flags());
  EXPECT_EQ(added.exit_code, 0) << added.err;
  EXPECT_THAT(added.out, HasSubstr("added 1200, updated 0, refused 0"));
  EXPECT_THAT(added.out, Not(HasSubstr("Redis")));
  EXPECT_GT(found(), 0U) << "searched at once";
  EXPECT_EQ(all_pages(api.http(), search_target(route, date_ahead(30)), "flights", 20).size(), flights);

  const std::string flight_id = text(list(api.search(route, date_ahead(30)), "flights").at(0), "flight_id");
  RedisProbe redis(shared_redis().port());
  EXPECT_EQ(redis.text({"GET", storage->seats_key(flight_id)}), "10") << "the gate knows it as well";
  const std::string number = text(api.admin_flight(flight_id), "flight_number");
  EXPECT_EQ(import_rows(row(std::stoi(number.substr(2)), 25), storage->flags()).exit_code, 0);
  EXPECT_EQ(redis.text({"GET", storage->seats_key(flight_id)}), "25");
  server.stop_cleanly();
}

TEST_F(ImportVisibilityTest, ARedisThatIsAwayIsSaidAndAWorkerTellsIt) {
  std::vector<std::string> flags{"--database-url", storage->database_url(), "--redis-url",
                                 "redis://127.0.0.1:9"};
  const CommandResult added = import_rows(row(1, 10), flags);
  EXPECT_EQ(added.exit_code, 0) << added.err;
  EXPECT_THAT(added.out, HasSubstr("added 1, updated 0, refused 0"));
  EXPECT_THAT(added.out, HasSubstr("Redis did not hear of all of it"));
  ServerProcess server({}, {}, storage);
  server.start();
  ApiClient api(server.port());
  EXPECT_TRUE(eventually([&] {
    return list(api.search({"JFK", "LHR"}, date_ahead(30)), "flights").size() == 1;
  }));
  server.stop_cleanly();
}

}  // namespace
}  // namespace flightdeck::test
