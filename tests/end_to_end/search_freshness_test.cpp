// Redis stands still for a moment while prices change: how long a search by any process shows the old one. No
// sweeper runs, so nobody but the process that changed it can tell the others.
#include <gtest/gtest.h>

#include <iostream>
#include <thread>

#include "support/redis_server.h"
#include "support/server_suite.h"

namespace flightdeck::test {
namespace {

using Steady = std::chrono::steady_clock;

// limits::index_lag_grace and a second.
constexpr Milliseconds longer_than_any_doubt{3500};

class SearchFreshnessTest : public testing::Test {
 protected:
  void SetUp() override {
    // Fills the index; the others keep it.
    ServerProcess worker(joined({"--role", "worker"}, payments()), Environment{}, storage);
    worker.start();
    for (ServerProcess* server : {&changing, &watching}) server->start();
    here.emplace(changing.port());
    there.emplace(watching.port());
    const json::value added = here->add_flight(draft);
    id = text(added, "flight_id");
    draft.flight_number = text(added, "flight_number");
    for (ApiClient* api : {&*here, &*there}) {
      ASSERT_TRUE(eventually([&] { return price_at(*api) == draft.price; }));
    }
    worker.stop_cleanly();
  }
  void TearDown() override {
    for (ServerProcess* server : {&changing, &watching}) server->stop_cleanly();
  }

  static std::vector<std::string> payments() { return {"--payment-url", "http://127.0.0.1:1"}; }
  // Empty: the page shows no flight. A search that reads while the flight moves in its order may miss it.
  std::string price_at(ApiClient& api) const {
    const json::array flights = list(
        api.http().get(search_target({draft.source, draft.destination}, date_ahead(30))).json(), "flights");
    return flights.empty() ? "" : text(flights[0], "price");
  }
  // How long after `changed` a search was still begun that showed another price than the new one.
  Milliseconds stale_for(ApiClient& api, Steady::time_point changed) const {
    Milliseconds stale{0};
    EXPECT_TRUE(eventually([&] {
      const auto asked = Steady::now();
      const std::string price = price_at(api);
      if (price == draft.price) return true;
      stale = std::chrono::ceil<Milliseconds>(asked - changed);
      return false;
    })) << "the new price never shows";
    return stale;
  }

  std::shared_ptr<const ProductionStorage> storage = std::make_shared<ProductionStorage>();
  ServerProcess changing{joined({"--role", "api"}, payments()), Environment{}, storage};
  ServerProcess watching{joined({"--role", "api"}, payments()), Environment{}, storage};
  std::optional<ApiClient> here;
  std::optional<ApiClient> there;
  FlightDraft draft = [] {
    FlightDraft flight;
    const Route route = fresh_route();
    flight.source = route.source;
    flight.destination = route.destination;
    return flight;
  }();
  std::string id;
};

TEST_F(SearchFreshnessTest, ARedisThatStandsStillForAMomentHidesNoPriceForLong) {
  int cents = 0;
  for (const int frozen_for : {300, 500, 600, 700, 900, 1500}) {
    SCOPED_TRACE(frozen_for);
    shared_redis().freeze();
    std::jthread thaw([frozen_for] {
      std::this_thread::sleep_for(Milliseconds(frozen_for));
      shared_redis().go_on();
    });
    draft.price = "123." + std::to_string(10 + ++cents);
    const Reply changed = here->http().request("PUT", "/admin/flights/" + id, json::serialize(draft.json()));
    const auto changed_at = Steady::now();
    ASSERT_EQ(changed.status, 200) << changed.body;
    Milliseconds of_others{0};
    std::jthread others([&] { of_others = stale_for(*there, changed_at); });
    const Milliseconds own = stale_for(*here, changed_at);
    others.join();
    std::cout << "frozen for " << frozen_for << " ms: stale for " << own.count()
              << " ms in the same process, " << of_others.count() << " ms in another\n";
    EXPECT_EQ(own.count(), 0) << "who changed it knows";
    EXPECT_LE(of_others, patient(Milliseconds(1000)));
    // Whatever came in between, it does not come back: after the time in which the ledger is asked, the index
    // answers.
    const Deadline settled(longer_than_any_doubt);
    while (!settled.passed()) {
      ASSERT_EQ(price_at(*here), draft.price);
      ASSERT_EQ(price_at(*there), draft.price);
      std::this_thread::sleep_for(Milliseconds(10));
    }
  }
}

}  // namespace
}  // namespace flightdeck::test
