// What was acknowledged is there after the process is killed, at any moment; an orderly stop leaves nothing
// unanswered.
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <mutex>
#include <thread>

#include "support/audit.h"
#include "support/scripted_payment_service.h"
#include "support/server_suite.h"

namespace flightdeck::test {
namespace {

// Clients that book (and sometimes cancel) until their server goes away, and remember what they were told.
class Load {
 public:
  struct Told {
    std::int64_t seats = 0;
    bool confirmed = false;
    bool cancelled = false;
  };

  Load(const ServerProcess& server, std::vector<std::string> flights, int clients)
      : flights_(std::move(flights)) {
    for (int client = 0; client < clients; ++client) {
      threads_.emplace_back([this, port = server.port(), client] { run(port, client); });
    }
  }
  int acknowledged() const { return acknowledged_; }
  // Waits for all clients to notice that the server is gone.
  std::map<std::string, Told> finish() {
    stopping_ = true;
    threads_.clear();
    return told_;
  }

 private:
  void run(std::uint16_t port, int client) {
    try {
      ApiClient api(port);
      for (int i = client; !stopping_; ++i) {
        const std::string& flight_id = flights_[static_cast<std::size_t>(i) % flights_.size()];
        const std::int64_t seats = 1 + i % 2;
        const Headers wait = i % 3 == 0 ? Headers{{"Prefer", "wait=5"}} : Headers{};
        const Reply reply = api.try_book(flight_id, seats, fresh_uuid(), wait);
        // Sold out, or on its way down.
        if (reply.status != 202 && reply.status != 200) continue;
        const json::value booking = reply.json();
        const std::string id = text(booking, "booking_id");
        const bool cancels = i % 5 == 0;
        // A cancel that is not answered may have been done, so what was told before it need not last.
        remember(id, {seats, !cancels && text(booking, "status") == "CONFIRMED", false});
        if (cancels && api.try_cancel(id).status == 200) remember(id, {seats, false, true});
      }
    } catch (const ConnectionError&) {
      // The server is gone.
    }
  }
  void remember(const std::string& booking_id, Told told) {
    const std::lock_guard lock(mutex_);
    told_[booking_id] = told;
    ++acknowledged_;
  }

