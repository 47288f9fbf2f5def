// Callbacks of the payment service: they settle a booking, once, also when they come late.
#include <gtest/gtest.h>

#include "support/scripted_payment_service.h"
#include "support/server_suite.h"

namespace flightdeck::test {
namespace {

struct SilentSettings {
  static std::vector<std::string> flags() { return silent_payment(); }
};
using PaymentCallbackTest = ServerSuite<SilentSettings>;

TEST_F(PaymentCallbackTest, SuccessConfirms) {
  const std::string flight_id = api.add_flight_id(10);
  const std::string booking_id = text(api.book(flight_id, 2), "booking_id");
  const Reply first = api.callback(booking_id, "success", "pay-1");
  ASSERT_EQ(first.status, 200) << first.body;
  EXPECT_EQ(text(first.json(), "status"), "CONFIRMED");
  EXPECT_EQ(text(first.json(), "payment_ref"), "pay-1");
  const json::value seats = api.seat_counts(flight_id);
  EXPECT_EQ(number(seats, "confirmed"), 2);
  EXPECT_EQ(number(seats, "pending"), 0);
  EXPECT_EQ(number(seats, "available"), 8);

  const Reply again = api.callback(booking_id, "success", "pay-1");
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(events_of(probe, "booking.confirmed", booking_id), 1);
}

TEST_F(PaymentCallbackTest, FailureGivesTheSeatsBack) {
  const std::string flight_id = api.add_flight_id(10);
  const std::string booking_id = text(api.book(flight_id, 2), "booking_id");
  const Reply first = api.callback(booking_id, "failure", "pay-2");
  ASSERT_EQ(first.status, 200) << first.body;
  EXPECT_EQ(text(first.json(), "status"), "FAILED");
  EXPECT_FALSE(is_null(first.json(), "failure_reason"));
  EXPECT_EQ(number(api.seat_counts(flight_id), "available"), 10);
  api.wait_for_gate(flight_id, 10);

  const Reply again = api.callback(booking_id, "failure", "pay-2");
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(number(api.seat_counts(flight_id), "available"), 10);
  EXPECT_EQ(events_of(probe, "booking.failed", booking_id), 1);
}

TEST_F(PaymentCallbackTest, ContradictingAConfirmedBookingIsRefused) {
  const std::string flight_id = api.add_flight_id(10);
  const std::string booking_id = text(api.book(flight_id), "booking_id");
  ASSERT_EQ(api.callback(booking_id, "success", "pay-3").status, 200);
  expect_problem(api.callback(booking_id, "failure", "pay-3"), 409, "INVALID_STATE");
  EXPECT_EQ(text(api.booking(booking_id), "status"), "CONFIRMED");
  EXPECT_EQ(number(api.seat_counts(flight_id), "available"), 9);
}

TEST_F(PaymentCallbackTest, AWaitingClientHearsOfItsCallback) {
  const std::string flight_id = api.add_flight_id(10);
  const std::string user_id = fresh_uuid();
  std::jthread bank([&] {
    ApiClient client(server().port());
    const std::string target = "/bookings?user_id=" + user_id;
    std::string booking_id;
    ASSERT_TRUE(eventually([&] {
      const json::value mine = client.http().get(target).json();
      if (list(mine, "bookings").empty()) return false;
      booking_id = text(list(mine, "bookings")[0], "booking_id");
      return true;
    }));
    EXPECT_EQ(client.callback(booking_id, "success", "pay-w").status, 200);
  });
  const Reply reply = api.try_book(flight_id, 1, user_id, {{"Prefer", "wait=30"}});
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(text(reply.json(), "status"), "CONFIRMED");
}

TEST_F(PaymentCallbackTest, AnUnknownBookingIsNotFound) {
  expect_problem(api.callback(fresh_uuid(), "success", "pay-4"), 404, "NOT_FOUND");
}

TEST_F(PaymentCallbackTest, NamesWrongFields) {
  expect_wrong_fields(http.post("/payment/callback", json::object()),
                      {"booking_id", "status", "payment_ref"});
  const json::object wrong{
      {"booking_id", "b"}, {"status", "maybe"}, {"payment_ref", 5}, {"amount", "free"}, {"tip", 1}};
  expect_wrong_fields(http.post("/payment/callback", wrong),
                      {"booking_id", "status", "payment_ref", "amount", "tip"});
  expect_problem(http.request("POST", "/payment/callback", "{"), 400, "MALFORMED_JSON");
}

// A payment service under the test's control, and bookings that expire after a second.
class LatePaymentTest : public testing::Test {
 protected:
  void SetUp() override {
    payments.decide(Verdict::failure);
    payments.hold_answers();
    server.start();
    api.emplace(server.port());
  }
  void TearDown() override {
    payments.release_answers();
    server.stop_cleanly();
  }
  // A booking that has expired: the payment service, when asked, said that it was not paid.
  std::string expired_booking(const std::string& flight_id, std::int64_t seats) {
    const std::string booking_id = text(api->book(flight_id, seats), "booking_id");
    EXPECT_EQ(text(api->wait_until_final(booking_id), "status"), "FAILED");
    return booking_id;
  }

