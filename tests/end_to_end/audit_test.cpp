// The audit, asked over HTTP and by hand: quiet on sound data under load, and a name for every kind of damage.
#include <gmock/gmock.h>

#include <array>
#include <atomic>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <thread>

#include "support/crowd.h"
#include "support/database_hand.h"
#include "support/metrics_page.h"
#include "support/postgres_server.h"
#include "support/redis_server.h"
#include "support/server_suite.h"

namespace flightdeck::test {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

// Nothing sweeps in a process of the role api with a Redis, so damage there stays until a worker comes.
class AuditTest : public testing::Test {
 protected:
  void SetUp() override {
    if (test_shape() == Shape::production) {
      worker.start();  // it fills the index, which is complete from then on
      worker.stop_cleanly();
    }
    server.start();
    api.emplace(server.port());
  }
  void TearDown() override {
    api.reset();
    if (worker.running()) worker.stop_cleanly();
    if (server.running()) server.stop_cleanly();
  }

  json::value audit() {
    const Reply reply = api->http().get("/admin/audit");
    EXPECT_EQ(reply.status, 200) << reply.body;
    return reply.json();
  }
  static std::set<std::string> kinds(const json::value& report) {
    std::set<std::string> all;
    for (const json::value& finding : list(report, "findings")) all.insert(text(finding, "kind"));
    return all;
  }
  std::string quoted(const std::string& id) { return server.probe()->id_literal(id); }