  std::vector<std::string> flights_;
  std::atomic<bool> stopping_{false};
  std::atomic<int> acknowledged_{0};
  std::mutex mutex_;
  std::map<std::string, Told> told_;
  std::vector<std::jthread> threads_;
};

void expect_kept(ApiClient& api, const std::map<std::string, Load::Told>& told) {
  for (const auto& [booking_id, what] : told) {
    const Reply reply = api.http().get("/booking/" + booking_id);
    ASSERT_EQ(reply.status, 200) << booking_id << " was acknowledged and is lost";
    const json::value booking = reply.json();
    EXPECT_EQ(number(booking, "seats"), what.seats);
    if (what.confirmed) {
      EXPECT_EQ(text(booking, "status"), "CONFIRMED") << booking_id;
    }
    if (what.cancelled) {
      EXPECT_EQ(text(booking, "status"), "CANCELLED") << booking_id;
    }
  }
}

TEST(DurabilityTest, AcknowledgedBookingsSurviveKill9) {
  constexpr int kRounds = 5;
  ServerProcess server({"--mock-min-delay-ms", "0", "--mock-max-delay-ms", "20", "--payment-timeout-s", "1"});
  server.start();
  std::vector<std::string> flights;
  {
    ApiClient api(server.port());
    for (const int seats : {40, 300, 1000, 1000}) flights.push_back(api.add_flight_id(seats));
  }
  std::map<std::string, Load::Told> all;
  for (int round = 0; round < kRounds; ++round) {
    SCOPED_TRACE(round);
    Load load(server, flights, 8);
    EXPECT_TRUE(eventually([&] { return load.acknowledged() >= 60 + 20 * round; }));
    server.kill9();
    all.merge(load.finish());
    server.start();
    ApiClient api(server.port());
    expect_every_seat_accounted_for(*server.probe());
    expect_kept(api, all);
  }
  ApiClient api(server.port());
  audit_settled(api, *server.probe());
  expect_kept(api, all);
  server.stop_cleanly();
}

TEST(DurabilityTest, BookingsPendingAtTheKillAreSettledAfterwards) {
  ScriptedPaymentService payments;
  payments.hold_answers();
  ServerProcess server({"--payment-url", payments.url(), "--payment-timeout-s", "1"});
  server.start();
  std::vector<std::string> ids;
  {
    ApiClient api(server.port());
    const std::string flight_id = api.add_flight_id(50);
    for (int i = 0; i < 20; ++i) ids.push_back(text(api.book(flight_id, 2), "booking_id"));
    EXPECT_TRUE(eventually([&] { return payments.bookings_charged() == 20; }));
  }
  server.kill9();
  payments.release_answers();
  server.start();
  ApiClient api(server.port());
  for (const std::string& id : ids) EXPECT_EQ(text(api.wait_until_final(id), "status"), "CONFIRMED");
  audit_settled(api, *server.probe());
  server.stop_cleanly();
}

TEST(DurabilityTest, AnIdempotentRequestMayBeRepeatedAfterAKill) {
  ServerProcess server(instant_payment("1"));
  server.start();
  const Headers headers{{"Idempotency-Key", "once"}, {"Prefer", "wait=30"}};
  const std::string user_id = fresh_uuid();
  std::string flight_id;
  Reply first;
  {
    ApiClient api(server.port());
    flight_id = api.add_flight_id(10);
    first = api.try_book(flight_id, 3, user_id, headers);
  }
  server.kill9();
  server.start();
  ApiClient api(server.port());
  const Reply repeat = api.try_book(flight_id, 3, user_id, headers);
  EXPECT_EQ(repeat.status, 200);
  EXPECT_EQ(repeat.header("Idempotency-Replayed"), "true");
  EXPECT_EQ(repeat.body, first.body);
  EXPECT_EQ(number(api.seat_counts(flight_id), "available"), 7);
  api.wait_for_gate(flight_id, 7);
  server.stop_cleanly();
}

TEST(DurabilityTest, FlightsAndSearchComeBackAfterARestart) {
  ServerProcess server(instant_payment("1"));
  server.start();
  const FlightDraft draft;
  const Route route{draft.source, draft.destination};
  json::value before;
  {
    ApiClient api(server.port());
    const std::string flight_id = text(api.add_flight(draft), "flight_id");
    api.book_to_the_end(flight_id, 3);
    ASSERT_TRUE(eventually([&] {
      before = list(api.search(route, date_ahead(30)), "flights").at(0);
      return number(before, "available_seats") == 177;
    }));
  }
  server.stop_cleanly();
  server.start();
  ApiClient api(server.port());
  const json::value after = api.search(route, date_ahead(30));
  ASSERT_EQ(list(after, "flights").size(), 1U);
  EXPECT_EQ(json::serialize(list(after, "flights")[0]), json::serialize(before));
  server.stop_cleanly();
}

TEST(OrderlyStopTest, UnderLoadEndsInTimeAndKeepsWhatWasAcknowledged) {
  ServerProcess server({"--mock-min-delay-ms", "0", "--mock-max-delay-ms", "50", "--payment-timeout-s", "1"});
  server.start();
  std::vector<std::string> flights;
  {
    ApiClient api(server.port());
    for (int i = 0; i < 3; ++i) flights.push_back(api.add_flight_id(1000));
  }
  Load load(server, flights, 8);
  EXPECT_TRUE(eventually([&] { return load.acknowledged() >= 100; }));
  EXPECT_EQ(server.terminate(), std::optional<int>(0)) << server.log();
  server.kill9();
  const std::map<std::string, Load::Told> told = load.finish();
  server.start();
  ApiClient api(server.port());
  expect_kept(api, told);
  audit_settled(api, *server.probe());
  server.stop_cleanly();
}

TEST(OrderlyStopTest, AnswersWhoIsWaiting) {
  ScriptedPaymentService payments;
  payments.hold_answers();
  ServerProcess server({"--payment-url", payments.url()});
  server.start();
  std::string flight_id;
  {
    ApiClient api(server.port());
    flight_id = api.add_flight_id(10);
  }
  Reply waiting;
  std::thread client([&, port = server.port()] {
    try {
      waiting = ApiClient(port).try_book(flight_id, 2, fresh_uuid(), {{"Prefer", "wait=30"}});
    } catch (const ConnectionError& error) {
      ADD_FAILURE() << "no answer: " << error.what();
    }
  });
  EXPECT_TRUE(eventually([&] { return payments.bookings_charged() == 1; }));
  EXPECT_EQ(server.terminate(), std::optional<int>(0)) << server.log();
  server.kill9();
  client.join();
  ASSERT_EQ(waiting.status, 202) << waiting.body;
  EXPECT_EQ(text(waiting.json(), "status"), "PENDING");

  payments.release_answers();
  server.set_flags({"--payment-url", payments.url(), "--payment-timeout-s", "1"});
  server.start();
  ApiClient api(server.port());
  EXPECT_EQ(number(api.booking(text(waiting.json(), "booking_id")), "seats"), 2);
  expect_every_seat_accounted_for(*server.probe());
  server.stop_cleanly();
}

TEST(OrderlyStopTest, IdleConnectionsDoNotHoldItUp) {
  ServerProcess server(instant_payment("1"));
  server.start();
  std::vector<RawConnection> idle;
  for (int i = 0; i < 20; ++i) {
    idle.emplace_back(server.port());
    if (i % 2 == 0) {
      idle.back().send(request_bytes("GET", "/health"));
      EXPECT_EQ(idle.back().read_reply().value().status, 200);
    } else {
      idle.back().send("GET /health HT");
    }
  }
  server.stop_cleanly();
}

}  // namespace
}  // namespace flightdeck::test