  ScriptedPaymentService payments;
  ServerProcess server{{"--payment-url", payments.url(), "--payment-timeout-s", "1"}};
  std::optional<ApiClient> api;
};

TEST_F(LatePaymentTest, TakesTheSeatsWhenThereAreAny) {
  const std::string flight_id = api->add_flight_id(3);
  const std::string booking_id = expired_booking(flight_id, 2);
  EXPECT_EQ(number(api->seat_counts(flight_id), "available"), 3);
  payments.pay_after_all(booking_id);
  const Reply late = api->callback(booking_id, "success", payments.payment_id(booking_id));
  ASSERT_EQ(late.status, 200) << late.body;
  EXPECT_EQ(text(late.json(), "status"), "CONFIRMED");
  EXPECT_EQ(text(late.json(), "payment_ref"), payments.payment_id(booking_id));
  EXPECT_TRUE(is_null(late.json(), "refund_ref"));
  EXPECT_EQ(number(api->seat_counts(flight_id), "available"), 1);
  EXPECT_EQ(number(api->seat_counts(flight_id), "confirmed"), 2);
  api->wait_for_gate(flight_id, 1);

  const Reply again = api->callback(booking_id, "success", payments.payment_id(booking_id));
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(again.body, late.body);
  EXPECT_EQ(number(api->seat_counts(flight_id), "available"), 1);
  EXPECT_EQ(payments.refunds(booking_id), 0);
}

TEST_F(LatePaymentTest, IsRefundedWhenTheSeatsAreGone) {
  const std::string flight_id = api->add_flight_id(2);
  const std::string booking_id = expired_booking(flight_id, 2);
  api->wait_for_gate(flight_id, 2);
  payments.decide(Verdict::success);
  payments.release_answers();
  ASSERT_EQ(text(api->book_to_the_end(flight_id, 1), "status"), "CONFIRMED");

  payments.pay_after_all(booking_id);
  const Reply late = api->callback(booking_id, "success", payments.payment_id(booking_id));
  ASSERT_EQ(late.status, 200) << late.body;
  EXPECT_EQ(text(late.json(), "status"), "FAILED");
  const json::value refunded = api->wait_for_refund(booking_id);
  EXPECT_EQ(text(refunded, "status"), "FAILED");
  EXPECT_GE(payments.refunds(booking_id), 1);
  EXPECT_EQ(number(api->seat_counts(flight_id), "available"), 1);
  EXPECT_EQ(number(api->seat_counts(flight_id), "confirmed"), 1);

  const Reply again = api->callback(booking_id, "success", payments.payment_id(booking_id));
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(json::serialize(again.json()), json::serialize(refunded));
}

TEST_F(LatePaymentTest, OfACancelledBookingIsRefunded) {
  const std::string flight_id = api->add_flight_id(2);
  payments.decide(Verdict::success);
  const std::string booking_id = text(api->book(flight_id, 2), "booking_id");
  ASSERT_TRUE(eventually([&] { return payments.charges(booking_id) > 0; }));
  EXPECT_EQ(text(api->cancel(booking_id), "status"), "CANCELLED");
  payments.release_answers();
  const json::value refunded = api->wait_for_refund(booking_id);
  EXPECT_EQ(text(refunded, "status"), "CANCELLED");
  EXPECT_GE(payments.refunds(booking_id), 1);
  EXPECT_EQ(number(api->seat_counts(flight_id), "available"), 2);
}

// The charge's own answer never comes.
TEST_F(LatePaymentTest, ThatACallbackDeniedIsRefunded) {
  const std::string flight_id = api->add_flight_id(2);
  const std::string booking_id = text(api->book(flight_id, 2), "booking_id");
  ASSERT_TRUE(eventually([&] { return payments.charges(booking_id) > 0; }));
  const Reply denied = api->callback(booking_id, "failure", "first-attempt");
  ASSERT_EQ(denied.status, 200);
  EXPECT_EQ(text(denied.json(), "failure_reason"), "payment_declined");
  payments.pay_after_all(booking_id);
  const json::value refunded = api->wait_for_refund(booking_id);
  EXPECT_EQ(text(refunded, "status"), "FAILED");
  EXPECT_EQ(text(refunded, "payment_ref"), payments.payment_id(booking_id));
  EXPECT_GE(payments.refunds(booking_id), 1);
  EXPECT_EQ(number(api->seat_counts(flight_id), "available"), 2);
}

TEST_F(LatePaymentTest, ThatACallbackRanAheadOfIsRefunded) {
  const std::string flight_id = api->add_flight_id(2);
  payments.decide(Verdict::pending);
  const std::string booking_id = text(api->book(flight_id, 2), "booking_id");
  ASSERT_TRUE(eventually([&] { return payments.charges(booking_id) > 0; }));
  ASSERT_EQ(api->callback(booking_id, "success", "another-name").status, 200);
  const json::value cancelled = api->cancel(booking_id);
  EXPECT_EQ(text(cancelled, "status"), "CANCELLED");
  EXPECT_TRUE(is_null(cancelled, "refund_ref")) << "the payment service does not know of it yet";
  payments.pay_after_all(booking_id);
  payments.release_answers();
  const json::value refunded = api->wait_for_refund(booking_id);
  EXPECT_EQ(text(refunded, "payment_ref"), payments.payment_id(booking_id));
  EXPECT_GE(payments.refunds(booking_id), 1);
}

}  // namespace
}  // namespace flightdeck::test
