#include "stress/request_text.h"

#include <gtest/gtest.h>

namespace flightdeck::stress {
namespace {

constexpr std::string_view user = "11111111-1111-4111-8111-111111111111";
constexpr std::string_view other_user = "33333333-3333-4333-8333-333333333333";
constexpr std::string_view flight = "22222222-2222-4222-8222-222222222222";
const BaseUrl base_url{"example.org:81", "/base"};

TEST(RequestText, IsAWholeRequestEachTime) {
  Plan plan;
  plan.wait = std::chrono::seconds(7);
  RequestText text(base_url, plan);
  const std::string begin =
      "POST /base/booking HTTP/1.1\r\nHost: example.org:81\r\nPrefer: wait=7\r\nContent-Type: "
      "application/json\r\n"
      "Content-Length: 111\r\n\r\n";
  EXPECT_EQ(text.book(user, flight, 3, 0),
            begin + R"({"user_id":"11111111-1111-4111-8111-111111111111",)"
                    R"("flight_id":"22222222-2222-4222-8222-222222222222","seats":3})");
  EXPECT_EQ(text.book(other_user, flight, 9, 0),
            begin + R"({"user_id":"33333333-3333-4333-8333-333333333333",)"
                    R"("flight_id":"22222222-2222-4222-8222-222222222222","seats":9})");
}

TEST(RequestText, CarriesAKeyWhenThePlanHasThem) {
  Plan plan;
  plan.wait = std::chrono::seconds(0);
  plan.keyed = true;
  RequestText text(base_url, plan);
  EXPECT_NE(text.book(user, flight, 1, 0x1a).find("Idempotency-Key: 000000000000001a\r\n"),
            std::string_view::npos);
  EXPECT_NE(text.book(user, flight, 1, ~0ULL).find("Idempotency-Key: ffffffffffffffff\r\n"),
            std::string_view::npos);
  EXPECT_EQ(text.book(user, flight, 1, 0).find("Prefer"), std::string_view::npos);
}

TEST(RequestText, CancelsABooking) {
  RequestText text(base_url, Plan());
  const auto id = BookingId::parse("44444444-4444-4444-8444-444444444444").value();
  EXPECT_EQ(
      text.cancel(id),
      "DELETE /base/booking/44444444-4444-4444-8444-444444444444 HTTP/1.1\r\nHost: example.org:81\r\n\r\n");
}

}  // namespace
}  // namespace flightdeck::stress
