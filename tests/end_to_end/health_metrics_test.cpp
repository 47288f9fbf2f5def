// Health probes and the numbers that tell what happens.
#include <gmock/gmock.h>

#include <regex>

#include "support/metrics_page.h"
#include "support/server_suite.h"

namespace flightdeck::test {
namespace {

using testing::HasSubstr;

struct HealthSettings {
  static std::vector<std::string> flags() { return silent_payment(); }
};

class HealthMetricsTest : public ServerSuite<HealthSettings> {
 protected:
  double metric(const std::string& name, const std::vector<std::string>& labels = {}) {
    return test::metric(http, name, labels);
  }
  double counter(const std::string& name, const std::vector<std::string>& labels = {}) {
    return test::counter(http, name, labels);
  }
};

TEST_F(HealthMetricsTest, HealthTellsVersionAndChecks) {
  const Reply reply = http.get("/health");
  ASSERT_EQ(reply.status, 200);
  const json::value health = reply.json();
  EXPECT_EQ(text(health, "status"), "ok");
  EXPECT_TRUE(std::regex_search(text(health, "version"), std::regex("[0-9]+\\.[0-9]+")));
  EXPECT_TRUE(field(health, "uptime_s").is_number());
  const json::value& checks = field(health, "checks");
  EXPECT_FALSE(is_null(checks, "database"));
  EXPECT_FALSE(is_null(checks, "redis"));
}

TEST_F(HealthMetricsTest, ProbesAnswer) {
  EXPECT_EQ(http.get("/health/live").status, 200);
  EXPECT_EQ(http.get("/health/ready").status, 200);
}

TEST_F(HealthMetricsTest, AllMetricsAreThere) {
  const std::string flight_id = api.add_flight_id(1);
  const std::string booking_id = text(api.book(flight_id), "booking_id");
  expect_problem(api.try_book(flight_id), 400, "OUT_OF_STOCK");
  const Reply reply = http.get("/metrics");
  EXPECT_EQ(reply.status, 200);
  EXPECT_THAT(reply.header("Content-Type").value_or(""), HasSubstr("text/plain"));
  for (const char* name : {"bookings_total", "bookings_success", "bookings_failed", "bookings_pending",
                           "redis_decrements_total", "redis_decrements_failed", "flight_db_updates_total"}) {
    EXPECT_GE(metric(name), 0) << name;
    EXPECT_THAT(reply.body, HasSubstr(std::string("# TYPE ") + name + " "));
  }
  EXPECT_THAT(reply.body, HasSubstr("# TYPE bookings_pending gauge"));
  EXPECT_THAT(reply.body, HasSubstr("# TYPE bookings_total counter"));
  EXPECT_THAT(reply.body, HasSubstr("# TYPE request_latency_seconds histogram"));
  EXPECT_GE(metric("request_latency_seconds_bucket", {"le=\"+Inf\""}), 1);
  EXPECT_GE(metric("request_latency_seconds_count"), 1);
  EXPECT_GE(metric("request_latency_seconds_sum"), 0);
  api.callback(booking_id, "failure", "p");
}

TEST_F(HealthMetricsTest, BookingsAreCountedByWhatBecomesOfThem) {
  const double total = counter("bookings_total");
  const double success = counter("bookings_success");
  const double failed = counter("bookings_failed");
  const double pending = counter("bookings_pending");
  const std::string flight_id = api.add_flight_id(10);
  const std::string first = text(api.book(flight_id), "booking_id");
  const std::string second = text(api.book(flight_id), "booking_id");
  const std::string third = text(api.book(flight_id), "booking_id");
  EXPECT_TRUE(eventually([&] { return metric("bookings_pending") == pending + 3; }))
      << metric("bookings_pending");
  EXPECT_EQ(metric("bookings_total"), total + 3);
  ASSERT_EQ(api.callback(first, "success", "p").status, 200);
  ASSERT_EQ(api.callback(second, "failure", "p").status, 200);
  api.cancel(third);
  EXPECT_TRUE(eventually([&] { return metric("bookings_pending") == pending; }))
      << metric("bookings_pending");
  EXPECT_EQ(metric("bookings_success"), success + 1);
  EXPECT_EQ(metric("bookings_failed"), failed + 1);
  EXPECT_EQ(metric("bookings_total"), total + 3);
}

TEST_F(HealthMetricsTest, SeatGateAndDatabaseUpdatesAreCounted) {
  const double taken = counter("redis_decrements_total");
  const double refused = counter("redis_decrements_failed");
  const double updates = counter("flight_db_updates_total");
  const std::string flight_id = api.add_flight_id(1);
  const std::string booking_id = text(api.book(flight_id), "booking_id");
  expect_problem(api.try_book(flight_id), 400, "OUT_OF_STOCK");
  EXPECT_GE(metric("redis_decrements_total"), taken + 1);
  EXPECT_GE(metric("redis_decrements_failed"), refused + 1);
  EXPECT_GE(metric("flight_db_updates_total"), updates + 1);
  api.callback(booking_id, "failure", "p");
}

TEST_F(HealthMetricsTest, LatencyIsToldByMethodRouteAndStatus) {
  const std::vector<std::string> searches{"method=\"GET\"", "route=\"/search\"", "status=\"200\""};
  const std::vector<std::string> wrong_searches{"method=\"GET\"", "route=\"/search\"", "status=\"422\""};
  const double found = counter("request_latency_seconds_count", searches);
  const double wrong = counter("request_latency_seconds_count", wrong_searches);
  api.search(fresh_route(), date_ahead(30));
  api.search(fresh_route(), date_ahead(30));
  http.get("/search");
  EXPECT_EQ(counter("request_latency_seconds_count", searches), found + 2);
  EXPECT_EQ(counter("request_latency_seconds_count", wrong_searches), wrong + 1);
}

TEST_F(HealthMetricsTest, CallersCannotMakeLabelsUp) {
  const std::string flight_id = api.add_flight_id(1);
  http.get("/admin/flights/" + flight_id);
  http.get("/booking/" + fresh_uuid());
  http.get("/made-up-path-1");
  http.request("MADEUP", "/search");
  const std::string metrics = http.get("/metrics").body;
  EXPECT_THAT(metrics, testing::Not(HasSubstr(flight_id)));
  EXPECT_THAT(metrics, testing::Not(HasSubstr("made-up-path-1")));
  EXPECT_THAT(metrics, testing::Not(HasSubstr("MADEUP")));
}

}  // namespace
}  // namespace flightdeck::test
