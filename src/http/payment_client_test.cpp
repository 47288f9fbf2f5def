#include "http/payment_client.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>

#include "http/server_fixture.h"
#include "support/deadline.h"
#include "support/socket.h"

namespace flightdeck::http {
namespace {

using payment::PaymentStatus;
using test::eventually;
using test::Socket;

// What the payment service says next, and what it was asked.
struct Script {
  std::mutex mutex;
  int status = 200;
  std::string body;
  std::vector<std::string> asked;

  Response take(const Request& request) {
    const std::lock_guard lock(mutex);
    asked.push_back(std::string(to_string(request.method)) + ' ' + std::string(request.path) + ' ' +
                    request.body);
    return json_response(status, body);
  }
  void answer(int new_status, std::string new_body) {
    const std::lock_guard lock(mutex);
    status = new_status;
    body = std::move(new_body);
  }
  std::string last() {
    const std::lock_guard lock(mutex);
    return asked.empty() ? "(nothing)" : asked.back();
  }
};
Script* script = nullptr;

Task<Response> answer_by_script(Api&, const Request& request) { co_return script->take(request); }
constexpr Route routes[] = {{Method::post, "/mock_payment/pay", answer_by_script},
                            {Method::get, "/mock_payment/payments/{id}", answer_by_script},
                            {Method::post, "/mock_payment/refund", answer_by_script},
                            {Method::post, "/callback", answer_by_script}};

const BookingId booking = *BookingId::parse("01970000-0000-7000-8000-000000000001");
constexpr Milliseconds short_deadline{150};

payment::ChargeRequest charge_of(std::string callback_url = {}) {
  return {booking, Money{19'900}, std::move(callback_url)};
}

template <class T>
struct Outcome {
  std::optional<T> value;
  std::atomic<bool> done{false};
};

template <class T>
Task<void> keep(Task<T> task, Outcome<T>& outcome) {
  outcome.value.emplace(co_await std::move(task));
  outcome.done.store(true);
  outcome.done.notify_all();
}

class PaymentClientTest : public testing::Test {
 protected:
  void SetUp() override {
    script = &script_;
    server.emplace(routes);
    connect(server->url());
  }
  void TearDown() override {
    client.run([&] { provider->close(); });
    client.stop();
  }

  void connect(const std::string& url, HttpClientOptions options = {}) {
    client.run([&] {
      if (provider) provider->close();
      provider = std::make_unique<HttpPaymentProvider>(client.loop(), *parse_base_url(url), options);
    });
  }
  // Runs what `make` makes on the client's loop.
  template <class Make>
  auto ask(Make make) {
    using T = typename decltype(make())::promise_type;
    return ask_for(make, static_cast<T*>(nullptr));
  }
  template <class Make, class T>
  T ask_for(Make make, task_detail::Promise<T>*) {
    Outcome<T> outcome;
    client.run([&] { scope.spawn(keep<T>(make(), outcome)); });
    outcome.done.wait(false);
    return std::move(*outcome.value);
  }
  Result<payment::Payment> charge() {
    return ask([&] { return provider->charge(charge_of()); });
  }

  Script script_;
  std::optional<RunningServer> server;
  LoopThread client;
  TaskScope scope{[](const std::exception_ptr&) { ADD_FAILURE(); }};
  std::unique_ptr<HttpPaymentProvider> provider;
};

// A socket that is listened on and never answered.
class SilentService {
 public:
  SilentService() : listener_(Socket::listen_loopback(0)) {}
  std::string url() const { return "http://127.0.0.1:" + std::to_string(listener_.local_port()); }
  Socket accept() { return listener_.accept(); }

 private:
  Socket listener_;
};

TEST_F(PaymentClientTest, Charges) {
  script_.answer(200, R"({"payment_id": "pay-1", "status": "success", "new_field": [1]})");
  const auto paid = ask([&] { return provider->charge(charge_of("http://a.example/payment/callback")); });
  ASSERT_TRUE(paid);
  EXPECT_EQ(paid->payment_id, "pay-1");
  EXPECT_EQ(paid->status, PaymentStatus::success);
  EXPECT_EQ(paid->amount, Money{19'900});
  EXPECT_EQ(
      script_.last(),
      R"(POST /mock_payment/pay {"booking_id":"01970000-0000-7000-8000-000000000001","amount":"199.00",)"
      R"("callback_url":"http://a.example/payment/callback"})");
  script_.answer(202, R"({"payment_id": "pay-1", "status": "pending"})");
  EXPECT_EQ(charge()->status, PaymentStatus::pending);
  script_.answer(200, R"({"payment_id": "pay-1", "status": "failure"})");
  EXPECT_EQ(charge()->status, PaymentStatus::failure);
}

TEST_F(PaymentClientTest, Finds) {
  script_.answer(200,
                 R"({"payment_id": "pay-1", "status": "success", "amount": "199.00", "refunded": true})");
  const auto found = ask([&] { return provider->find(booking); });
  ASSERT_TRUE(found);
  EXPECT_EQ(found->amount, Money{19'900});
  EXPECT_TRUE(found->refunded);
  EXPECT_EQ(script_.last(), "GET /mock_payment/payments/01970000-0000-7000-8000-000000000001 ");
  script_.answer(404, "{}");
  EXPECT_EQ(ask([&] { return provider->find(booking); }).error().code, ErrorCode::not_found);
  script_.answer(409, "{}");
  EXPECT_EQ(ask([&] { return provider->find(booking); }).error().code, ErrorCode::unavailable);
}

TEST_F(PaymentClientTest, Refunds) {
  script_.answer(200, R"({"refund_id": "refund-1"})");
  const auto refund = ask([&] { return provider->refund(booking); });
  ASSERT_TRUE(refund);
  EXPECT_EQ(refund->refund_id, "refund-1");
  EXPECT_EQ(script_.last(),
            R"(POST /mock_payment/refund {"booking_id":"01970000-0000-7000-8000-000000000001"})");
  script_.answer(404, "{}");
  EXPECT_EQ(ask([&] { return provider->refund(booking); }).error().code, ErrorCode::not_found);
  script_.answer(409, "{}");
  EXPECT_EQ(ask([&] { return provider->refund(booking); }).error().code, ErrorCode::invalid_state);
  script_.answer(200, R"({"refund_id": ""})");
  EXPECT_EQ(ask([&] { return provider->refund(booking); }).error().code, ErrorCode::unavailable);
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
  client.run([&] {
    for (auto& outcome : outcomes)
      scope.spawn(keep<Result<payment::Payment>>(provider->charge(charge_of()), outcome));
  });
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
  client.run([&] {
    for (auto& outcome : outcomes)
      scope.spawn(keep<Result<payment::Payment>>(provider->charge(charge_of()), outcome));
  });
  for (auto& outcome : outcomes) {
    outcome.done.wait(false);
    EXPECT_TRUE(*outcome.value);
  }
  EXPECT_LE(server->sessions(), 3U);
}

// Reads requests until there are so many; they have a body of `{…}` each.
void receive_requests(Socket& socket, std::size_t count, const test::Deadline& deadline) {
  std::string text;
  while (static_cast<std::size_t>(std::count(text.begin(), text.end(), '}')) < count)
    socket.receive_some(text, deadline);
}

std::string answer_of(const std::string& payment, const std::string& field = {}) {
  const std::string body = R"({"payment_id": ")" + payment + R"(", "status": "success"})";
  return "HTTP/1.1 200 OK\r\n" + field + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

class PipelinedCallsTest : public PaymentClientTest {
 protected:
  using Outcomes = std::array<Outcome<Result<payment::Payment>>, 4>;

  static constexpr HttpClientOptions always{.pipeline_below = std::chrono::hours(1)};

  void charge_all(Outcomes& outcomes) {
    client.run([&] {
      for (auto& outcome : outcomes)
        scope.spawn(keep<Result<payment::Payment>>(provider->charge(charge_of()), outcome));
    });
  }
  static void wait_for(Outcomes& outcomes) {
    for (auto& outcome : outcomes) outcome.done.wait(false);
  }
  // A service that answers one call, then does `then` with the connection on which four more have come, then answers
  // `asked_again` calls on connections of their own. What became of the four.
  void serve(Outcomes& outcomes, const std::function<void(Socket&, const test::Deadline&)>& then,
             int asked_again) {
    SilentService service;
    connect(service.url(), always);
    const test::Deadline deadline(std::chrono::seconds(10));
    std::thread answering([&] {
      {
        Socket socket = service.accept();
        receive_requests(socket, 1, deadline);
        socket.send_all(answer_of("first"), deadline);
        receive_requests(socket, outcomes.size(), deadline);
        then(socket, deadline);
      }
      for (int i = 0; i < asked_again; ++i) {
        Socket socket = service.accept();
        receive_requests(socket, 1, deadline);
        socket.send_all(answer_of("again"), deadline);
      }
    });
    EXPECT_TRUE(charge());
    charge_all(outcomes);
    wait_for(outcomes);
    answering.join();
  }
  static std::vector<std::string> payments(const Outcomes& outcomes) {
    std::vector<std::string> ids;
    for (const auto& outcome : outcomes)
      ids.push_back(*outcome.value ? (*outcome.value)->payment_id : "none");
    return ids;
  }
};

TEST_F(PipelinedCallsTest, AnswersGoToTheCallsInTheirOrder) {
  Outcomes outcomes;
  serve(
      outcomes,
      [](Socket& socket, const test::Deadline& deadline) {
        std::string answers;
        for (const char* id : {"a", "b", "c", "d"}) answers += answer_of(id);
        for (std::size_t i = 0; i < answers.size(); i += 50) socket.send_all(answers.substr(i, 50), deadline);
      },
      0);
  EXPECT_EQ(payments(outcomes), (std::vector<std::string>{"a", "b", "c", "d"}));
}

TEST_F(PipelinedCallsTest, ThoseBehindAClosedConnectionAreAskedAgain) {
  Outcomes outcomes;
  serve(
      outcomes,
      [](Socket& socket, const test::Deadline& deadline) {
        socket.send_all(answer_of("a", "Connection: close\r\n"), deadline);
      },
      3);
  EXPECT_EQ(payments(outcomes), (std::vector<std::string>{"a", "again", "again", "again"}));
}

TEST_F(PipelinedCallsTest, AnAnswerThatBreaksOffCostsOneCall) {
  Outcomes outcomes;
  serve(
      outcomes,
      [](Socket& socket, const test::Deadline& deadline) {
        socket.send_all(answer_of("a") + "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", deadline);
      },
      2);
  EXPECT_EQ(payments(outcomes), (std::vector<std::string>{"a", "none", "again", "again"}));
}

TEST_F(PipelinedCallsTest, AnAnswerThatNobodyAskedForIsNobodys) {
  SilentService service;
  connect(service.url());
  const test::Deadline deadline(std::chrono::seconds(10));
  std::atomic<bool> answered{false};
  std::atomic<bool> unasked{false};
  std::thread answering([&] {
    Socket socket = service.accept();
    receive_requests(socket, 1, deadline);
    socket.send_all(answer_of("first"), deadline);
    answered.wait(false);
    socket.send_all(answer_of("unasked"), deadline);
    unasked = true;
    unasked.notify_all();
    Socket other = service.accept();
    receive_requests(other, 1, deadline);
    other.send_all(answer_of("second"), deadline);
  });
  EXPECT_EQ(charge()->payment_id, "first");
  answered = true;
  answered.notify_all();
  unasked.wait(false);
  EXPECT_EQ(charge()->payment_id, "second");
  answering.join();
}

TEST_F(PipelinedCallsTest, NobodyIsAskedThrice) {
  Outcomes outcomes;
  SilentService service;
  connect(service.url(), always);
  const test::Deadline deadline(std::chrono::seconds(10));
  std::thread answering([&] {
    {
      Socket socket = service.accept();
      receive_requests(socket, 1, deadline);
      socket.send_all(answer_of("first"), deadline);
      receive_requests(socket, outcomes.size(), deadline);
    }
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
      Socket socket = service.accept();
      receive_requests(socket, 1, deadline);
    }
  });
  EXPECT_TRUE(charge());
  charge_all(outcomes);
  wait_for(outcomes);
  answering.join();
  EXPECT_EQ(payments(outcomes), (std::vector<std::string>(outcomes.size(), "none")));
}

TEST_F(PipelinedCallsTest, ASilentOneEndsThemAllAtTheDeadline) {
  Outcomes outcomes;
  SilentService service;
  connect(service.url(), {.deadline = short_deadline, .pipeline_below = always.pipeline_below});
  const test::Deadline deadline(std::chrono::seconds(10));
  std::thread answering([&] {
    Socket socket = service.accept();
    receive_requests(socket, 1, deadline);
    socket.send_all(answer_of("first"), deadline);
    receive_requests(socket, outcomes.size(), deadline);
    wait_for(outcomes);
  });
  ASSERT_TRUE(charge());
  charge_all(outcomes);
  answering.join();
  EXPECT_EQ(payments(outcomes), (std::vector<std::string>(outcomes.size(), "none")));
}

TEST_F(PipelinedCallsTest, NoMoreThanTheDepthShareAConnection) {
  script_.answer(200, R"({"payment_id": "pay-1", "status": "success"})");
  constexpr std::size_t connections = 3;
  std::array<Outcome<Result<payment::Payment>>, connections * limits::http_pipeline_depth> outcomes;
  connect(server->url(), always);
  ASSERT_TRUE(charge());
  client.run([&] {
    for (auto& outcome : outcomes)
      scope.spawn(keep<Result<payment::Payment>>(provider->charge(charge_of()), outcome));
  });
  for (auto& outcome : outcomes) {
    outcome.done.wait(false);
    EXPECT_TRUE(*outcome.value);
  }
  EXPECT_EQ(server->sessions(), connections);
}

TEST_F(PipelinedCallsTest, ASlowServiceIsAskedOnOneConnectionACall) {
  script_.answer(200, R"({"payment_id": "pay-1", "status": "success"})");
  Outcomes outcomes;
  connect(server->url(), {.pipeline_below = Milliseconds(0)});
  ASSERT_TRUE(charge());
  charge_all(outcomes);
  wait_for(outcomes);
  EXPECT_EQ(server->sessions(), outcomes.size());
}

TEST_F(PaymentClientTest, CloseEndsEveryCall) {
  SilentService silent;
  connect(silent.url(), {.connections_max = 1});
  std::array<Outcome<Result<payment::Payment>>, 3> outcomes;  // one under way, two waiting
  client.run([&] {
    for (auto& outcome : outcomes)
      scope.spawn(keep<Result<payment::Payment>>(provider->charge(charge_of()), outcome));
  });
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
  payment::CallbackMessage message{server->url() + "/callback", booking, PaymentStatus::success, "pay-1"};
  EXPECT_TRUE(ask([&] { return sender->send(message); }));
  EXPECT_EQ(script_.last(), R"(POST /callback {"booking_id":"01970000-0000-7000-8000-000000000001",)"
                            R"("status":"success","payment_ref":"pay-1"})");
  script_.answer(409, "{}");
  EXPECT_FALSE(ask([&] { return sender->send(message); }));
  message.url = "not a url";
  EXPECT_FALSE(ask([&] { return sender->send(message); }));
  client.run([&] { sender->close(); });
}

}  // namespace
}  // namespace flightdeck::http
