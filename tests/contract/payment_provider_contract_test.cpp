// What a payment provider promises its callers: one charge and one refund a booking, however often it is
// asked.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <memory>
#include <thread>

#include "contract/temporary_ledger.h"
#include "doubles/manual_loop.h"
#include "doubles/scripted_payment_provider.h"
#include "payment_http/payment_client.h"
#include "payment_mock/mock_payments.h"
#include "support/server_process.h"

namespace flightdeck::payment {
namespace {

using test::id_of;

class ProviderUnderTest {
 public:
  virtual ~ProviderUnderTest() = default;
  virtual PaymentProvider& provider() = 0;
  virtual void run(Task<void> task) = 0;
};

class NoCallbacks final : public CallbackSender {
 public:
  Task<bool> send(CallbackMessage) override { co_return true; }
};

// The mock, and time that passes while somebody waits for it.
class MockUnderTest final : public ProviderUnderTest {
 public:
  explicit MockUnderTest(double success_rate) : book_(settings(success_rate)) {}
  PaymentProvider& provider() override { return mock_; }
  void run(Task<void> task) override {
    auto started = test::start(std::move(task));
    loop_.advance(limits::mock_delay_max);
    started.take();
  }

 private:
  static payment_mock::MockSettings settings(double success_rate) {
    payment_mock::MockSettings made;
    made.success_rate = success_rate;
    return made;
  }
  test::ManualClock clock_{Instant{}};
  test::ManualLoop loop_{clock_};
  SeededRandom random_{1};
  NoCallbacks callbacks_;
  TaskScope scope_{[](std::exception_ptr) { FAIL(); }};
  payment_mock::MockPaymentBook book_;
  payment_mock::MockPayments mock_{book_, loop_, random_, callbacks_, scope_};
};

// The stand-in of the other tests keeps the same promise, or they would prove nothing.
class ScriptedUnderTest final : public ProviderUnderTest {
 public:
  explicit ScriptedUnderTest(double success_rate) {
    using Charge = test::ScriptedPaymentProvider::Charge;
    provider_.on_charge(success_rate > 0.5 ? Charge::paid : Charge::declined);
  }
  PaymentProvider& provider() override { return provider_; }
  void run(Task<void> task) override { test::finish(loop_, std::move(task)); }

 private:
  test::ManualClock clock_{Instant{}};
  test::ManualLoop loop_{clock_};
  test::ScriptedPaymentProvider provider_{loop_};
};

// The mock as a service of its own, over real HTTP.
class ServiceUnderTest final : public ProviderUnderTest {
 public:
  explicit ServiceUnderTest(double success_rate)
      : service_({"--role", "payment-mock", "--mock-success-rate", std::to_string(success_rate),
                  "--mock-min-delay-ms", "0", "--mock-max-delay-ms", "10"}) {
    service_.start();
    provider_.emplace(loop_, net::parse_base_url(service_.url()).value());
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~ServiceUnderTest() override {
    loop_.post([this] {
      provider_->close();
      loop_.stop();
    });
    thread_.join();
    service_.stop_cleanly();
  }
  PaymentProvider& provider() override { return *provider_; }
  void run(Task<void> task) override {
    std::promise<void> ended;
    auto then_say = [](Task<void> inner, std::promise<void>& end) -> Task<void> {
      co_await std::move(inner);
      end.set_value();
    };
    auto whole = std::make_shared<Task<void>>(then_say(std::move(task), ended));
    loop_.post([this, whole] { scope_.spawn(std::move(*whole)); });
    // A call ends by its own deadline.
    ended.get_future().wait();
  }

 private:
  test::ServerProcess service_;
  net::EventLoop loop_;
  // Of the loop's thread.
  TaskScope scope_{[](std::exception_ptr) { FAIL(); }};
  std::optional<payment_http::HttpPaymentProvider> provider_;
  std::thread thread_;
};

struct ProviderKind {
  std::string name;
  std::function<std::unique_ptr<ProviderUnderTest>(double success_rate)> make;
};

class PaymentProviderContract : public ::testing::TestWithParam<ProviderKind> {
 protected:
  template <class T>
  T run(Task<T> task) {
    std::optional<T> result;
    auto keep = [](Task<T> inner, std::optional<T>& out) -> Task<void> {
      out.emplace(co_await std::move(inner));
    };
    under_test->run(keep(std::move(task), result));
    return std::move(*result);
  }
  void all_succeed() { under_test = GetParam().make(1.0); }
  void all_fail() { under_test = GetParam().make(0.0); }
  Result<Payment> charge(std::uint8_t booking, Money amount = Money{19900}) {
    ChargeRequest request{id_of<BookingId>(booking), amount, {}};
    return run(under_test->provider().charge(std::move(request)));
  }
  Result<Payment> find(std::uint8_t booking) {
    return run(under_test->provider().find(id_of<BookingId>(booking)));
  }
  Result<Refund> refund(std::uint8_t booking) {
    RefundRequest request{id_of<BookingId>(booking), {}};
    return run(under_test->provider().refund(std::move(request)));
  }

