#include "telemetry/metrics.h"

#include <gtest/gtest.h>

#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "core/limits.h"

namespace flightdeck::telemetry {
namespace {

std::set<std::string> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::set<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.insert(line);
  return lines;
}

TEST(Metrics, RendersTheCountersUnderTheNamesOfTheContract) {
  Counters counters;
  counters.bookings_total.add(7);
  counters.bookings_success.add(4);
  counters.bookings_failed.add(2);
  counters.gate_decrements_total.add(8);
  counters.gate_decrements_failed.add(1);
  counters.flight_db_updates_total.add(11);
  for (const std::size_t commands : {1, 1, 3, 200, 256}) counters.ledger_batches.observe(commands);
  counters.events_published.add(12);
  counters.overloaded.add(5);
  counters.payments_amount_differs.add(3);
  counters.payments_found_refunded.add(6);
  Metrics metrics(counters);
  metrics.set_bookings_pending(1);
  const auto lines = lines_of(metrics.render());
  for (const char* expected : {"# TYPE bookings_total counter",
                               "bookings_total 7",
                               "bookings_success 4",
                               "bookings_failed 2",
                               "# TYPE bookings_pending gauge",
                               "bookings_pending 1",
                               "redis_decrements_total 8",
                               "redis_decrements_failed 1",
                               "flight_db_updates_total 11",
                               "ledger_batch_commands_count 5",
                               "ledger_batch_commands_sum 461",
                               "ledger_batch_commands_bucket{le=\"1\"} 2",
                               "ledger_batch_commands_bucket{le=\"4\"} 3",
                               "ledger_batch_commands_bucket{le=\"128\"} 3",
                               "ledger_batch_commands_bucket{le=\"256\"} 5",
                               "ledger_batch_commands_bucket{le=\"+Inf\"} 5",
                               "outbox_rows_published_total 12",
                               "overloaded_total 5",
                               "payment_amount_differs_total 3",
                               "payment_found_refunded_total 6"}) {
    EXPECT_TRUE(lines.contains(expected)) << expected;
  }
}

TEST(Metrics, ReadsTheCountersWhenItRenders) {
  Counters counters;
  const Metrics metrics(counters);
  EXPECT_TRUE(lines_of(metrics.render()).contains("bookings_total 0"));
  counters.bookings_total.add(1'234'567'890);
  EXPECT_TRUE(lines_of(metrics.render()).contains("bookings_total 1234567890"));
}

TEST(Metrics, LeavesOutTheGaugeUntilItIsKnown) {
  Counters counters;
  Metrics metrics(counters);
  EXPECT_EQ(metrics.render().find("bookings_pending"), std::string::npos);
  metrics.set_bookings_pending(0);
  EXPECT_TRUE(lines_of(metrics.render()).contains("bookings_pending 0"));
}

TEST(Metrics, TellsWhatTheLastAuditFound) {
  Counters counters;
  Metrics metrics(counters);
  EXPECT_EQ(metrics.render().find("inventory_"), std::string::npos);
  audit::AuditDesk::AuditAnswer audit;
  audit.drift_seats = 3;
  audit.oversold_seats = 2;
  audit.findings = 5;
  audit.finished_at = from_unix_ms(1'900'000'000'000);
  audit.duration = Milliseconds{250};
  const auto lines = lines_of(metrics.render(audit));
  for (const char* expected :
       {"# TYPE inventory_drift_seats gauge", "inventory_drift_seats 3", "inventory_oversold_seats 2",
        "audit_findings 5", "audit_finished_timestamp_seconds 1900000000", "audit_duration_seconds 0.25"}) {
    EXPECT_TRUE(lines.contains(expected)) << expected;
  }
}

TEST(Metrics, CountsLatenciesByMethodRouteAndStatus) {
  Counters counters;
  Metrics metrics(counters);
  metrics.observe("GET", "/booking/{booking_id}", 200, 0.003);
  metrics.observe("GET", "/booking/{booking_id}", 200, 0.3);
  metrics.observe("GET", "/booking/{booking_id}", 404, 0.003);
  const auto lines = lines_of(metrics.render());
  std::string text = metrics.render();
  EXPECT_TRUE(lines.contains("# TYPE request_latency_seconds histogram")) << text;
  // prometheus-cpp does not promise an order of labels, so only the parts are looked for.
  std::size_t series_with_count_2 = 0;
  std::size_t series_with_count_1 = 0;
  for (const std::string& line : lines) {
    if (!line.starts_with("request_latency_seconds_count{")) continue;
    EXPECT_NE(line.find(R"(method="GET")"), std::string::npos);
    EXPECT_NE(line.find(R"(route="/booking/{booking_id}")"), std::string::npos);
    if (line.find(R"(status="200")") != std::string::npos && line.ends_with(" 2")) ++series_with_count_2;
    if (line.find(R"(status="404")") != std::string::npos && line.ends_with(" 1")) ++series_with_count_1;
  }
  EXPECT_EQ(series_with_count_2, 1U) << text;
  EXPECT_EQ(series_with_count_1, 1U) << text;
}

TEST(Metrics, CountsEveryObservationOfManyThreads) {
  constexpr int threads = 4;
  constexpr int observations = 20'000;
  Counters counters;
  Metrics metrics(counters);
  std::vector<std::thread> observers;
  observers.reserve(4);
  for (int t = 0; t < threads; ++t) {
    observers.emplace_back([&metrics] {
      for (int i = 0; i < observations; ++i) metrics.observe("GET", "/search", 200 + i % 3, 0.001);
    });
  }
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(metrics.render().empty());
  for (std::thread& observer : observers) observer.join();
  std::int64_t counted = 0;
  for (const std::string& line : lines_of(metrics.render())) {
    if (line.starts_with("request_latency_seconds_count"))
      counted += std::stoll(line.substr(line.rfind(' ')));
  }
  EXPECT_EQ(counted, std::int64_t{threads} * observations);
}

TEST(Metrics, StopsAddingSeriesAtTheLimit) {
  Counters counters;
  Metrics metrics(counters);
  const std::size_t too_many = limits::metric_series + 100;
  for (std::size_t i = 0; i < too_many; ++i) metrics.observe("GET", "/r" + std::to_string(i), 200, 0.001);
  std::size_t series = 0;
  bool other = false;
  for (const std::string& line : lines_of(metrics.render())) {
    if (!line.starts_with("request_latency_seconds_count")) continue;
    ++series;
    other = other || (line.find(R"(route="other")") != std::string::npos && line.ends_with(" 100"));
  }
  EXPECT_EQ(series, limits::metric_series + 1);
  EXPECT_TRUE(other);
}

}  // namespace
}  // namespace flightdeck::telemetry
