// The mock payment provider, expiry of unpaid bookings, and a payment service that is a process of its own.
#include <gmock/gmock.h>

#include "support/audit.h"
#include "support/scripted_payment_service.h"
#include "support/server_suite.h"

namespace flightdeck::test {
namespace {

struct InstantSettings {
  static std::vector<std::string> flags() { return instant_payment("0.5"); }
};
using MockPaymentTest = ServerSuite<InstantSettings>;

json::object payment_of(const std::string& booking_id) {
  return {{"booking_id", booking_id}, {"amount", "398.00"}};
}

// Pays for new ids until the mock gives that verdict.
std::string booking_with_verdict(HttpClient& http, std::string_view verdict) {
  for (int i = 0; i < 200; ++i) {
    const std::string booking_id = fresh_uuid();
    if (text(http.post("/mock_payment/pay", payment_of(booking_id)).json(), "status") == verdict)
      return booking_id;
  }
  throw std::runtime_error("the mock never says " + std::string(verdict));
}

TEST_F(MockPaymentTest, DecidesOncePerBooking) {
  std::set<std::string> verdicts;
  for (int i = 0; i < 40; ++i) {
    const std::string booking_id = fresh_uuid();
    const Reply first = http.post("/mock_payment/pay", payment_of(booking_id));
    ASSERT_EQ(first.status, 200) << first.body;
    EXPECT_FALSE(text(first.json(), "payment_id").empty());
    verdicts.insert(text(first.json(), "status"));
    for (int repeat = 0; repeat < 3; ++repeat) {
      EXPECT_EQ(http.post("/mock_payment/pay", payment_of(booking_id)).body, first.body);
    }
    const json::value stored = http.get("/mock_payment/payments/" + booking_id).json();
    EXPECT_EQ(text(stored, "payment_id"), text(first.json(), "payment_id"));
    EXPECT_EQ(text(stored, "status"), text(first.json(), "status"));
    EXPECT_EQ(text(stored, "amount"), "398.00");
    EXPECT_FALSE(field(stored, "refunded").as_bool());
  }
  // At a success rate of one half, 40 equal verdicts do not happen (2 in 2^40).
  EXPECT_EQ(verdicts, (std::set<std::string>{"success", "failure"}));
}

TEST_F(MockPaymentTest, AnUnknownPaymentIsNotFound) {
  expect_problem(http.get("/mock_payment/payments/" + fresh_uuid()), 404, "NOT_FOUND");
  expect_problem(http.post("/mock_payment/refund", json::object{{"booking_id", fresh_uuid()}}), 404,
                 "NOT_FOUND");
}

TEST_F(MockPaymentTest, RefundsOnce) {
  const std::string booking_id = booking_with_verdict(http, "success");
  const Reply first = http.post("/mock_payment/refund", json::object{{"booking_id", booking_id}});
  ASSERT_EQ(first.status, 200) << first.body;
  EXPECT_FALSE(text(first.json(), "refund_id").empty());
  EXPECT_EQ(http.post("/mock_payment/refund", json::object{{"booking_id", booking_id}}).body, first.body);
  EXPECT_TRUE(field(http.get("/mock_payment/payments/" + booking_id).json(), "refunded").as_bool());
}

TEST_F(MockPaymentTest, DoesNotRefundWhatWasNeverPaid) {
  const std::string booking_id = booking_with_verdict(http, "failure");
  expect_problem(http.post("/mock_payment/refund", json::object{{"booking_id", booking_id}}), 409,
                 "INVALID_STATE");
}

TEST_F(MockPaymentTest, NamesWrongFields) {
  expect_wrong_fields(http.post("/mock_payment/pay", json::object()), {"booking_id", "amount"});
  const json::object wrong{{"booking_id", "b"}, {"amount", "free"}, {"callback_url", 5}, {"tip", "1.00"}};
  expect_wrong_fields(http.post("/mock_payment/pay", wrong), {"booking_id", "amount", "callback_url", "tip"});
  expect_wrong_fields(http.post("/mock_payment/refund", json::object{{"booking_id", 1}}), {"booking_id"});
}

TEST(ExpiryTest, AnUnpaidBookingFailsAndItsSeatsComeBack) {
  ServerProcess server(joined(silent_payment(), {"--payment-timeout-s", "1"}));
  server.start();
  ApiClient api(server.port());
  const std::string flight_id = api.add_flight_id(2);
  const json::value booking = api.book(flight_id, 2);
  const json::value failed = api.wait_until_final(text(booking, "booking_id"));
  EXPECT_EQ(text(failed, "status"), "FAILED");
  EXPECT_FALSE(is_null(failed, "failure_reason"));
  EXPECT_GE(text(failed, "updated_at"), text(booking, "expires_at"));
  EXPECT_EQ(number(api.seat_counts(flight_id), "available"), 2);
  api.wait_for_gate(flight_id, 2);
  audit_settled(api, *server.probe());
  server.stop_cleanly();
}

TEST(ExpiryTest, ABookingThatWasPaidThoughNobodySaidSoIsConfirmed) {
  ServerProcess server({"--mock-timeout-rate", "1", "--mock-success-rate", "1", "--payment-timeout-s", "1",
                        "--mock-min-delay-ms", "0", "--mock-max-delay-ms", "0"});
  server.start();
  ApiClient api(server.port());
  const std::string flight_id = api.add_flight_id(2);
  const json::value booking = api.book(flight_id, 2);
  const json::value settled = api.wait_until_final(text(booking, "booking_id"));
  EXPECT_EQ(text(settled, "status"), "CONFIRMED");
  EXPECT_FALSE(is_null(settled, "payment_ref"));
  EXPECT_EQ(number(api.seat_counts(flight_id), "confirmed"), 2);
  server.stop_cleanly();
}

// The payment service as a process of its own.
class PaymentProcessTest : public testing::Test {
 protected:
  void start_payments(std::vector<std::string> flags) {
    payments.emplace(joined({"--role", "payment-mock"}, flags), Environment{}, no_storage());
    payments->start();
  }
  void start_server(const std::vector<std::string>& flags, std::uint16_t port = 0) {
    server.emplace(joined({"--payment-url", payments->url()}, flags));
    server->start(port);
    api.emplace(server->port());
  }
  void TearDown() override {
    if (server) server->stop_cleanly();
    if (payments) payments->stop_cleanly();
  }

