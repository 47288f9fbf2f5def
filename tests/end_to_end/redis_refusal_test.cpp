// Redis answers and refuses writes, or is no primary any more: nobody is told that a flight with seats is
// sold out, and when it is over all is as it should be by itself.
#include <gtest/gtest.h>

#include "support/audit.h"
#include "support/redis_server.h"
#include "support/server_suite.h"
#include "support/tcp_proxy.h"

namespace flightdeck::test {
namespace {

// On a Redis of its own, behind an address that can lead elsewhere.
class StorageAtAddress final : public Storage {
 public:
  explicit StorageAtAddress(std::uint16_t port) : url_("redis://127.0.0.1:" + std::to_string(port)) {}
  std::string database_url() const override { return database_.database_url(); }
  std::vector<std::string> flags() const override {
    return {"--database-url", database_url(), "--redis-url", url_};
  }
  std::unique_ptr<Probe> probe() const override { return database_.probe(); }

 private:
  ProductionStorage database_;
  std::string url_;
};

// Two processes that sell, one whose payments are never answered, and a worker that lets these expire.
class RedisRefusalTest : public testing::Test {
 protected:
  void SetUp() override {
    for (ServerProcess* server : {&paying, &silent}) server->start();
    const auto member = [this](std::string role, const ServerProcess& payments) {
      return std::make_unique<ServerProcess>(
          std::vector<std::string>{"--role", std::move(role), "--payment-url", payments.url(),
                                   "--payment-timeout-s", "4"},
          Environment{}, storage);
    };
    worker = member("worker", silent);
    one = member("api", paying);
    other = member("api", paying);
    unpaid = member("api", silent);
    for (ServerProcess* server : members()) server->start();
    here.emplace(one->port());
    there.emplace(other->port());
    for (ServerProcess* server : members()) {
      ASSERT_TRUE(eventually([&] { return redis_at(*server) == "ok"; }));
    }
  }
  void TearDown() override {
    for (ServerProcess* server : members()) {
      if (server) server->stop_cleanly();
    }
    for (ServerProcess* server : {&paying, &silent}) server->stop_cleanly();
  }

  std::vector<ServerProcess*> members() { return {worker.get(), one.get(), other.get(), unpaid.get()}; }
  static std::string redis_at(const ServerProcess& server) {
    HttpClient http(server.port());
    return text(field(http.get("/health").json(), "checks"), "redis");
  }
  static std::string status_at(const ServerProcess& server) {
    HttpClient http(server.port());
    return text(http.get("/health").json(), "status");
  }
  // Of two seats, both sold by the first process. The booking that can be cancelled.
  std::string sell_out(FlightDraft draft) {
    draft.total_seats = 2;
    flight_id = text(here->add_flight(draft), "flight_id");
    EXPECT_EQ(text(here->book_to_the_end(flight_id), "status"), "CONFIRMED");
    const std::string booking = text(here->book_to_the_end(flight_id), "booking_id");
    for (ApiClient* api : {&*here, &*there}) expect_problem(api->try_book(flight_id), 400, "OUT_OF_STOCK");
    return booking;
  }
  static std::size_t found(ApiClient& api, const FlightDraft& draft) {
    return list(api.search({draft.source, draft.destination}, date_ahead(30)), "flights").size();
  }
  static std::size_t times(const std::string& log, const std::string& said) {
    std::size_t count = 0;
    for (std::size_t at = log.find(said); at != std::string::npos; at = log.find(said, at + 1)) ++count;
    return count;
  }
  void expect_all_well() {
    for (ServerProcess* server : members()) {
      EXPECT_TRUE(eventually([&] { return status_at(*server) == "ok"; })) << redis_at(*server);
    }
    audit_settled(*here, *storage->probe());
    EXPECT_TRUE(eventually([&] {
      const json::value report = here->http().get("/admin/audit").json();
      return list(report, "findings").empty();
    }));
  }
  void expect_no_false_sold_out(const std::string& word) {
    SCOPED_TRACE(word);
    const FlightDraft draft;
    const std::string cancelled = sell_out(draft);
    const FlightDraft expiring_draft;
    FlightDraft small = expiring_draft;
    small.total_seats = 1;
    const std::string expiring = text(here->add_flight(small), "flight_id");
    ApiClient without_payment(unpaid->port());
    const std::string expires = text(without_payment.book(expiring), "booking_id");
    ASSERT_TRUE(eventually([&] { return found(*there, small) == 0; }));

    first.refuse_writes(word);
    here->cancel(cancelled);
    EXPECT_EQ(found(*here, draft), 1U) << "what was changed here shows here at once";
    EXPECT_EQ(there->try_book(flight_id).status, 202) << "given back at another process";
    expect_problem(there->try_book(flight_id), 400, "OUT_OF_STOCK");
    here->wait_for_status(expires, "FAILED");
    EXPECT_TRUE(eventually([&] { return found(*there, small) == 1; })) << "given back by the worker";
    EXPECT_EQ(there->try_book(expiring).status, 202) << "the same";
    for (ServerProcess* server : members()) {
      EXPECT_TRUE(eventually([&] { return redis_at(*server) == "refusing"; })) << redis_at(*server);
      EXPECT_EQ(status_at(*server), "degraded");
    }
    first.take_writes();
    expect_all_well();
    for (ServerProcess* server : members()) {
      const std::string log = server->log();
      EXPECT_EQ(times(log, "\"refusal\":\"" + word + "\""), 1U) << log;
      EXPECT_TRUE(eventually([&] { return times(server->log(), "refuses nothing any more") == refusals; }));
    }
    ++refusals;
  }

