// Several processes of every role on one PostgreSQL and one Redis, two hundred clients after a few seats, and
// something that goes wrong in the middle: no seat is sold twice, none is lost, and what was acknowledged is
// there.
#include <gtest/gtest.h>

#include <cstdlib>
#include <thread>

#include "support/audit.h"
#include "support/postgres_server.h"
#include "support/redis_server.h"
#include "support/seat_rush.h"
#include "support/server_suite.h"

namespace flightdeck::test {
namespace {

using Seconds = std::chrono::duration<double>;

constexpr int kApis = 3;
constexpr int kWorkers = 2;
constexpr int kClients = 200;
constexpr std::int64_t kSeats[] = {5, 12, 20, 30};
constexpr auto kAuditPause = std::chrono::milliseconds(250);
constexpr auto kCountersAgreeWithin = std::chrono::seconds(5);
// A process that dies leaves holds behind, which are dropped when they are certainly nobody's (10 s).
constexpr auto kCountersAgreeAfterDeathWithin = std::chrono::seconds(30);

// How much longer or shorter than usual the load lasts: FLIGHTDECK_TEST_CLUSTER_SECONDS, of usually 30.
double load_scale() {
  constexpr double kUsual = 30;
  const char* seconds = std::getenv("FLIGHTDECK_TEST_CLUSTER_SECONDS");
  return seconds != nullptr ? std::atof(seconds) / kUsual : 1;
}

class ClusterTest : public testing::Test {
 protected:
  void SetUp() override {
    payments.start();
    const std::vector<std::string> flags{"--payment-url", payments.url(), "--payment-timeout-s", "5",
                                         "--access-log",  "off"};
    for (int i = 0; i < kApis + kWorkers; ++i) {
      const bool is_api = i < kApis;
      auto& server = (is_api ? apis : workers)
                         .emplace_back(std::make_unique<ServerProcess>(
                             joined({"--role", is_api ? "api" : "worker"}, flags), Environment{}, storage));
      server->start();
    }
    ApiClient api(apis[0]->port());
    for (const std::int64_t seats : kSeats) flights.push_back(api.add_flight_id(seats));
    probe = storage->probe();
  }
  void TearDown() override {
    for (auto* servers : {&apis, &workers}) {
      for (auto& server : *servers) server->stop_cleanly();
    }
    payments.stop_cleanly();
  }

  std::vector<std::uint16_t> ports() const {
    std::vector<std::uint16_t> all;
    for (const auto& server : apis) all.push_back(server->port());
    return all;
  }

  // Lets the load go on, looking at every commit it can that no seat is sold twice or lost.
  void watch(double usual_seconds) {
    const auto end = std::chrono::steady_clock::now() + Seconds(usual_seconds * load_scale());
    do {
      expect_every_seat_accounted_for(*probe);
      std::this_thread::sleep_for(kAuditPause);
    } while (std::chrono::steady_clock::now() < end && !HasFailure());
  }

  // The load, with a disturbance in the middle, and everything that must be true afterwards.
  void run_load(double usual_seconds, const std::function<void(SeatRush&)>& disturb,
                Milliseconds counters_agree_within = kCountersAgreeWithin) {
    SeatRush rush(ports(), flights, kClients);
    watch(usual_seconds / 2);
    disturb(rush);
    const int before = rush.sold();
    watch(usual_seconds / 2);
    EXPECT_TRUE(eventually([&] { return rush.sold() > before; })) << "it goes on afterwards";
    const std::map<std::string, SeatRush::Told> told = rush.finish();
    expect_counters_agree(counters_agree_within);
    for (const std::string& answer : rush.unexpected()) ADD_FAILURE() << "unexpected: " << answer;
    EXPECT_GT(rush.sold(), 100);
    EXPECT_GT(rush.sold_out(), 0);
    EXPECT_GT(rush.cancelled(), 0);
    RecordProperty("sold", rush.sold());
    RecordProperty("sold_out", rush.sold_out());
    RecordProperty("cancelled", rush.cancelled());
    RecordProperty("unavailable", rush.unavailable());
    disconnections = rush.disconnections();

    expect_everything_settles(*probe);
    expect_every_seat_accounted_for(*probe);
    expect_kept(told);
    expect_counters_agree(counters_agree_within);
    for (const auto& server : apis) {
      ApiClient api(server->port());
      expect_admin_counts_agree(api, *probe);
    }
    for (std::size_t i = 0; i < flights.size(); ++i) expect_sells_out(flights[i], kSeats[i]);
    audit_everything();
  }

