// A payment service that says what its script says, and a client of it on a loop of its own.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "payment_http/payment_client.h"
#include "support/server_fixture.h"

namespace flightdeck::test {

// What the payment service says next, and what it was asked.
struct Script {
  std::mutex mutex;
  int status = 200;
  std::string body;
  std::vector<std::string> asked;

  http::Response take(const http::Request& request) {
    const std::lock_guard lock(mutex);
    asked.push_back(std::string(to_string(request.method)) + ' ' + std::string(request.path) + ' ' +
                    request.body);
    return http::json_response(status, body);
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
inline Script* script = nullptr;

inline Task<http::Response> answer_by_script(const http::Request& request) {
  co_return script->take(request);
}
inline constexpr TestRoute payment_service_routes[] = {
    {http::Method::post, "/mock_payment/pay", answer_by_script},
    {http::Method::get, "/mock_payment/payments/{id}", answer_by_script},
    {http::Method::post, "/mock_payment/refund", answer_by_script},
    {http::Method::post, "/callback", answer_by_script}};

inline const BookingId charged_booking = *BookingId::parse("01970000-0000-7000-8000-000000000001");
inline constexpr Milliseconds short_deadline{150};

inline payment::ChargeRequest charge_of(std::string callback_url = {}) {
  return {charged_booking, Money{19'900}, std::move(callback_url)};
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
    server.emplace(payment_service_routes);
    connect(server->url());
  }
  void TearDown() override {
    client.run([&] { provider->close(); });
    client.stop();
  }

  void connect(const std::string& url, net::HttpClientOptions options = {}) {
    client.run([&] {
      if (provider) provider->close();
      provider = std::make_unique<payment_http::HttpPaymentProvider>(client.loop(), *net::parse_base_url(url),
                                                                     options);
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
  // As many calls as there are outcomes, begun in one turn of the loop.
  template <class Outcomes>
  void charge_all(Outcomes& outcomes) {
    client.run([&] {
      for (auto& outcome : outcomes)
        scope.spawn(keep<Result<payment::Payment>>(provider->charge(charge_of()), outcome));
    });
  }
  template <class Outcomes>
  static void wait_for(Outcomes& outcomes) {
    for (auto& outcome : outcomes) outcome.done.wait(false);
  }
  Result<payment::Payment> charge() {
    return ask([&] { return provider->charge(charge_of()); });
  }

  Script script_;
  std::optional<RunningServer> server;
  LoopThread client;
  TaskScope scope{[](const std::exception_ptr&) { ADD_FAILURE(); }};
  std::unique_ptr<payment_http::HttpPaymentProvider> provider;
};

}  // namespace flightdeck::test
