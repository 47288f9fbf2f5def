// The synchronous standby of a PostgreSQL is away, or it takes no writes: nothing is told that could be lost,
// no seat is kept from sale for longer, and the log says each thing once.
#include <gtest/gtest.h>

#include "support/audit.h"
#include "support/postgres_server.h"
#include "support/postgres_session.h"
#include "support/redis_server.h"
#include "support/server_suite.h"

namespace flightdeck::test {
namespace {

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

class StandbyTest : public testing::Test {
 protected:
  void SetUp() override {
    server.start();
    api.emplace(server.port());
    flight_id = api->add_flight_id(4);
  }
  void TearDown() override {
    set_standby("");
    server.stop_cleanly();
  }

  // Nobody has that name: commits wait, as for a standby that is away. They are let go when no name is set.
  void set_standby(const std::string& name) {
    PostgresSession postgres(shared_postgres().url_of("postgres"));
    postgres.execute("ALTER SYSTEM SET synchronous_standby_names = '" + name + "'");
    postgres.execute("SELECT pg_reload_conf()");
    ASSERT_TRUE(eventually([&] {
      PostgresSession fresh(storage->database_url());
      return fresh.column("SHOW synchronous_standby_names").at(0) == name;
    }));
  }
  // As an operator does with sessions that do not end. PostgreSQL then shows what no standby has.
  void cut_waits_short() {
    PostgresSession postgres(shared_postgres().url_of("postgres"));
    ASSERT_TRUE(eventually([&] {
      postgres.execute(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
          "WHERE wait_event = 'SyncRep' AND query = 'COMMIT'");
      return server.probe()->number("SELECT count(*) FROM bookings") == 1;
    }));
  }
  Reply book_with_key() {
    return api->try_book(flight_id, 1, user_id, {{"Idempotency-Key", "until it is told"}});
  }
  std::int64_t published() {
    RedisProbe redis(shared_redis().port());
    return std::stoll(redis.text({"XLEN", storage->key("booking_event_stream")}));
  }
  bool well() { return api->http().get("/health").status == 200; }

  std::shared_ptr<const ProductionStorage> storage = std::make_shared<ProductionStorage>();
  ServerProcess server{joined(instant_payment("1"), {"--payment-timeout-s", "2"}), {}, storage};
  std::optional<ApiClient> api;
  std::string flight_id;
  const std::string user_id = fresh_uuid();
};

TEST_F(StandbyTest, WhatOnlyThePrimaryHasIsToldByNobody) {
  // It knows nothing of what the first one goes through.
  ServerProcess another({"--role", "api", "--payment-url", "http://127.0.0.1:9"}, {}, storage);
  another.start();
  ApiClient elsewhere(another.port());
  ASSERT_TRUE(eventually([&] { return published() == 1; })) << "the new flight";
  set_standby("nobody");
  expect_problem(book_with_key(), 503, "UNAVAILABLE");
  expect_problem(book_with_key(), 503, "UNAVAILABLE");
  cut_waits_short();
  const std::string id = server.probe()->rows("SELECT id FROM bookings").at(0).at(0);
  for (ApiClient* client : {&*api, &elsewhere}) {
    const Reply repeated = client->try_book(flight_id, 1, user_id, {{"Idempotency-Key", "until it is told"}});
    expect_problem(repeated, 503, "UNAVAILABLE");
    EXPECT_FALSE(repeated.header("Idempotency-Replayed").has_value());
    expect_problem(client->http().get("/booking/" + id), 503, "UNAVAILABLE");
    expect_problem(client->http().get("/bookings?user_id=" + user_id), 503, "UNAVAILABLE");
    expect_problem(client->try_cancel(id), 503, "UNAVAILABLE");
    expect_problem(client->callback(id, "success", "pay-1"), 503, "UNAVAILABLE");
    expect_problem(client->http().get("/admin/flights/" + flight_id), 503, "UNAVAILABLE");
    EXPECT_EQ(client->http().get("/health/live").status, 200);
    EXPECT_TRUE(eventually([&] { return client->http().get("/health").status == 503; }));
  }
  EXPECT_EQ(published(), 1) << "its event";
  another.stop_cleanly();
  set_standby("");
  Reply told;
  EXPECT_TRUE(eventually([&] {
    told = book_with_key();
    return told.status != 503;
  }));
  EXPECT_EQ(told.header("Idempotency-Replayed"), "true") << told.body;
  EXPECT_EQ(text(told.json(), "booking_id"), id);
  EXPECT_TRUE(eventually([&] { return well(); }));
  api->wait_until_final(id);
  audit_settled(*api, *server.probe());
  EXPECT_GE(count_of(server.log(), "waits for its synchronous standby"), 1U);
}

TEST_F(StandbyTest, WhileNothingIsWrittenNoSeatIsKeptFromSale) {
  const std::string database = storage->database_url().substr(storage->database_url().rfind('/') + 1);
  PostgresSession postgres(shared_postgres().url_of("postgres"));
  const std::string set = "ALTER DATABASE " + database + " SET default_transaction_read_only = ";
  postgres.execute(set + "on");
  shared_postgres().cut_connections(storage->database_url());
  for (int times = 0; times < 6; ++times) expect_problem(api->try_book(flight_id), 503, "UNAVAILABLE");
  // The log has time to repeat itself.
  EXPECT_TRUE(eventually([&] { return !well(); }));
  for (int looks = 0; looks < 200; ++looks) EXPECT_FALSE(well());
  EXPECT_EQ(count_of(server.log(), "the database connection is lost"), 1U);
  EXPECT_EQ(count_of(server.log(), "the database is back"), 0U);
  EXPECT_EQ(number(api->seat_counts(flight_id), "gate"), 4);
  postgres.execute(set + "off");
  shared_postgres().cut_connections(storage->database_url());
  Reply booked;
  EXPECT_TRUE(eventually([&] {
    booked = api->try_book(flight_id, 4);
    return booked.status != 503;
  }));
  EXPECT_EQ(booked.status, 202) << booked.body;
  EXPECT_TRUE(eventually([&] { return well(); }));
  EXPECT_TRUE(eventually([&] { return count_of(server.log(), "the database is back") > 0; }));
  EXPECT_EQ(count_of(server.log(), "the database is back"), 1U);
  EXPECT_EQ(count_of(server.log(), "the database connection is lost"), 1U);
  audit_settled(*api, *server.probe());
}

}  // namespace
}  // namespace flightdeck::test
