// Search pages are served from memory, and whatever this process changes shows on them at once.
#include <gtest/gtest.h>

#include "support/metrics_page.h"
#include "support/server_suite.h"

namespace flightdeck::test {
namespace {

constexpr const char* kHits = "search_pages_hits_total";

class SearchPagesTest : public testing::Test {
 protected:
  // Several threads: each has pages of its own.
  SearchPagesTest() : server(joined(instant_payment("1"), {"--threads", "2"}), Environment{}, storage) {
    server.start();
  }
  ~SearchPagesTest() override { server.stop_cleanly(); }

  FlightDraft draft() const {
    FlightDraft flight;
    flight.source = route.source;
    flight.destination = route.destination;
    return flight;
  }
  std::string target() const { return search_target(route, date); }
  // Searches until a page comes from memory.
  static bool served_from_memory(HttpClient& http, const std::string& target) {
    const double before = metric(http, kHits);
    return eventually([&] {
      http.get(target);
      return metric(http, kHits) > before;
    });
  }
  // The page in memory of whatever thread serves this connection, at the time of the call.
  static std::vector<std::string> found(HttpClient& http, const std::string& target) {
    return texts(list(http.get(target).json(), "flights"), "flight_id");
  }
  static std::int64_t seats(HttpClient& http, const std::string& target) {
    return number(list(http.get(target).json(), "flights").at(0), "available_seats");
  }

  const std::shared_ptr<const Storage> storage = make_storage();
  const Route route = fresh_route();
  const std::string date = date_ahead(30);
  ServerProcess server;
};

TEST_F(SearchPagesTest, OwnChangesShowAtOnceOnEveryThread) {
  // Spread over the threads.
  std::vector<std::unique_ptr<ApiClient>> clients;
  for (int i = 0; i < 8; ++i) clients.push_back(std::make_unique<ApiClient>(server.port()));
  ApiClient& admin = *clients.front();
  const auto everywhere = [&](const std::vector<std::string>& expected) {
    for (auto& client : clients) EXPECT_EQ(found(client->http(), target()), expected);
  };
  for (auto& client : clients) ASSERT_TRUE(served_from_memory(client->http(), target()));
  for (int round = 0; round < 20; ++round) {
    everywhere({});
    const json::value added = admin.add_flight(draft());
    const std::string id = text(added, "flight_id");
    everywhere({id});

    FlightDraft cheaper = draft();
    cheaper.flight_number = text(added, "flight_number");
    cheaper.price = "1.00";
    cheaper.total_seats = 50;
    const Reply replaced =
        admin.http().request("PUT", "/admin/flights/" + id, json::serialize(cheaper.json()));
    ASSERT_EQ(replaced.status, 200) << replaced.body;
    for (auto& client : clients) {
      const json::array flights = list(client->http().get(target()).json(), "flights");
      ASSERT_EQ(flights.size(), 1U);
      EXPECT_EQ(text(flights[0], "price"), "1.00");
    }

    const json::value booking = admin.book_to_the_end(id, 3);
    for (auto& client : clients) EXPECT_EQ(seats(client->http(), target()), 47);
    admin.cancel(text(booking, "booking_id"));
    for (auto& client : clients) EXPECT_EQ(seats(client->http(), target()), 50);

    ASSERT_EQ(admin.http().request("DELETE", "/admin/flights/" + id).status, 204);
  }
  everywhere({});
}

TEST_F(SearchPagesTest, AFlightLeavesAPageInMemoryAsItDeparts) {
  ApiClient api(server.port());
  FlightDraft flight = draft();
  const std::int64_t departure = unix_ms_now() + 2500;
  flight.departure_ts = instant_text(departure);
  flight.arrival_ts.reset();
  const json::value added = api.add_flight(flight);
  const std::string here = search_target(route, text(added, "date"));
  const std::vector<std::string> only_it{text(added, "flight_id")};
  double hits_with_it = 0;
  for (;;) {
    const double before = metric(api.http(), kHits);
    const std::vector<std::string> page = found(api.http(), here);
    if (unix_ms_now() < departure) {
      EXPECT_EQ(page, only_it);
    }
    if (page.empty()) break;
    if (metric(api.http(), kHits) > before) ++hits_with_it;
    ASSERT_LT(unix_ms_now(), departure + patient(std::chrono::seconds(5)).count());
  }
  EXPECT_GE(unix_ms_now(), departure);
  EXPECT_GT(hits_with_it, 0) << "it was in memory";
}

}  // namespace
}  // namespace flightdeck::test
