#include "payment_http/payment_client.h"

#include <gmock/gmock.h>

#include <array>

#include "support/deadline.h"
#include "support/payment_client_fixture.h"
#include "support/silent_service.h"

namespace flightdeck::payment_http {
namespace {

using payment::PaymentStatus;
using test::charge_of;
using test::charged_booking;
using test::eventually;
using test::keep;
using test::Outcome;
using test::PaymentClientTest;
using test::short_deadline;
using test::SilentService;
using test::Socket;

TEST_F(PaymentClientTest, Charges) {
  script_.answer(200, R"({"payment_id": "pay-1", "status": "success", "amount": "198.99", "refunded": true,
                          "new_field": [1]})");
  const auto paid = ask([&] { return provider->charge(charge_of("http://a.example/payment/callback")); });
  ASSERT_TRUE(paid);
  EXPECT_EQ(paid->payment_id, "pay-1");
  EXPECT_EQ(paid->status, PaymentStatus::success);
  EXPECT_EQ(paid->amount, Money{19'899}) << "what it says, not what it was asked for";
  EXPECT_TRUE(paid->refunded);
  EXPECT_EQ(
      script_.last(),
      R"(POST /mock_payment/pay {"booking_id":"01970000-0000-7000-8000-000000000001","amount":"199.00",)"
      R"("callback_url":"http://a.example/payment/callback"})");
  script_.answer(202, R"({"payment_id": "pay-1", "status": "pending"})");
  EXPECT_EQ(charge()->status, PaymentStatus::pending);
  script_.answer(200, R"({"payment_id": "pay-1", "status": "failure"})");
  EXPECT_EQ(charge()->status, PaymentStatus::failure);
  script_.answer(409, "{}");
  EXPECT_EQ(charge().error().code, ErrorCode::invalid_state) << "it has a payment of another amount";
}

TEST_F(PaymentClientTest, AnAmountThatIsNotStatedIsNotGuessed) {
  for (const char* rest :
       {"", R"(, "amount": "199.00")", R"(, "refunded": false)", R"(, "amount": 199.001, "refunded": false)",
        R"(, "amount": null, "refunded": false)", R"(, "amount": "199.00", "refunded": "no")"}) {
    script_.answer(200, R"({"payment_id": "pay-1", "status": "success")" + std::string(rest) + "}");
    const auto paid = charge();
    ASSERT_TRUE(paid) << rest;
    EXPECT_EQ(paid->amount, std::nullopt) << rest;
    EXPECT_FALSE(states_what_was_paid(*paid)) << rest;
    EXPECT_EQ(ask([&] { return provider->find(charged_booking); }).error().code, ErrorCode::unavailable)
        << rest;
  }
  script_.answer(200, R"({"payment_id": "pay-1", "status": "success", "amount": 199, "refunded": false})");
  EXPECT_EQ(charge()->amount, Money{19'900});
}

TEST_F(PaymentClientTest, Finds) {
  script_.answer(200,
                 R"({"payment_id": "pay-1", "status": "success", "amount": "199.00", "refunded": true})");
  const auto found = ask([&] { return provider->find(charged_booking); });
  ASSERT_TRUE(found);
  EXPECT_EQ(found->amount, Money{19'900});
  EXPECT_TRUE(found->refunded);
  EXPECT_EQ(script_.last(), "GET /mock_payment/payments/01970000-0000-7000-8000-000000000001 ");
  script_.answer(404, "{}");
  EXPECT_EQ(ask([&] { return provider->find(charged_booking); }).error().code, ErrorCode::not_found);
  script_.answer(409, "{}");
  EXPECT_EQ(ask([&] { return provider->find(charged_booking); }).error().code, ErrorCode::unavailable);
}

TEST_F(PaymentClientTest, Refunds) {
  script_.answer(200, R"({"refund_id": "refund-1"})");
  const payment::RefundRequest request{charged_booking, "pay-1"};
  const auto refund = ask([&] { return provider->refund(request); });
  ASSERT_TRUE(refund);
  EXPECT_EQ(refund->refund_id, "refund-1");
  EXPECT_EQ(script_.last(),
            R"(POST /mock_payment/refund {"booking_id":"01970000-0000-7000-8000-000000000001",)"
            R"("payment_id":"pay-1"})");
  script_.answer(404, "{}");
  EXPECT_EQ(ask([&] { return provider->refund(request); }).error().code, ErrorCode::not_found);
  script_.answer(409, "{}");
  EXPECT_EQ(ask([&] { return provider->refund(request); }).error().code, ErrorCode::invalid_state);
  script_.answer(200, R"({"refund_id": ""})");
  EXPECT_EQ(ask([&] { return provider->refund(request); }).error().code, ErrorCode::unavailable);
}

TEST_F(PaymentClientTest, AnAnswerThatCannotBeReadIsUnavailable) {
  const std::vector<std::pair<int, std::string>> answers = {
      {200, "garbage"},
      {200, ""},
      {200, "[]"},
      {200, R"({"payment_id": "p"})"},
      {200, R"({"payment_id": "p", "status": "maybe"})"},
      {200, R"({"payment_id": "", "status": "success"})"},
      {200, R"({"payment_id": "pay\u0000", "status": "success"})"},
      {200, R"({"payment_id": 5, "status": "success"})"},
      {500, "{}"},
      {404, "{}"},
      {503, "{}"},
      {200, R"({"payment_id": ")" + std::string(70'000, 'x') + R"(", "status": "success"})"}};
  for (const auto& [status, body] : answers) {
    script_.answer(status, body);
    const auto paid = charge();
    ASSERT_FALSE(paid) << body;
    EXPECT_EQ(paid.error().code, ErrorCode::unavailable) << body;
  }
}

TEST_F(PaymentClientTest, KeepsItsConnectionAlive) {
  script_.answer(200, R"({"payment_id": "pay-1", "status": "success"})");
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(charge());
  EXPECT_EQ(server->sessions(), 1U);
}

TEST_F(PaymentClientTest, ReplacesAConnectionThatTheServiceHasClosed) {
  script_.answer(200, R"({"payment_id": "pay-1", "status": "success"})");
  ASSERT_TRUE(charge());
  server->close_all();
  ASSERT_TRUE(eventually([&] { return server->sessions() == 0; }));
  EXPECT_TRUE(charge());
  EXPECT_EQ(script_.asked.size(), 2U);
}

TEST_F(PaymentClientTest, NobodyThereIsUnavailable) {
  connect("http://127.0.0.1:" + std::to_string(test::free_port()));
  EXPECT_EQ(charge().error().code, ErrorCode::unavailable);
  connect("http://no.such.host.invalid:1", {.deadline = Milliseconds(2000)});
  EXPECT_EQ(charge().error().code, ErrorCode::unavailable);
}

TEST_F(PaymentClientTest, FindsAServiceByName) {
  script_.answer(200, R"({"payment_id": "pay-1", "status": "success"})");
  connect("http://localhost:" + std::to_string(server->port()));
  EXPECT_TRUE(charge());
}

TEST_F(PaymentClientTest, GivesUpAtTheDeadline) {
  SilentService silent;
  connect(silent.url(), {.deadline = short_deadline});
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(charge().error().code, ErrorCode::unavailable);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, short_deadline);
}

TEST_F(PaymentClientTest, AnAnswerInPiecesIsReadAndOneThatStopsIsNot) {
  for (const bool whole : {true, false}) {
    SilentService service;
    connect(service.url(), {.deadline = Milliseconds(1000)});
    std::thread answering([&] {
      Socket socket = service.accept();
      const test::Deadline deadline(std::chrono::seconds(5));
      std::string request;
      while (request.find("\r\n\r\n") == std::string::npos) socket.receive_some(request, deadline);
      const std::string body = R"({"payment_id": "pay-1", "status": "success"})";
      const std::string answer =
          "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) +
          "\r\n\r\n" + body;
      const std::size_t end = whole ? answer.size() : answer.size() - 1;
      for (std::size_t i = 0; i < end; ++i) socket.send_all(answer.substr(i, 1), deadline);
    });
    const auto paid = charge();
    answering.join();
    EXPECT_EQ(paid.has_value(), whole);
    if (!whole) {
      EXPECT_EQ(paid.error().code, ErrorCode::unavailable);
    }
  }
}

TEST_F(PaymentClientTest, BoundsWhatIsUnderWay) {
  SilentService silent;
  connect(silent.url(), {.deadline = short_deadline, .connections_max = 2, .queued_max = 3});
  std::array<Outcome<Result<payment::Payment>>, 8> outcomes;
  charge_all(outcomes);
  int overloaded = 0;
  int unavailable = 0;
  for (auto& outcome : outcomes) {
    outcome.done.wait(false);
    (outcome.value->error().code == ErrorCode::overloaded ? overloaded : unavailable)++;
  }
  EXPECT_EQ(overloaded, 3);
  EXPECT_EQ(unavailable, 5);
}

TEST_F(PaymentClientTest, ManyCallsShareFewConnections) {
  script_.answer(200, R"({"payment_id": "pay-1", "status": "success"})");
  connect(server->url(), {.connections_max = 3});
  std::array<Outcome<Result<payment::Payment>>, 200> outcomes;
  charge_all(outcomes);
  for (auto& outcome : outcomes) {
    outcome.done.wait(false);
    EXPECT_TRUE(*outcome.value);
  }
  EXPECT_LE(server->sessions(), 3U);
}

TEST_F(PaymentClientTest, CloseEndsEveryCall) {
  SilentService silent;
  connect(silent.url(), {.connections_max = 1});
  // One under way, two waiting.
  std::array<Outcome<Result<payment::Payment>>, 3> outcomes;
  charge_all(outcomes);
  client.run([&] { provider->close(); });
  for (auto& outcome : outcomes) {
    outcome.done.wait(false);
    EXPECT_EQ(outcome.value->error().code, ErrorCode::unavailable);
  }
  EXPECT_EQ(charge().error().code, ErrorCode::unavailable) << "from now on";
}

TEST_F(PaymentClientTest, TheEndOfTheLoopEndsEveryCall) {
  SilentService silent;
  connect(silent.url());
  Outcome<Result<payment::Payment>> outcome;
  client.run([&] { scope.spawn(keep<Result<payment::Payment>>(provider->charge(charge_of()), outcome)); });
  client.stop();
  ASSERT_TRUE(outcome.done);
  EXPECT_EQ(outcome.value->error().code, ErrorCode::unavailable);
  EXPECT_EQ(scope.running(), 0U);
}

TEST_F(PaymentClientTest, SendsCallbacks) {
  std::unique_ptr<HttpCallbackSender> sender;
  client.run([&] { sender = std::make_unique<HttpCallbackSender>(client.loop()); });
  script_.answer(200, "{}");
  payment::CallbackMessage message{server->url() + "/callback", charged_booking, PaymentStatus::success,
                                   "pay-1", std::nullopt};
  EXPECT_TRUE(ask([&] { return sender->send(message); }));
  EXPECT_EQ(script_.last(), R"(POST /callback {"booking_id":"01970000-0000-7000-8000-000000000001",)"
                            R"("status":"success","payment_ref":"pay-1"})");
  message.amount = Money{19'900};
  EXPECT_TRUE(ask([&] { return sender->send(message); }));
  EXPECT_EQ(script_.last(), R"(POST /callback {"booking_id":"01970000-0000-7000-8000-000000000001",)"
                            R"("status":"success","payment_ref":"pay-1","amount":"199.00"})");
  script_.answer(409, "{}");
  EXPECT_FALSE(ask([&] { return sender->send(message); }));
  message.url = "not a url";
  EXPECT_FALSE(ask([&] { return sender->send(message); }));
  client.run([&] { sender->close(); });
}

}  // namespace
}  // namespace flightdeck::payment_http