  // What Redis would sell is what the ledger has, told by both of them themselves.
  void expect_counters_agree(Milliseconds within) {
    RedisProbe redis(shared_redis().port());
    std::string difference;
    EXPECT_TRUE(eventually(
        [&] {
          difference.clear();
          for (const std::string& id : flights) {
            const std::string counter = redis.text({"GET", storage->seats_key(id)});
            const std::int64_t available =
                probe->number("SELECT available_seats FROM flights WHERE id = " + probe->id_literal(id));
            if (counter == std::to_string(available)) continue;
            difference += id + ": Redis " + counter + ", ledger " + std::to_string(available) + "\n";
          }
          return difference.empty();
        },
        within))
        << difference;
  }

  void expect_kept(const std::map<std::string, SeatRush::Told>& told) {
    std::map<std::string, std::vector<std::string>> stored;
    for (auto& row : probe->rows("SELECT id, flight_id, seats, status FROM bookings")) stored[row[0]] = row;
    for (const auto& [id, what] : told) {
      const auto found = stored.find(id);
      ASSERT_NE(found, stored.end()) << id << " was acknowledged and is lost";
      EXPECT_EQ(found->second[1], what.flight_id);
      EXPECT_EQ(found->second[2], std::to_string(what.seats));
      if (what.confirmed) {
        EXPECT_EQ(found->second[3], "CONFIRMED") << id;
      }
      if (what.cancelled) {
        EXPECT_EQ(found->second[3], "CANCELLED") << id;
      }
    }
    // Every request had a user of its own, however often it was repeated and wherever.
    EXPECT_EQ(probe->number("SELECT COUNT(*) - COUNT(DISTINCT user_id) FROM bookings"), 0);
  }

  // Every seat of it, and not one more; failed payments give theirs back until all are paid for.
  void expect_sells_out(const std::string& flight_id, std::int64_t total) {
    int turn = 0;
    json::value seats;
    EXPECT_TRUE(eventually(
        [&] {
          ApiClient api(ports()[static_cast<std::size_t>(++turn) % kApis]);
          seats = api.seat_counts(flight_id);
          if (number(seats, "confirmed") == total) return true;
          for (std::int64_t left = number(seats, "available"); left > 0; --left) api.try_book(flight_id);
          return false;
        },
        std::chrono::seconds(60)))
        << json::serialize(seats);
    for (const std::uint16_t port : ports()) {
      ApiClient api(port);
      expect_problem(api.try_book(flight_id), 400, "OUT_OF_STOCK");
    }
  }
  void audit_everything() {
    for (const auto& server : apis) {
      ApiClient api(server->port());
      audit_settled(api, *probe);
    }
  }

  std::shared_ptr<const ProductionStorage> storage = std::make_shared<ProductionStorage>();
  ServerProcess payments{{"--role", "payment-mock", "--mock-success-rate", "0.9", "--mock-min-delay-ms", "5",
                          "--mock-max-delay-ms", "50", "--access-log", "off"},
                         Environment{},
                         no_storage()};
  std::vector<std::unique_ptr<ServerProcess>> apis;
  std::vector<std::unique_ptr<ServerProcess>> workers;
  std::vector<std::string> flights;
  std::unique_ptr<Probe> probe;
  int disconnections = 0;
};

TEST_F(ClusterTest, TwoHundredClientsCircleAFewSeats) {
  run_load(30, [](SeatRush&) {});
  EXPECT_EQ(disconnections, 0);
}

TEST_F(ClusterTest, RedisForgetsEverythingInTheMiddle) {
  run_load(12, [](SeatRush&) { RedisProbe(shared_redis().port()).command({"FLUSHALL"}); });
  EXPECT_EQ(disconnections, 0);
}

TEST_F(ClusterTest, RedisIsAwayForTenSecondsAndComesBackEmpty) {
  run_load(6, [&](SeatRush& rush) {
    shared_redis().stop();
    const int before = rush.sold();
    watch(10);
    EXPECT_GT(rush.sold(), before) << "bookings go on without Redis";
    shared_redis().start();
  });
  EXPECT_EQ(disconnections, 0);
}

TEST_F(ClusterTest, CountersThatPromiseAMillionSeatsSellNone) {
  run_load(12, [&](SeatRush&) {
    RedisProbe redis(shared_redis().port());
    for (const std::string& id : flights) redis.command({"SET", storage->seats_key(id), "1000000"});
  });
  EXPECT_EQ(disconnections, 0);
}

TEST_F(ClusterTest, AWorkerIsKilledAndStartedAgain) {
  run_load(
      12,
      [&](SeatRush&) {
        workers[0]->kill9();
        watch(2);
        workers[0]->start();
      },
      kCountersAgreeAfterDeathWithin);
  EXPECT_EQ(disconnections, 0);
}

TEST_F(ClusterTest, AnApiProcessIsKilledAndStartedAgain) {
  run_load(
      12,
      [&](SeatRush&) {
        const std::uint16_t port = apis[0]->port();
        apis[0]->kill9();
        watch(2);
        apis[0]->start(port);
      },
      kCountersAgreeAfterDeathWithin);
  EXPECT_GT(disconnections, 0);
}

}  // namespace
}  // namespace flightdeck::test