  std::unique_ptr<ProviderUnderTest> under_test;
};

INSTANTIATE_TEST_SUITE_P(
    All, PaymentProviderContract,
    ::testing::Values(
        ProviderKind{"Mock", [](double rate) { return std::make_unique<MockUnderTest>(rate); }},
        ProviderKind{"Http", [](double rate) { return std::make_unique<ServiceUnderTest>(rate); }},
        ProviderKind{"Scripted", [](double rate) { return std::make_unique<ScriptedUnderTest>(rate); }}),
    [](const auto& kind) { return kind.param.name; });

TEST_P(PaymentProviderContract, ASuccessIsFoundAgain) {
  all_succeed();
  const Payment payment = charge(1).value();
  EXPECT_EQ(payment.status, PaymentStatus::success);
  EXPECT_EQ(payment.amount, Money{19900});
  EXPECT_FALSE(payment.payment_id.empty());
  EXPECT_FALSE(payment.refunded);
  const Payment found = find(1).value();
  EXPECT_EQ(found.payment_id, payment.payment_id);
  EXPECT_EQ(found.status, PaymentStatus::success);
  EXPECT_EQ(found.amount, Money{19900});
}

TEST_P(PaymentProviderContract, AFailureIsAnAnswerNotAnError) {
  all_fail();
  EXPECT_EQ(charge(1).value().status, PaymentStatus::failure);
  EXPECT_EQ(find(1).value().status, PaymentStatus::failure);
}

TEST_P(PaymentProviderContract, ARepeatIsTheSamePayment) {
  all_succeed();
  const Payment first = charge(1).value();
  const Payment again = charge(1).value();
  EXPECT_EQ(again.payment_id, first.payment_id);
  EXPECT_EQ(again.status, first.status);
  EXPECT_NE(charge(2).value().payment_id, first.payment_id);
}

TEST_P(PaymentProviderContract, ASecondAmountIsRefused) {
  all_succeed();
  charge(1).value();
  EXPECT_EQ(charge(1, Money{19901}).error().code, ErrorCode::invalid_state);
  EXPECT_EQ(find(1)->amount, Money{19900});
  EXPECT_EQ(charge(1)->amount, Money{19900}) << "and the first one stands";
}

TEST_P(PaymentProviderContract, ARefundedPaymentIsCalledSoWhenItIsChargedAgain) {
  all_succeed();
  charge(1).value();
  refund(1).value();
  EXPECT_TRUE(charge(1).value().refunded);
}

TEST_P(PaymentProviderContract, WhatWasNeverChargedIsNotFound) {
  all_succeed();
  EXPECT_EQ(find(1).error().code, ErrorCode::not_found);
  EXPECT_EQ(refund(1).error().code, ErrorCode::not_found);
}

TEST_P(PaymentProviderContract, APaymentIsRefundedOnce) {
  all_succeed();
  charge(1).value();
  const Refund first = refund(1).value();
  EXPECT_FALSE(first.refund_id.empty());
  EXPECT_TRUE(find(1).value().refunded);
  EXPECT_EQ(refund(1).value().refund_id, first.refund_id);
}

TEST_P(PaymentProviderContract, WhatWasNotPaidIsNotRefunded) {
  all_fail();
  charge(1).value();
  EXPECT_EQ(refund(1).error().code, ErrorCode::invalid_state);
  EXPECT_FALSE(find(1).value().refunded);
}

}  // namespace
}  // namespace flightdeck::payment
