// PostgreSQL or Redis hangs, is stopped, or cuts its connections: what is refused is not half done, what can
// go on goes on, and all is well again by itself.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "support/audit.h"
#include "support/crowd.h"
#include "support/postgres_server.h"
#include "support/redis_server.h"
#include "support/server_suite.h"

namespace flightdeck::test {
namespace {

// What is done in the constructor is undone in the destructor, also when a test ends early.
class Outage {
 public:
  Outage(const std::function<void()>& begin, std::function<void()> end) : end_(std::move(end)) { begin(); }
  ~Outage() { end_(); }
  Outage(const Outage&) = delete;
  Outage& operator=(const Outage&) = delete;

 private:
  std::function<void()> end_;
};

class OutageTest : public testing::Test {
 protected:
  void SetUp() override {
    server.start();
    api.emplace(server.port());
    flight_id = text(api->add_flight(draft), "flight_id");
    ASSERT_EQ(text(api->book_to_the_end(flight_id, 2), "status"), "CONFIRMED");
    ASSERT_TRUE(eventually([&] { return found() == 1; }));
  }
  void TearDown() override { server.stop_cleanly(); }

  std::size_t found() {
    const json::value answer = api->search({draft.source, draft.destination}, date_ahead(30));
    return list(answer, "flights").size();
  }
  std::string health(const char* check) {
    return text(field(api->http().get("/health").json(), "checks"), check);
  }
  std::string health_status() { return text(api->http().get("/health").json(), "status"); }
  std::int64_t bookings() { return server.probe()->number("SELECT COUNT(*) FROM bookings"); }

  // While the database does not answer.
  void expect_refusals(const std::string& user_id, const Headers& key) {
    for (int i = 0; i < 3; ++i) {
      const auto begun = std::chrono::steady_clock::now();
      const Reply refused = api->try_book(flight_id, 1, user_id, key);
      EXPECT_LT(std::chrono::steady_clock::now() - begun, patient(std::chrono::seconds(5)));
      expect_problem(refused, 503, "UNAVAILABLE");
      EXPECT_TRUE(refused.header("Retry-After").has_value());
    }
    EXPECT_EQ(found(), 1U) << "search needs no database";
    EXPECT_TRUE(eventually([&] { return api->http().get("/health").status == 503; }));
    EXPECT_EQ(api->http().get("/health/ready").status, 503);
    EXPECT_EQ(api->http().get("/health/live").status, 200);
  }
  void expect_no_database_then_all_well(const std::function<void()>& begin,
                                        const std::function<void()>& end) {
    const std::string user_id = fresh_uuid();
    const Headers key{{"Idempotency-Key", "until it works"}};
    {
      const Outage outage(begin, end);
      expect_refusals(user_id, key);
    }
    Reply booked;
    EXPECT_TRUE(eventually([&] {
      booked = api->try_book(flight_id, 1, user_id, key);
      return booked.status == 202 || booked.status == 200;
    })) << booked.body;
    EXPECT_TRUE(eventually([&] { return api->http().get("/health").status == 200; }));
    EXPECT_EQ(api->http().get("/health/ready").status, 200);
    audit_settled(*api, *server.probe());
    EXPECT_EQ(bookings(), 2);
    // It may have been made while nobody could say so, and have expired unpaid by the time it was asked for.
    const json::value seats = api->seat_counts(flight_id);
    const std::int64_t left = number(seats, "available");
    EXPECT_EQ(left, 10 - number(seats, "confirmed"));
    EXPECT_TRUE(left == 7 || left == 8) << left;
    EXPECT_EQ(text(api->book_to_the_end(flight_id, left), "status"), "CONFIRMED") << "every seat can be sold";
    expect_problem(api->try_book(flight_id), 400, "OUT_OF_STOCK");
  }
  void expect_no_redis_then_all_well(const std::function<void()>& begin, const std::function<void()>& end) {
    {
      const Outage outage(begin, end);
      for (int i = 0; i < 3; ++i) {
        const Reply booked = api->try_book(flight_id);
        EXPECT_EQ(booked.status, 202) << booked.body;
      }
      EXPECT_EQ(text(api->book_to_the_end(flight_id, 2), "status"), "CONFIRMED");
      expect_problem(api->try_book(flight_id, 4), 400, "OUT_OF_STOCK");
      EXPECT_TRUE(eventually([&] { return health_status() == "degraded" && health("redis") == "away"; }));
      EXPECT_EQ(api->http().get("/health").status, 200);
      EXPECT_EQ(api->http().get("/health/ready").status, 200);
      const json::value answer = api->search({draft.source, draft.destination}, date_ahead(30));
      ASSERT_EQ(list(answer, "flights").size(), 1U);
      EXPECT_EQ(number(list(answer, "flights")[0], "available_seats"), 3) << "from the database itself";
    }
    EXPECT_TRUE(eventually([&] { return health_status() == "ok" && health("redis") == "ok"; }));
    audit_settled(*api, *server.probe());
    RedisProbe redis(shared_redis().port());
    EXPECT_TRUE(eventually([&] {
      return redis.text({"GET", storage->seats_key(flight_id)}) == "3";
    })) << redis.text({"GET", storage->seats_key(flight_id)});
    EXPECT_TRUE(eventually([&] { return found() == 1; }));
    EXPECT_EQ(text(api->book_to_the_end(flight_id, 3), "status"), "CONFIRMED") << "every seat can be sold";
    expect_problem(api->try_book(flight_id), 400, "OUT_OF_STOCK");
    EXPECT_TRUE(eventually([&] { return found() == 0; }));
  }

