// A client waits at one process while another one hears of its payment.
#include <gtest/gtest.h>

#include "support/audit.h"
#include "support/server_suite.h"

namespace flightdeck::test {
namespace {

class WaitingAcrossTest : public testing::Test {
 protected:
  // Two processes on one storage; what the payment service has to tell of either's bookings, it tells the
  // second.
  void start(const std::string& success_rate) {
    const std::uint16_t port_told = free_port();
    const std::string told_url = "http://127.0.0.1:" + std::to_string(port_told);
    payments.emplace(
        joined(
            {"--role", "payment-mock", "--mock-callback", "only", "--mock-success-rate", success_rate},
            {"--mock-min-delay-ms", "100", "--mock-max-delay-ms", "300", "--mock-callback-urls", told_url}),
        Environment{}, no_storage());
    payments->start();
    const std::vector<std::string> flags{
        "--role", "api", "--payment-url", payments->url(), "--callback-base-url", told_url};
    asked.emplace(flags, Environment{}, storage);
    asked->start();
    told.emplace(flags, Environment{}, storage);
    told->start(port_told);
  }
  void TearDown() override {
    for (auto* server : {&asked, &told, &payments}) {
      if (*server) (*server)->stop_cleanly();
    }
  }
  // Bookings at the first process, each with an answer that waits up to 10 s.
  void expect_answers_in_time(std::string_view status) {
    ApiClient api(asked->port());
    const std::string flight_id = api.add_flight_id(100);
    for (int i = 0; i < 10; ++i) {
      const auto begun = std::chrono::steady_clock::now();
      const Reply reply = api.try_book(flight_id, 1, fresh_uuid(), {{"Prefer", "wait=10"}});
      const auto took = std::chrono::steady_clock::now() - begun;
      ASSERT_EQ(reply.status, 200) << reply.body;
      EXPECT_EQ(text(reply.json(), "status"), status);
      // Who is not told finds out only when the wait is over.
      ASSERT_LT(took, std::chrono::seconds(8));
    }
    audit_settled(api, *storage->probe());
    ApiClient other(told->port());
    expect_admin_counts_agree(other, *storage->probe());
  }

  std::shared_ptr<const Storage> storage = make_storage();
  std::optional<ServerProcess> payments;
  std::optional<ServerProcess> asked;
  std::optional<ServerProcess> told;
};

TEST_F(WaitingAcrossTest, AConfirmationReachesTheClientThroughTheOtherProcess) {
  start("1");
  expect_answers_in_time("CONFIRMED");
}

TEST_F(WaitingAcrossTest, AFailureReachesTheClientThroughTheOtherProcess) {
  start("0");
  expect_answers_in_time("FAILED");
}

}  // namespace
}  // namespace flightdeck::test