  RedisServer first;
  TcpProxy address{first.port()};
  std::shared_ptr<const StorageAtAddress> storage = std::make_shared<StorageAtAddress>(address.port());
  ServerProcess paying{joined({"--role", "payment-mock"}, instant_payment("1")), {}, no_storage()};
  ServerProcess silent{joined({"--role", "payment-mock"}, silent_payment()), {}, no_storage()};
  std::unique_ptr<ServerProcess> worker, one, other, unpaid;
  std::optional<ApiClient> here;
  std::optional<ApiClient> there;
  std::string flight_id;
  std::size_t refusals = 1;
};

TEST_F(RedisRefusalTest, NobodyIsToldThatAFlightWithSeatsIsSoldOut) {
  for (const char* word : {"OOM", "NOREPLICAS", "MISCONF", "READONLY"}) expect_no_false_sold_out(word);
}

// The old server stays, and so do the connections to it.
TEST_F(RedisRefusalTest, AfterAPlannedFailoverAllIsOnTheNewPrimary) {
  RedisServer second;
  const FlightDraft draft;
  const std::string cancelled = sell_out(draft);
  first.fail_over_to(second);
  here->cancel(cancelled);
  EXPECT_EQ(there->try_book(flight_id).status, 202);
  for (ServerProcess* server : members()) {
    EXPECT_TRUE(eventually([&] { return redis_at(*server) == "refusing"; }))
        << "no process is asked for anything";
  }
  const auto moved = std::chrono::steady_clock::now();
  address.lead_to(second.port());
  for (ServerProcess* server : members()) {
    EXPECT_TRUE(eventually([&] { return status_at(*server) == "ok"; }));
  }
  RedisProbe probe(second.port());
  EXPECT_TRUE(eventually([&] { return probe.text({"HEXISTS", "flight_index", "complete"}) == "1"; }));
  const std::int64_t published = std::stoll(probe.text({"XLEN", "booking_event_stream"}));
  FlightDraft another;
  const std::string next = text(here->add_flight(another), "flight_id");
  EXPECT_EQ(text(there->book_to_the_end(next), "status"), "CONFIRMED");
  EXPECT_TRUE(eventually([&] {
    return std::stoll(probe.text({"XLEN", "booking_event_stream"})) > published;
  }));
  EXPECT_TRUE(eventually([&] { return found(*there, another) == 1; }));
  EXPECT_LT(std::chrono::steady_clock::now() - moved, patient(std::chrono::seconds(10)));
  EXPECT_TRUE(eventually([&] { return storage->probe()->number("SELECT COUNT(*) FROM events") == 0; }))
      << "what was claimed while Redis refused it is published, too";
  EXPECT_LT(std::chrono::steady_clock::now() - moved, patient(std::chrono::seconds(10)));
  expect_all_well();
}

}  // namespace
}  // namespace flightdeck::test