  std::shared_ptr<const ProductionStorage> storage = std::make_shared<ProductionStorage>();
  // Short, as a booking whose payment could not be written down is looked at again only then.
  ServerProcess server{joined(instant_payment("1"), {"--payment-timeout-s", "2"}), {}, storage};
  std::optional<ApiClient> api;
  FlightDraft draft = [] {
    FlightDraft flight;
    flight.total_seats = 10;
    return flight;
  }();
  std::string flight_id;
};

TEST_F(OutageTest, ADatabaseThatHangs) {
  expect_no_database_then_all_well([] { shared_postgres().freeze(); }, [] { shared_postgres().go_on(); });
}

TEST_F(OutageTest, ADatabaseThatIsStopped) {
  expect_no_database_then_all_well([] { shared_postgres().stop(); }, [] { shared_postgres().start(); });
}

TEST_F(OutageTest, ADatabaseThatCrashes) {
  expect_no_database_then_all_well([] { shared_postgres().stop_immediately(); },
                                   [] { shared_postgres().start(); });
}

TEST_F(OutageTest, BookingsGoOnThoughConnectionsAreCut) {
  constexpr int kClients = 4;
  constexpr int kBookingsEach = 25;
  const std::string roomy = api->add_flight_id(kClients * kBookingsEach);
  std::atomic<int> working{kClients};
  std::jthread operator_at_work([&] {
    while (working > 0) {
      shared_postgres().cut_connections(storage->database_url());
      std::this_thread::sleep_for(Milliseconds(150));
    }
  });
  const Outage until_done([] {}, [&] { working = 0; });
  crowd(kClients, [&](int) {
    ApiClient client(server.port());
    for (int i = 0; i < kBookingsEach; ++i) {
      const std::string user_id = fresh_uuid();
      Reply reply;
      // A commit whose fate is unknown may be refused; the same request again finds out.
      EXPECT_TRUE(eventually([&] {
        reply = client.try_book(roomy, 1, user_id, {{"Idempotency-Key", "once"}});
        return reply.status != 503;
      }));
      EXPECT_TRUE(reply.status == 202 || reply.status == 200) << reply.status << " " << reply.body;
    }
    --working;
  });
  operator_at_work.join();
  EXPECT_TRUE(eventually([&] { return api->try_book(flight_id).status == 202; }));
  audit_settled(*api, *server.probe());
  EXPECT_EQ(number(api->seat_counts(roomy), "confirmed"), kClients * kBookingsEach);
  EXPECT_EQ(server.probe()->number("SELECT COUNT(*) FROM bookings WHERE flight_id = " +
                                   server.probe()->id_literal(roomy)),
            kClients * kBookingsEach);
}

TEST_F(OutageTest, ARedisThatIsStopped) {
  expect_no_redis_then_all_well([] { shared_redis().stop(); }, [] { shared_redis().start(); });
}

TEST_F(OutageTest, ARedisThatHangs) {
  expect_no_redis_then_all_well([] { shared_redis().freeze(); }, [] { shared_redis().go_on(); });
}

TEST_F(OutageTest, ARedisThatForgetsEverything) {
  RedisProbe redis(shared_redis().port());
  redis.command({"FLUSHALL"});
  EXPECT_EQ(text(api->book_to_the_end(flight_id, 3), "status"), "CONFIRMED");
  EXPECT_TRUE(eventually([&] { return redis.text({"GET", storage->seats_key(flight_id)}) == "5"; }));
  EXPECT_TRUE(eventually([&] { return found() == 1; }));
  EXPECT_EQ(text(api->book_to_the_end(flight_id, 5), "status"), "CONFIRMED");
  expect_problem(api->try_book(flight_id), 400, "OUT_OF_STOCK");
  EXPECT_TRUE(eventually([&] { return health_status() == "ok"; }));
  audit_settled(*api, *server.probe());
}

}  // namespace
}  // namespace flightdeck::test
