// The audit of what is kept in Redis: a name for every kind of damage, and workers heal it.
#include <array>
#include <map>

#include "end_to_end/audit_fixture.h"
#include "support/redis_server.h"

namespace flightdeck::test {
namespace {

using testing::UnorderedElementsAre;

class RedisAuditTest : public AuditTest {
 protected:
  void SetUp() override {
    AuditTest::SetUp();
    for (std::string& flight : flights) flight = api->add_flight_id(10);
  }
  const ProductionStorage& place() const { return dynamic_cast<const ProductionStorage&>(*storage); }
  std::string flight_key(const std::string& flight) const { return place().key("flight:{" + flight + "}"); }
  // The kinds found of each flight.
  std::map<std::string, std::set<std::string>> found() {
    std::map<std::string, std::set<std::string>> all;
    const json::value report = audit();
    for (const json::value& finding : list(report, "findings"))
      all[text(finding, "flight_id")].insert(text(finding, "kind"));
    return all;
  }

  RedisProbe redis{shared_redis().port()};
  std::array<std::string, 8> flights;
};

// A worker audits by itself, and its log names what is wrong.
TEST_F(RedisAuditTest, AWorkerKeepsTheGauges) {
  const std::string booking = text(api->book(flights.front()), "booking_id");
  make_hand(*storage)->execute("UPDATE bookings SET seats = 12");
  worker.start();
  HttpClient http(worker.port());
  EXPECT_TRUE(eventually([&] { return metric(http, "inventory_oversold_seats") == 2; }));
  EXPECT_TRUE(eventually([&] {
    return worker.log().find("\"kind\":\"amount_wrong\",\"flight_id\":\"" + flights.front() +
                             "\",\"booking_id\":\"" + booking + "\"") != std::string::npos;
  }));
}

TEST_F(RedisAuditTest, EveryDamageToRedisIsNamedAndAWorkerHealsIt) {
  const auto& [counter, told, hold, closed, missing, differs, misplaced, sound] = flights;
  redis.command({"INCRBY", place().seats_key(counter), "3"});
  redis.command({"INCRBY", place().seats_key(told), "5"});
  redis.command({"HINCRBY", flight_key(told), "seats_available", "5"});
  redis.command({"HINCRBY", flight_key(told), "available_seats", "5"});
  redis.command({"HSET", place().key("flight_holds:{" + hold + "}"), fresh_uuid(), "2:1000"});
  redis.command({"DECRBY", place().seats_key(hold), "2"});
  ASSERT_EQ(api->http().request("DELETE", "/admin/flights/" + closed).status, 204);
  redis.command({"SET", place().seats_key(closed), "10"});
  redis.command({"DEL", flight_key(missing)});
  redis.command({"HSET", flight_key(differs), "price", "1"});
  for (const std::string& key : redis.command({"KEYS", place().key("search:*:price")})) {
    for (const std::string& entry : redis.command({"ZRANGE", key, "0", "-1"})) {
      if (entry.find(misplaced) != std::string::npos) redis.command({"ZREM", key, entry});
    }
  }
  const auto damage = found();
  EXPECT_THAT(damage.at(counter), UnorderedElementsAre("gate_counter"));
  EXPECT_THAT(damage.at(told), UnorderedElementsAre("gate_differs", "index_seats"));
  EXPECT_THAT(damage.at(hold), UnorderedElementsAre("stale_hold"));
  EXPECT_THAT(damage.at(closed), UnorderedElementsAre("gate_counter", "gate_off_sale"));
  EXPECT_THAT(damage.at(missing), UnorderedElementsAre("gate_counter", "index_missing"));
  EXPECT_THAT(damage.at(differs), UnorderedElementsAre("index_differs", "index_places"));
  EXPECT_THAT(damage.at(misplaced), UnorderedElementsAre("index_places"));
  EXPECT_FALSE(damage.contains(sound));
  EXPECT_EQ(metric(api->http(), "inventory_drift_seats"), 3 + 5 + 5 + 2);

  worker.start();
  EXPECT_TRUE(eventually([&] { return found().empty(); }, std::chrono::seconds(60)));
  EXPECT_EQ(metric(api->http(), "inventory_drift_seats"), 0);
}

// Nothing that a script would stumble over, and no commit comes by.
TEST_F(RedisAuditTest, DamageThatPassesForNumbersIsHealedToo) {
  const std::string too_large = "99999999999999999999";
  redis.command({"HSET", place().key("flight_holds:{" + flights[0] + "}"), "nonsense", "1000:5"});
  redis.command({"HSET", place().key("flight_holds:{" + flights[1] + "}"), fresh_uuid(), too_large + ":5"});
  redis.command({"HSET", flight_key(flights[2]), "seats_version", too_large});
  redis.command({"HSET", flight_key(flights[3]), "version", too_large, "details_version", "1e9"});
  redis.command({"HSET", flight_key(flights[3]), "price", "1"});
  EXPECT_EQ(found().size(), 4U);
  worker.start();
  EXPECT_TRUE(eventually([&] { return found().empty(); }, std::chrono::seconds(60)));
}

TEST_F(RedisAuditTest, EventsThatNobodyPublishesAreNamed) {
  make_hand(*storage)->execute("UPDATE events SET created_at = TIMESTAMPTZ '2020-01-01 00:00:00Z'");
  EXPECT_THAT(kinds(audit()), UnorderedElementsAre("outbox_stuck"));
  worker.start();
  EXPECT_TRUE(eventually([&] { return field(audit(), "ok").as_bool(); }, std::chrono::seconds(60)));
}

// Refused rows are leased for a while: turns that find nothing to publish are no sign that it goes well.
TEST_F(RedisAuditTest, TheLogSaysThatEventsArePublishedAgainWhenTheyAre) {
  const auto said = [this](std::string_view line) { return worker.log().find(line) != std::string::npos; };
  const std::string stream = place().key("booking_event_stream");
  worker.start();
  ASSERT_TRUE(eventually([&] { return field(audit(), "ok").as_bool(); }));
  redis.command({"DEL", stream});
  redis.command({"XADD", stream, "18446744073709551615-18446744073709551615", "id", "1"});
  api->book(flights.front());
  ASSERT_TRUE(eventually([&] { return said("The event stream takes no events."); }));
  HttpClient http(worker.port());
  for (int states = 0; states < 2000; ++states) http.get("/health");
  EXPECT_FALSE(said("background work goes on"));
  redis.command({"DEL", stream});
  EXPECT_TRUE(eventually([&] { return said("background work goes on"); }, std::chrono::seconds(60)));
}

// Once at the start, and once again for an index that is not complete any more.
TEST_F(RedisAuditTest, AWorkerSaysWhenItHasToldOfEveryFlight) {
  const auto told = [this] {
    const std::string log = worker.log();
    const std::string_view line = "gate and index are in step with the ledger";
    std::size_t count = 0;
    for (auto at = log.find(line); at != std::string::npos; at = log.find(line, at + 1)) ++count;
    return count;
  };
  const std::size_t before = told();
  worker.start();
  EXPECT_EQ(told(), before + 1);
  redis.command({"DEL", place().key("flight_index")});
  EXPECT_TRUE(eventually([&] { return told() == before + 2; }));
}

// Commits that a process was killed before telling of: nothing is wrong once a worker has told of them.
TEST_F(RedisAuditTest, WhatWasNeverToldIsNamed) {
  make_hand(*storage)->execute(
      "UPDATE flights SET version = version + 1, available_seats = available_seats, updated_at = now() WHERE "
      "id = '" +
      flights[0] + "'");
  const auto pending_updates = found();
  ASSERT_EQ(pending_updates.size(), 1U);
  EXPECT_THAT(pending_updates.at(flights[0]), UnorderedElementsAre("gate_differs", "index_differs"));
  worker.start();
  EXPECT_TRUE(eventually([&] { return found().empty(); }, std::chrono::seconds(60)));
}

}  // namespace
}  // namespace flightdeck::test