  std::optional<ServerProcess> payments;
  std::optional<ServerProcess> server;
  std::optional<ApiClient> api;
};

TEST_F(PaymentProcessTest, ChargesOverHttp) {
  start_payments(instant_payment("1"));
  start_server({});
  const std::string flight_id = api->add_flight_id(100);
  for (int i = 0; i < 20; ++i) {
    const json::value booking = api->book_to_the_end(flight_id, 2);
    EXPECT_EQ(text(booking, "status"), "CONFIRMED");
    HttpClient bank(payments->port());
    const json::value payment = bank.get("/mock_payment/payments/" + text(booking, "booking_id")).json();
    EXPECT_EQ(text(payment, "payment_id"), text(booking, "payment_ref"));
    EXPECT_EQ(text(payment, "amount"), "398.00");
  }
}

TEST_F(PaymentProcessTest, RefundsOverHttp) {
  start_payments(instant_payment("1"));
  start_server({});
  const std::string booking_id = text(api->book_to_the_end(api->add_flight_id(2)), "booking_id");
  api->cancel(booking_id);
  api->wait_for_refund(booking_id);
  HttpClient bank(payments->port());
  EXPECT_TRUE(field(bank.get("/mock_payment/payments/" + booking_id).json(), "refunded").as_bool());
}

TEST_F(PaymentProcessTest, FailuresFailTheBooking) {
  start_payments(instant_payment("0"));
  start_server({});
  const std::string flight_id = api->add_flight_id(2);
  EXPECT_EQ(text(api->book_to_the_end(flight_id, 2), "status"), "FAILED");
  EXPECT_EQ(number(api->seat_counts(flight_id), "available"), 2);
}

TEST_F(PaymentProcessTest, BookingsWaitWhileItIsAwayAndSettleWhenItIsBack) {
  start_payments(instant_payment("0.5"));
  start_server({"--payment-timeout-s", "1"});
  const std::string flight_id = api->add_flight_id(200);
  for (int i = 0; i < 20; ++i) api->book(flight_id);
  const std::uint16_t payment_port = payments->port();
  payments->kill9();
  std::vector<std::string> stranded;
  for (int i = 0; i < 20; ++i) stranded.push_back(text(api->book(flight_id, 2), "booking_id"));

  // Past their time, still nobody knows whether they were paid: they keep their seats.
  const std::unique_ptr<Probe> probe = server->probe();
  ASSERT_TRUE(eventually([&] {
    const std::string a_second_ago = std::to_string(unix_ms_now() - 1000);
    return probe->number("SELECT COUNT(*) FROM bookings WHERE " + probe->unix_ms("expires_at") + " > " +
                         a_second_ago) == 0;
  }));
  for (const std::string& id : stranded) EXPECT_EQ(text(api->booking(id), "status"), "PENDING");
  EXPECT_GE(number(api->seat_counts(flight_id), "pending"), 40);
  expect_every_seat_accounted_for(*probe);

  payments->start(payment_port);
  for (const std::string& id : stranded) EXPECT_NE(text(api->wait_until_final(id), "status"), "PENDING");
  audit_settled(*api, *probe);
}

TEST_F(PaymentProcessTest, CallbacksAloneSettleBookings) {
  for (const char* success_rate : {"1", "0"}) {
    SCOPED_TRACE(success_rate);
    const std::uint16_t port = free_port();
    const std::string here = "http://127.0.0.1:" + std::to_string(port);
    start_payments(
        joined(instant_payment(success_rate), {"--mock-callback", "only", "--mock-callback-urls", here}));
    start_server({"--callback-base-url", here}, port);
    const std::string flight_id = api->add_flight_id(10);
    const json::value booking = api->book_to_the_end(flight_id, 2);
    EXPECT_EQ(text(booking, "status"), std::string(success_rate) == "1" ? "CONFIRMED" : "FAILED");
    TearDown();
    server.reset();
    payments.reset();
  }
}

TEST_F(PaymentProcessTest, AnswerAndCallbackTogetherSettleOnce) {
  const std::uint16_t port = free_port();
  const std::string here = "http://127.0.0.1:" + std::to_string(port);
  start_payments(joined(instant_payment("1"), {"--mock-callback", "also", "--mock-callback-urls", here}));
  start_server({"--callback-base-url", here}, port);
  const std::string flight_id = api->add_flight_id(50);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(text(api->book_to_the_end(flight_id), "status"), "CONFIRMED");
  const std::unique_ptr<Probe> probe = server->probe();
  EXPECT_EQ(events_of(*probe, "booking.confirmed"), 20);
  audit_settled(*api, *probe);
}

TEST_F(PaymentProcessTest, CallsBackWhereItIsTold) {
  ScriptedPaymentService receiver;
  start_payments(joined(instant_payment("1"), {"--mock-callback", "also", "--mock-callback-urls",
                                               "http://other," + receiver.url()}));
  HttpClient bank(payments->port());
  json::object request = payment_of(fresh_uuid());
  request["callback_url"] = receiver.callback_url();
  const Reply paid = bank.post("/mock_payment/pay", request);
  ASSERT_EQ(paid.status, 200) << paid.body;
  ASSERT_TRUE(eventually([&] { return !receiver.callbacks().empty(); }));
  const json::value callback = receiver.callbacks().front();
  EXPECT_EQ(text(callback, "booking_id"), text(json::value(request), "booking_id"));
  EXPECT_EQ(text(callback, "status"), text(paid.json(), "status"));
  EXPECT_EQ(text(callback, "payment_ref"), text(paid.json(), "payment_id"));
  EXPECT_EQ(text(callback, "amount"), "398.00");
}

TEST_F(PaymentProcessTest, CallsNobodyBackWhomItWasNotTold) {
  ScriptedPaymentService stranger;
  start_payments(joined(instant_payment("1"), {"--mock-callback", "also"}));
  HttpClient bank(payments->port());
  json::object request = payment_of(fresh_uuid());
  request["callback_url"] = stranger.callback_url();
  expect_wrong_fields(bank.post("/mock_payment/pay", request), {"callback_url"});
  EXPECT_TRUE(stranger.callbacks().empty());
}

// A booking with an Idempotency-Key has an id that anybody can compute.
TEST(ForeignPaymentTest, AnotherAmountPaidBeforeDoesNotConfirm) {
  ServerProcess first(instant_payment("1"));
  first.start();
  ApiClient api(first.port());
  const std::string user_id = fresh_uuid();
  const std::vector<std::pair<std::string, std::string>> key{{"Idempotency-Key", "key"},
                                                             {"Prefer", "wait=10"}};
  const std::string flight_id = api.add_flight_id(10);
  // Another deployment tells the id.
  ServerProcess other(instant_payment("1"));
  other.start();
  ApiClient elsewhere(other.port());
  const Reply known = elsewhere.try_book(elsewhere.add_flight_id(10), 2, user_id, key);
  const std::string booking_id = text(known.json(), "booking_id");
  other.stop_cleanly();

  const json::object payment{{"booking_id", booking_id}, {"amount", "0.01"}};
  ASSERT_EQ(api.http().post("/mock_payment/pay", payment).status, 200);
  const Reply booked = api.try_book(flight_id, 2, user_id, key);
  ASSERT_EQ(booked.status, 200) << booked.body;
  EXPECT_EQ(text(booked.json(), "booking_id"), booking_id);
  EXPECT_EQ(text(booked.json(), "status"), "FAILED");
  EXPECT_EQ(text(booked.json(), "failure_reason"), "payment_amount_differs");
  const json::value refunded = api.wait_for_refund(booking_id);
  EXPECT_TRUE(field(api.http().get("/mock_payment/payments/" + booking_id).json(), "refunded").as_bool());
  EXPECT_EQ(number(api.seat_counts(flight_id), "available"), 10);
  const json::value report = api.http().get("/admin/audit").json();
  EXPECT_EQ(number(field(report, "counts"), "amount_paid_differs"), 1) << json::serialize(report);
  first.stop_cleanly();
}

TEST(RestartTest, ABookingPaidBeforeARestartIsRefundedAfterIt) {
  ServerProcess server(instant_payment("1"));
  server.start();
  std::string booking_id;
  {
    ApiClient api(server.port());
    booking_id = text(api.book_to_the_end(api.add_flight_id(10), 2), "booking_id");
  }
  server.stop_cleanly();
  server.start();
  ApiClient api(server.port());
  api.cancel(booking_id);
  const json::value refunded = api.wait_for_refund(booking_id);
  EXPECT_FALSE(text(refunded, "refund_ref").starts_with("void-")) << text(refunded, "refund_ref");
  EXPECT_TRUE(field(api.http().get("/mock_payment/payments/" + booking_id).json(), "refunded").as_bool());
  server.stop_cleanly();
}

TEST(InProcessCallbackTest, CallbacksAloneSettleBookings) {
  const std::uint16_t port = free_port();
  ServerProcess server(joined(instant_payment("1"), {"--mock-callback", "only", "--callback-base-url",
                                                     "http://127.0.0.1:" + std::to_string(port)}));
  server.start(port);
  ApiClient api(server.port());
  EXPECT_EQ(text(api.book_to_the_end(api.add_flight_id(10), 2), "status"), "CONFIRMED");
  server.stop_cleanly();
}

}  // namespace
}  // namespace flightdeck::test