  std::shared_ptr<const Storage> storage = make_storage();
  ServerProcess server{joined({"--role", "api"}, silent_payment()), {}, storage};
  ServerProcess worker{joined({"--role", "worker"}, silent_payment()), {}, storage};
  std::optional<ApiClient> api;
};

TEST_F(AuditTest, SoundDataHasNoFindingsNotEvenUnderLoad) {
  constexpr int kClients = 8;
  constexpr int kAudits = 5;
  std::vector<std::string> flights;
  for (int i = 0; i < 3; ++i) flights.push_back(api->add_flight_id(1000));
  std::atomic<bool> enough{false};
  std::jthread load([&] {
    crowd(kClients, [&](int member) {
      ApiClient client(server.port());
      for (int i = 0; !enough; ++i) {
        const json::value booking = client.book(flights[static_cast<std::size_t>(i) % flights.size()]);
        const std::string id = text(booking, "booking_id");
        if (i % 3 == 0)
          client.callback(id, "success", "pay-" + std::to_string(member) + "-" + std::to_string(i));
        if (i % 3 == 1) client.cancel(id);
        if (i >= 120) return;  // seats are left for everybody
      }
    });
  });
  for (int i = 0; i < kAudits; ++i) {
    const json::value report = audit();
    EXPECT_THAT(list(report, "findings"), IsEmpty()) << json::serialize(report);
    EXPECT_TRUE(field(report, "ok").as_bool());
  }
  enough = true;
  load.join();
  const json::value report = audit();
  EXPECT_TRUE(field(report, "ok").as_bool()) << json::serialize(report);
  EXPECT_EQ(number(report, "flights_checked"), 3);
  EXPECT_EQ(number(report, "bookings_checked"), server.probe()->number("SELECT count(*) FROM bookings"));
  EXPECT_EQ(text(report, "gate"), "checked");
  EXPECT_EQ(text(report, "index"), "checked");
}

TEST_F(AuditTest, EveryDamageToTheDatabaseIsNamed) {
  const std::string flight = quoted(api->add_flight_id(10));
  const std::string flight_id = server.probe()->column("SELECT id FROM flights").front();
  const auto book = [&] { return text(api->book(flight_id, 2), "booking_id"); };
  const std::string confirmed_id = book();
  const std::string failed_id = book();
  const std::string confirmed = quoted(confirmed_id);
  const std::string failed = quoted(failed_id);
  const std::string pending = quoted(book());
  ASSERT_EQ(api->callback(confirmed_id, "success", "pay-1").status, 200);
  ASSERT_EQ(api->callback(failed_id, "failure", "pay-2").status, 200);
  const std::string nobody = quoted("01970000-0000-7000-8000-0000000000ff");
  const auto hand = make_hand(*storage);
  ASSERT_TRUE(field(audit(), "ok").as_bool());

  struct Damage {
    std::string kind, done, undone;
  };
  const auto set = [](const std::string& what, const std::string& booking) {
    return "UPDATE bookings SET " + what + " WHERE id = " + booking;
  };
  const auto intent = [&](const std::string& booking) {
    return "INSERT INTO booking_intents (id, booking_id, expires_at, created_at) VALUES (" + booking + ", " +
           booking + ", " + hand->long_past() + ", " + hand->long_past() + ")";
  };
  const auto no_intent = [](const std::string& booking) {
    return "DELETE FROM booking_intents WHERE id = " + booking;
  };
  const std::vector<Damage> all = {
      {"oversold", set("seats = 20", confirmed), set("seats = 2", confirmed)},
      {"seats_lost", "UPDATE flights SET available_seats = available_seats - 1",
       "UPDATE flights SET available_seats = available_seats + 1"},
      {"seats_surplus", "UPDATE flights SET available_seats = available_seats + 1",
       "UPDATE flights SET available_seats = available_seats - 1"},
      {"unknown_flight", set("flight_id = " + nobody, failed), set("flight_id = " + flight, failed)},
      {"pending_without_intent", no_intent(pending), intent(pending)},
      {"refund_without_intent", set("payment_ref = 'pay'", failed), set("payment_ref = NULL", failed)},
      {"confirmed_unpaid", set("payment_ref = NULL", confirmed), set("payment_ref = 'pay-1'", confirmed)},
      {"booking_fields", set("failure_reason = NULL", failed),
       set("failure_reason = 'payment_declined'", failed)},
      {"amount_wrong", set("amount = amount + " + hand->cent(), confirmed),
       set("amount = amount - " + hand->cent(), confirmed)},
      {"intent_without_booking", intent(nobody), no_intent(nobody)},
      {"intent_needless", intent(confirmed), no_intent(confirmed)},
  };
  for (const Damage& damage : all) {
    hand->execute(damage.done);
    const json::value report = audit();
    EXPECT_THAT(kinds(report), Contains(damage.kind)) << json::serialize(report);
    EXPECT_FALSE(field(report, "ok").as_bool());
    if (damage.kind == "oversold") {
      EXPECT_EQ(number(report, "oversold_seats"), 12);
      EXPECT_EQ(metric(api->http(), "inventory_oversold_seats"), 12);
    }
    hand->execute(damage.undone);
  }
  const json::value mended = audit();
  EXPECT_TRUE(field(mended, "ok").as_bool()) << json::serialize(mended);
  EXPECT_EQ(metric(api->http(), "inventory_oversold_seats"), 0);
  EXPECT_EQ(metric(api->http(), "inventory_drift_seats"), 0);
}

TEST_F(AuditTest, TheCommandLineSaysTheSame) {
  api->book(api->add_flight_id(10));
  const std::vector<std::string> command = joined({"audit"}, storage->flags());
  CommandResult result = run_command(command);
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  EXPECT_THAT(result.out, HasSubstr("1 flights and 1 bookings checked"));
  EXPECT_THAT(result.out, HasSubstr("nothing is wrong"));
  make_hand(*storage)->execute("UPDATE bookings SET seats = 12");
  result = run_command(joined(command, {"--json"}));
  EXPECT_EQ(result.exit_code, 1) << result.out << result.err;
  const json::value report = json::parse(result.out);
  EXPECT_THAT(kinds(report), Contains("oversold"));
  EXPECT_EQ(text(report, "gate"), test_shape() == Shape::production ? "checked" : "elsewhere");
  EXPECT_EQ(run_command(joined(command, {"--jsno"})).exit_code, 2);
}

// A worker audits by itself.
TEST_F(AuditTest, AWorkerKeepsTheGauges) {
  if (test_shape() != Shape::production) GTEST_SKIP() << "the embedded shape has no worker of its own";
  api->book(api->add_flight_id(10));
  make_hand(*storage)->execute("UPDATE bookings SET seats = 12");
  worker.start();
  HttpClient http(worker.port());
  EXPECT_TRUE(eventually([&] { return metric(http, "inventory_oversold_seats") == 2; }));
  EXPECT_TRUE(
      eventually([&] { return worker.log().find("the audit found something wrong") != std::string::npos; }));
}

TEST_F(AuditTest, EveryMetricOfTheAlertsIsThere) {
  api->book(api->add_flight_id(2));
  audit();
  const std::string page = api->http().get("/metrics").body;
  std::ifstream rules(std::string(FLIGHTDECK_SOURCE_DIR) + "/deploy/prometheus/alerts.yml");
  ASSERT_TRUE(rules.good());
  const std::regex name("\\b(?:inventory|audit|bookings|overloaded|outbox|request|ledger)_[a-z_]+");
  int named = 0;
  for (std::string line; std::getline(rules, line);) {
    if (line.find("expr:") == std::string::npos) continue;
    for (std::sregex_iterator it(line.begin(), line.end(), name), end; it != end; ++it, ++named)
      EXPECT_THAT(page, HasSubstr("\n" + it->str())) << line;
  }
  EXPECT_GE(named, 4);
}

class RedisAuditTest : public AuditTest {
 protected:
  void SetUp() override {
    if (test_shape() != Shape::production) GTEST_SKIP() << "the gate of the embedded shape is out of reach";
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

TEST_F(RedisAuditTest, EveryDamageToRedisIsNamedAndAWorkerHealsIt) {
  const auto& [counter, told, hold, closed, missing, differs, misplaced, sound] = flights;
  redis.command({"INCRBY", place().seats_key(counter), "3"});
  redis.command({"INCRBY", place().seats_key(told), "5"});
  redis.command({"HINCRBY", flight_key(told), "seats_available", "5"});
  redis.command({"HINCRBY", flight_key(told), "available_seats", "5"});
  redis.command({"HSET", place().key("flight_holds:{" + hold + "}"), fresh_uuid(), "2:1000"});
  redis.command({"DECRBY", place().seats_key(hold), "2"});
  redis.command({"HINCRBY", flight_key(hold), "available_seats", "-2"});
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
  EXPECT_THAT(damage.at(counter), UnorderedElementsAre("gate_counter", "index_seats"));
  EXPECT_THAT(damage.at(told), UnorderedElementsAre("gate_differs"));
  EXPECT_THAT(damage.at(hold), UnorderedElementsAre("stale_hold"));
  EXPECT_THAT(damage.at(closed), UnorderedElementsAre("gate_counter", "gate_off_sale"));
  EXPECT_THAT(damage.at(missing), UnorderedElementsAre("gate_counter", "index_missing"));
  EXPECT_THAT(damage.at(differs), UnorderedElementsAre("index_differs", "index_places"));
  EXPECT_THAT(damage.at(misplaced), UnorderedElementsAre("index_places"));
  EXPECT_FALSE(damage.contains(sound));
  EXPECT_EQ(metric(api->http(), "inventory_drift_seats"), 3 + 3 + 5 + 2);

  worker.start();
  EXPECT_TRUE(eventually([&] { return found().empty(); }, std::chrono::seconds(60)));
  EXPECT_EQ(metric(api->http(), "inventory_drift_seats"), 0);
}

TEST_F(RedisAuditTest, EventsThatNobodyPublishesAreNamed) {
  make_hand(*storage)->execute("UPDATE events SET created_at = TIMESTAMPTZ '2020-01-01 00:00:00Z'");
  EXPECT_THAT(kinds(audit()), UnorderedElementsAre("outbox_stuck"));
  worker.start();
  EXPECT_TRUE(eventually([&] { return field(audit(), "ok").as_bool(); }, std::chrono::seconds(60)));
}

// Commits that a process was killed before telling of: nothing is wrong once a worker has told of them.
TEST_F(RedisAuditTest, WhatWasNeverToldIsNamed) {
  make_hand(*storage)->execute(
      "UPDATE flights SET version = version + 1, available_seats = available_seats, updated_at = now() WHERE "
      "id = '" +
      flights[0] + "'");
  const auto untold = found();
  ASSERT_EQ(untold.size(), 1U);
  EXPECT_THAT(untold.at(flights[0]), UnorderedElementsAre("gate_differs", "index_differs"));
  worker.start();
  EXPECT_TRUE(eventually([&] { return found().empty(); }, std::chrono::seconds(60)));
}

}  // namespace
}  // namespace flightdeck::test
