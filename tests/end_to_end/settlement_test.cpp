// Payments that fail, time out or come late, mixed with cancellations: in the end every seat and every cent
// is where it belongs.
#include <gtest/gtest.h>

#include <atomic>
#include <mutex>

#include "support/audit.h"
#include "support/crowd.h"
#include "support/server_suite.h"

namespace flightdeck::test {
namespace {

struct SettlementSettings {
  static std::vector<std::string> flags() {
    return {"--mock-success-rate", "0.75", "--mock-timeout-rate", "0.2", "--mock-min-delay-ms", "0",
            "--mock-max-delay-ms", "50",   "--payment-timeout-s", "1"};
  }
};

class SettlementTest : public ServerSuite<SettlementSettings> {
 protected:
  // What the mock decided about a booking; it may leave a question unanswered, so it is asked again.
  // Nullopt: it was never asked to charge.
  std::optional<json::value> payment_of(const std::string& booking_id) {
    for (int attempt = 0; attempt < 30; ++attempt) {
      try {
        HttpClient bank(server().port(), std::chrono::seconds(2));
        const Reply reply = bank.get("/mock_payment/payments/" + booking_id);
        if (reply.status == 404) return std::nullopt;
        if (reply.status == 200) return reply.json();
      } catch (const ConnectionError&) {
        // Not answered this time.
      }
    }
    throw std::runtime_error("the mock never answers for " + booking_id);
  }
  // Paid and not given back.
  bool keeps_money(const std::string& booking_id) {
    const std::optional<json::value> payment = payment_of(booking_id);
    return payment && text(*payment, "status") == "success" && !field(*payment, "refunded").as_bool();
  }
};

TEST_F(SettlementTest, EverySeatAndEveryCentIsWhereItBelongs) {
  constexpr int kClients = 12;
  constexpr int kBookingsEach = 40;
  std::vector<std::string> flights;
  for (const int seats : {5, 30, 60, 120, 1000, 1000}) flights.push_back(api.add_flight_id(seats));

  std::atomic<int> accepted{0};
  std::atomic<int> cancellations{0};
  crowd(kClients, [&](int member) {
    ApiClient client(server().port());
    for (int i = 0; i < kBookingsEach; ++i) {
      const std::string& flight_id = flights[static_cast<std::size_t>(member + i) % flights.size()];
      const Reply reply = client.try_book(flight_id, 1 + (member + i) % 3);
      if (reply.status == 400) continue;
      ASSERT_EQ(reply.status, 202) << reply.body;
      ++accepted;
      if (i % 4 != 0) continue;
      // Whether it is paid by now, nobody knows; FAILED cannot be cancelled.
      const Reply cancelled = client.try_cancel(text(reply.json(), "booking_id"));
      EXPECT_TRUE(cancelled.status == 200 || cancelled.status == 409) << cancelled.body;
      if (cancelled.status == 200) ++cancellations;
    }
  });
  EXPECT_GT(accepted, kClients * kBookingsEach / 2);
  EXPECT_GT(cancellations, 0);

  audit_settled(api, probe);
  EXPECT_GT(probe.number("SELECT COUNT(*) FROM bookings WHERE status = 'CONFIRMED'"), 0);
  EXPECT_GT(probe.number("SELECT COUNT(*) FROM bookings WHERE status = 'FAILED'"), 0);
  EXPECT_EQ(probe.number("SELECT COUNT(*) FROM bookings WHERE status = 'CANCELLED'"), cancellations);
  EXPECT_EQ(probe.number("SELECT COUNT(*) FROM bookings"), accepted);
  EXPECT_EQ(probe.number("SELECT COUNT(*) FROM bookings WHERE status = 'FAILED' AND failure_reason IS NULL"),
            0);

  // Who flies has paid.
  for (const auto& row : probe.rows("SELECT id, payment_ref FROM bookings WHERE status = 'CONFIRMED'")) {
    const std::optional<json::value> payment = payment_of(row[0]);
    ASSERT_TRUE(payment) << row[0];
    EXPECT_EQ(text(*payment, "status"), "success") << row[0];
    EXPECT_EQ(text(*payment, "payment_id"), row[1]);
    EXPECT_FALSE(field(*payment, "refunded").as_bool()) << row[0];
  }
  // Who does not fly has the money back. A charge may still be under way when its booking is cancelled.
  std::vector<std::string> not_flying =
      probe.column("SELECT id FROM bookings WHERE status IN ('FAILED', 'CANCELLED')");
  EXPECT_TRUE(eventually(
      [&] {
        std::erase_if(not_flying, [&](const std::string& id) { return !keeps_money(id); });
        return not_flying.empty();
      },
      std::chrono::seconds(60)))
      << not_flying.size() << " bookings were paid for and not refunded, for one " << not_flying.front();
  EXPECT_TRUE(eventually([&] {
    return probe.number(
               "SELECT COUNT(*) FROM bookings WHERE status = 'CANCELLED' AND payment_ref IS NOT NULL "
               "AND refund_ref IS NULL") == 0;
  }));
  EXPECT_EQ(
      probe.number("SELECT COUNT(*) FROM bookings WHERE status = 'CONFIRMED' AND refund_ref IS NOT NULL"), 0);

  // Every booking has one event of its beginning, and those of its end.
  EXPECT_EQ(events_of(probe, "booking_intent.created"), accepted);
  EXPECT_EQ(events_of(probe, "booking.cancelled"), cancellations);
  expect_every_seat_accounted_for(probe);
}

TEST_F(SettlementTest, ASoldOutFlightIsSoldOutInTheEndWhateverPaymentsDo) {
  constexpr std::int64_t kSeats = 20;
  const std::string flight_id = api.add_flight_id(kSeats);
  // Failures give seats back until all seats are paid for.
  EXPECT_TRUE(eventually(
      [&] {
        const json::value seats = api.seat_counts(flight_id);
        if (number(seats, "confirmed") == kSeats) return true;
        for (std::int64_t i = 0; i < number(seats, "available"); ++i) api.try_book(flight_id);
        return false;
      },
      std::chrono::seconds(60)))
      << json::serialize(api.seat_counts(flight_id));
  expect_problem(api.try_book(flight_id), 400, "OUT_OF_STOCK");
  audit_settled(api, probe);
}

}  // namespace
}  // namespace flightdeck::test
