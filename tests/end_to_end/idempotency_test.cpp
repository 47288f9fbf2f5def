// A repeated booking request with the same Idempotency-Key makes no second booking.
#include <gtest/gtest.h>

#include "support/crowd.h"
#include "support/scripted_payment_service.h"
#include "support/server_suite.h"

namespace flightdeck::test {
namespace {

struct IdempotencySettings {
  static std::vector<std::string> flags() { return instant_payment("1"); }
};
using IdempotencyTest = ServerSuite<IdempotencySettings>;

Headers key(const std::string& value) { return {{"Idempotency-Key", value}}; }

bool replayed(const Reply& reply) { return reply.header("Idempotency-Replayed") == "true"; }

bool accepted(const Reply& reply) { return reply.status == 202 || reply.status == 200; }

TEST_F(IdempotencyTest, ARepeatIsAnsweredWithTheSameBookingAsItIsNow) {
  const std::string flight_id = api.add_flight_id(10);
  const std::string user_id = fresh_uuid();
  const Reply first = api.try_book(flight_id, 2, user_id, key("order-1"));
  ASSERT_EQ(first.status, 202) << first.body;
  EXPECT_FALSE(replayed(first));
  const std::string booking_id = text(first.json(), "booking_id");
  const json::value confirmed = api.wait_for_status(booking_id, "CONFIRMED");

  const Reply repeat = api.try_book(flight_id, 2, user_id, key("order-1"));
  EXPECT_TRUE(accepted(repeat)) << repeat.status << " " << repeat.body;
  EXPECT_TRUE(replayed(repeat));
  EXPECT_EQ(json::serialize(repeat.json()), json::serialize(confirmed));
  EXPECT_EQ(number(api.seat_counts(flight_id), "available"), 8);

  api.cancel(booking_id);
  const Reply later = api.try_book(flight_id, 2, user_id, key("order-1"));
  EXPECT_TRUE(replayed(later));
  EXPECT_EQ(text(later.json(), "booking_id"), booking_id);
  EXPECT_EQ(text(later.json(), "status"), "CANCELLED");
  EXPECT_EQ(number(api.seat_counts(flight_id), "available"), 10);
}

TEST_F(IdempotencyTest, ARepeatMayWaitToo) {
  const std::string flight_id = api.add_flight_id(10);
  const std::string user_id = fresh_uuid();
  const Headers headers{{"Idempotency-Key", "order-w"}, {"Prefer", "wait=30"}};
  const Reply first = api.try_book(flight_id, 1, user_id, headers);
  const Reply repeat = api.try_book(flight_id, 1, user_id, headers);
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(repeat.status, 200);
  EXPECT_TRUE(replayed(repeat));
  EXPECT_EQ(repeat.body, first.body);
}

TEST_F(IdempotencyTest, TheSameKeyOfAnotherUserIsAnotherBooking) {
  const std::string flight_id = api.add_flight_id(10);
  const Reply mine = api.try_book(flight_id, 1, fresh_uuid(), key("shared"));
  const Reply yours = api.try_book(flight_id, 1, fresh_uuid(), key("shared"));
  ASSERT_EQ(mine.status, 202);
  ASSERT_EQ(yours.status, 202);
  EXPECT_FALSE(replayed(yours));
  EXPECT_NE(text(mine.json(), "booking_id"), text(yours.json(), "booking_id"));
  EXPECT_EQ(number(api.seat_counts(flight_id), "available"), 8);
}

TEST_F(IdempotencyTest, AnotherKeyOfTheSameUserIsAnotherBooking) {
  const std::string flight_id = api.add_flight_id(10);
  const std::string user_id = fresh_uuid();
  const Reply lower = api.try_book(flight_id, 1, user_id, key("a"));
  const Reply upper = api.try_book(flight_id, 1, user_id, key("A"));
  EXPECT_NE(text(lower.json(), "booking_id"), text(upper.json(), "booking_id"));
}

TEST_F(IdempotencyTest, AKeyCannotBeReusedForSomethingElse) {
  const std::string flight_id = api.add_flight_id(10);
  const std::string other_flight = api.add_flight_id(10);
  const std::string user_id = fresh_uuid();
  ASSERT_EQ(api.try_book(flight_id, 2, user_id, key("order-2")).status, 202);
  expect_problem(api.try_book(flight_id, 3, user_id, key("order-2")), 422, "IDEMPOTENCY_KEY_REUSED");
  expect_problem(api.try_book(other_flight, 2, user_id, key("order-2")), 422, "IDEMPOTENCY_KEY_REUSED");
  EXPECT_EQ(number(api.seat_counts(flight_id), "available"), 8);
  const json::value other = api.seat_counts(other_flight);
  EXPECT_EQ(number(other, "available"), 10);
  api.wait_for_gate(other_flight, 10);
  EXPECT_EQ(number(other, "pending"), 0);
}

TEST_F(IdempotencyTest, ARepeatIsAnsweredThoughTheFlightHasSoldOutSince) {
  const std::string flight_id = api.add_flight_id(2);
  const std::string user_id = fresh_uuid();
  const Reply first = api.try_book(flight_id, 1, user_id, key("last-but-one"));
  ASSERT_EQ(first.status, 202);
  ASSERT_EQ(api.try_book(flight_id, 1).status, 202);
  expect_problem(api.try_book(flight_id, 1, user_id, key("too-late")), 400, "OUT_OF_STOCK");
  const Reply repeat = api.try_book(flight_id, 1, user_id, key("last-but-one"));
  EXPECT_TRUE(accepted(repeat)) << repeat.status << " " << repeat.body;
  EXPECT_TRUE(replayed(repeat));
  EXPECT_EQ(text(repeat.json(), "booking_id"), text(first.json(), "booking_id"));
  expect_problem(api.try_book(flight_id, 2, user_id, key("last-but-one")), 422, "IDEMPOTENCY_KEY_REUSED");
}

TEST_F(IdempotencyTest, ARepeatIsAnsweredThoughTheFlightWasRemovedSince) {
  const std::string flight_id = api.add_flight_id(2);
  const std::string user_id = fresh_uuid();
  const Reply first = api.try_book(flight_id, 1, user_id, key("early"));
  ASSERT_EQ(http.request("DELETE", "/admin/flights/" + flight_id + "?cancel_bookings=true").status, 204);
  const Reply repeat = api.try_book(flight_id, 1, user_id, key("early"));
  EXPECT_TRUE(accepted(repeat)) << repeat.status << " " << repeat.body;
  EXPECT_EQ(text(repeat.json(), "booking_id"), text(first.json(), "booking_id"));
}

TEST_F(IdempotencyTest, ARefusedRequestMayBeTriedAgainWithItsKey) {
  const std::string flight_id = api.add_flight_id(1);
  const std::string user_id = fresh_uuid();
  const std::string in_the_way = text(api.book(flight_id), "booking_id");
  expect_problem(api.try_book(flight_id, 1, user_id, key("patient")), 400, "OUT_OF_STOCK");
  api.cancel(in_the_way);
  api.wait_for_gate(flight_id, 1);
  const Reply again = api.try_book(flight_id, 1, user_id, key("patient"));
  EXPECT_EQ(again.status, 202) << again.body;
  EXPECT_FALSE(replayed(again));
}

TEST_F(IdempotencyTest, AKeyHasUpTo255PrintableCharacters) {
  const std::string flight_id = api.add_flight_id(10);
  EXPECT_EQ(api.try_book(flight_id, 1, fresh_uuid(), key(std::string(255, 'k'))).status, 202);
  EXPECT_EQ(api.try_book(flight_id, 1, fresh_uuid(), key("k")).status, 202);
  EXPECT_EQ(api.try_book(flight_id, 1, fresh_uuid(), key("!\"#~{}[]:;,/?")).status, 202);
  for (const std::string& wrong :
       {std::string(256, 'k'), std::string(), std::string("caf\xc3\xa9"), std::string("a\tb")}) {
    SCOPED_TRACE(wrong);
    expect_problem(api.try_book(flight_id, 1, fresh_uuid(), key(wrong)), 422, "VALIDATION_FAILED");
  }
  EXPECT_EQ(number(api.seat_counts(flight_id), "available"), 7);
}

TEST_F(IdempotencyTest, ARequestHasOneKey) {
  const std::string flight_id = api.add_flight_id(10);
  const std::string user_id = fresh_uuid();
  for (const char* second : {"other", "one", ""}) {
    SCOPED_TRACE(second);
    const Headers twice{{"Idempotency-Key", "one"}, {"Idempotency-Key", second}};
    expect_wrong_fields(api.try_book(flight_id, 1, user_id, twice), {"Idempotency-Key"});
  }
  EXPECT_EQ(number(api.seat_counts(flight_id), "available"), 10);
  EXPECT_EQ(api.try_book(flight_id, 1, user_id, key("one")).status, 202) << "the key is still unused";
}

TEST(ConcurrentRepeatsTest, OneHundredCopiesAtOnceMakeOneBookingAndOneCharge) {
  constexpr int kCopies = 100;
  ScriptedPaymentService payments;
  ServerProcess server({"--payment-url", payments.url()});
  server.start();
  ApiClient api(server.port());
  const std::string flight_id = api.add_flight_id(kCopies);
  const std::string user_id = fresh_uuid();
  std::vector<Reply> replies(kCopies);
  crowd(kCopies, [&](int copy) {
    ApiClient client(server.port());
    replies[static_cast<std::size_t>(copy)] = client.try_book(flight_id, 1, user_id, key("one-click"));
  });
  std::set<std::string> bookings;
  int originals = 0;
  for (const Reply& reply : replies) {
    ASSERT_TRUE(accepted(reply)) << reply.status << " " << reply.body;
    bookings.insert(text(reply.json(), "booking_id"));
    if (!replayed(reply)) ++originals;
  }
  ASSERT_EQ(bookings.size(), 1U);
  EXPECT_EQ(originals, 1);
  const std::string booking_id = *bookings.begin();
  api.wait_for_status(booking_id, "CONFIRMED");

  EXPECT_EQ(payments.bookings_charged(), 1);
  EXPECT_EQ(payments.charges(booking_id), 1);
  EXPECT_EQ(payments.charged_amount(booking_id), "199.00");
  const std::unique_ptr<Probe> probe = server.probe();
  EXPECT_EQ(probe->number("SELECT COUNT(*) FROM bookings"), 1);
  EXPECT_EQ(probe->number("SELECT available_seats FROM flights"), kCopies - 1);
  EXPECT_EQ(events_of(*probe, "booking_intent.created"), 1);
  EXPECT_EQ(events_of(*probe, "booking.confirmed"), 1);
  api.wait_for_gate(flight_id, kCopies - 1);
  server.stop_cleanly();
}

TEST(ConcurrentRepeatsTest, CopiesOfARequestForTheLastSeatAllGetIt) {
  constexpr int kCopies = 50;
  ServerProcess server(instant_payment("1"));
  server.start();
  ApiClient api(server.port());
  const std::string flight_id = api.add_flight_id(1);
  const std::string user_id = fresh_uuid();
  std::vector<Reply> replies(kCopies);
  crowd(kCopies, [&](int copy) {
    ApiClient client(server.port());
    replies[static_cast<std::size_t>(copy)] = client.try_book(flight_id, 1, user_id, key("last-seat"));
  });
  std::set<std::string> bookings;
  for (const Reply& reply : replies) {
    ASSERT_TRUE(accepted(reply)) << reply.status << " " << reply.body;
    bookings.insert(text(reply.json(), "booking_id"));
  }
  EXPECT_EQ(bookings.size(), 1U);
  server.stop_cleanly();
}

}  // namespace
}  // namespace flightdeck::test
