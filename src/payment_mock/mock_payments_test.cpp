#include "payment_mock/mock_payments.h"

#include <gtest/gtest.h>

#include <vector>

#include "doubles/manual_loop.h"

namespace flightdeck::payment_mock {
namespace {

using payment::CallbackMessage;
using payment::ChargeRequest;
using payment::Payment;
using payment::PaymentStatus;
using payment::Refund;

class RecordingCallbacks final : public payment::CallbackSender {
 public:
  Task<bool> send(CallbackMessage message) override {
    sent.push_back(std::move(message));
    if (failures_to_come == 0) co_return true;
    --failures_to_come;
    co_return false;
  }
  std::vector<CallbackMessage> sent;
  int failures_to_come = 0;
};

BookingId id_of(int number) {
  BookingId id;
  id.value.data()[15] = static_cast<std::uint8_t>(number);
  return id;
}

using Answer = test::Started<Result<Payment>>;

// One I/O thread of the mock. Several can share a book; each has a time of its own.
class MockThread {
 public:
  explicit MockThread(MockPaymentBook& book, Milliseconds patience = std::chrono::seconds(30))
      : payments(book, loop, random, callbacks, scope, patience) {}

  ~MockThread() {
    payments.close();
    loop.run();
    EXPECT_EQ(scope.running(), 0U) << "a coroutine is left suspended";
    for (const Answer& answer : charges_) EXPECT_TRUE(answer.done()) << "a call is left suspended";
  }
  MockThread(const MockThread&) = delete;
  MockThread& operator=(const MockThread&) = delete;

  Answer charge(BookingId booking, std::string url = {}, Money amount = Money{39'800}) {
    ChargeRequest request{booking, amount, std::move(url)};
    return charges_.emplace_back(test::start(payments.charge(std::move(request))));
  }
  Result<Payment> charge_at_once(BookingId booking, std::string url = {}, Money amount = Money{39'800}) {
    return charge(booking, std::move(url), amount).take();
  }
  Result<Payment> find(BookingId booking) { return test::finish_inline(payments.find(booking)); }
  Result<Refund> refund(BookingId booking, std::string named = {}) {
    payment::RefundRequest request{booking, std::move(named)};
    return test::finish_inline(payments.refund(std::move(request)));
  }

  test::ManualClock clock{from_unix_ms(0)};
  test::ManualLoop loop{clock};
  SeededRandom random{1};
  RecordingCallbacks callbacks;
  TaskScope scope{[](std::exception_ptr failure) { std::rethrow_exception(std::move(failure)); }};
  MockPayments payments;

 private:
  std::vector<Answer> charges_;
};

constexpr Milliseconds delay{100};
constexpr const char* url = "http://127.0.0.1:8080/payment/callback";

MockSettings settings_with(double success_rate, CallbackMode callback = CallbackMode::off,
                           double timeout_rate = 0) {
  return {.success_rate = success_rate,
          .min_delay = delay,
          .max_delay = delay,
          .callback = callback,
          .timeout_rate = timeout_rate};
}

TEST(MockPayments, AnswersAfterItsDelay) {
  MockPaymentBook book(settings_with(1));
  MockThread thread(book);
  auto answer = thread.charge(id_of(1));
  EXPECT_EQ(thread.find(id_of(1)).error().code, ErrorCode::not_found);
  thread.loop.advance(delay - Milliseconds{1});
  EXPECT_FALSE(answer.done());
  thread.loop.advance(Milliseconds{1});
  ASSERT_TRUE(answer.done());
  const Payment payment = answer.take().value();
  EXPECT_EQ(payment.status, PaymentStatus::success);
  EXPECT_EQ(payment.amount, Money{39'800});
  EXPECT_EQ(thread.find(id_of(1)).value().payment_id, payment.payment_id);
}

TEST(MockPayments, WithoutADelayItNeedsNoTimer) {
  MockSettings settings = settings_with(1);
  settings.min_delay = settings.max_delay = Milliseconds{0};
  MockPaymentBook book(settings);
  MockThread thread(book);
  EXPECT_EQ(thread.charge_at_once(id_of(1)).value().status, PaymentStatus::success);
}

TEST(MockPayments, AnswersARepeatAtOnce) {
  MockPaymentBook book(settings_with(0));
  MockThread thread(book);
  thread.charge(id_of(1));
  thread.loop.advance(delay);
  const auto again = thread.charge_at_once(id_of(1));
  EXPECT_EQ(again.value().status, PaymentStatus::failure);
  EXPECT_EQ(again.value().amount, Money{39'800});
}

TEST(MockPayments, RefusesASecondAmountBeforeAndAfterTheDecision) {
  MockPaymentBook book(settings_with(1));
  MockThread thread(book);
  auto first = thread.charge(id_of(1));
  EXPECT_EQ(thread.charge_at_once(id_of(1), {}, Money{1}).error().code, ErrorCode::invalid_state);
  thread.loop.advance(delay);
  EXPECT_EQ(thread.charge_at_once(id_of(1), {}, Money{1}).error().code, ErrorCode::invalid_state);
  EXPECT_EQ(first.take().value().amount, Money{39'800});
  EXPECT_EQ(thread.charge_at_once(id_of(1)).value().amount, Money{39'800});
}

TEST(MockPayments, ARepeatBeforeTheDecisionWaitsForIt) {
  MockPaymentBook book(settings_with(1));
  MockThread thread(book);
  auto first = thread.charge(id_of(1));
  thread.loop.advance(Milliseconds{55});
  auto second = thread.charge(id_of(1));
  EXPECT_FALSE(second.done());
  thread.loop.advance(Milliseconds{45});
  ASSERT_TRUE(first.done());
  thread.loop.advance(limits::mock_repeat_poll);
  ASSERT_TRUE(second.done());
  EXPECT_EQ(second.take().value().payment_id, first.take().value().payment_id);
  EXPECT_EQ(thread.loop.timers_running(), 0U);
}

TEST(MockPayments, ARepeatOnAnotherThreadWaitsToo) {
  MockPaymentBook book(settings_with(1));
  MockThread one(book);
  MockThread other(book);
  one.charge(id_of(1));
  auto second = other.charge(id_of(1));
  other.loop.advance(delay);
  EXPECT_FALSE(second.done());
  one.loop.advance(delay);
  other.loop.advance(limits::mock_repeat_poll);
  ASSERT_TRUE(second.done());
  EXPECT_TRUE(second.take().has_value());
}

TEST(MockPayments, RefundsOnce) {
  MockPaymentBook book(settings_with(1));
  MockThread thread(book);
  EXPECT_EQ(thread.refund(id_of(1)).error().code, ErrorCode::not_found);
  thread.charge(id_of(1));
  thread.loop.advance(delay);
  const auto refund = thread.refund(id_of(1));
  ASSERT_TRUE(refund);
  EXPECT_EQ(thread.refund(id_of(1)).value().refund_id, refund->refund_id);
  EXPECT_TRUE(thread.find(id_of(1)).value().refunded);
}

TEST(MockPayments, RefundsWhatWasPaidBeforeItWasStartedAnew) {
  std::string paid_as;
  {
    MockPaymentBook book(settings_with(1));
    MockThread thread(book);
    auto paid = thread.charge(id_of(1));
    thread.loop.advance(delay);
    paid_as = paid.take().value().payment_id;
  }
  // Whatever it would decide now.
  MockPaymentBook book(settings_with(0));
  MockThread thread(book);
  EXPECT_EQ(thread.refund(id_of(1)).error().code, ErrorCode::not_found);
  EXPECT_EQ(thread.refund(id_of(1), "another").error().code, ErrorCode::not_found);
  const auto refund = thread.refund(id_of(1), paid_as);
  ASSERT_TRUE(refund);
  EXPECT_EQ(thread.refund(id_of(1), paid_as).value().refund_id, refund->refund_id);
  EXPECT_EQ(thread.refund(id_of(1)).value().refund_id, refund->refund_id);
  EXPECT_TRUE(thread.find(id_of(1)).value().refunded);
  EXPECT_EQ(thread.find(id_of(1)).value().status, PaymentStatus::success);
  EXPECT_EQ(thread.find(id_of(1)).value().amount, std::nullopt);
  const auto charged = thread.charge_at_once(id_of(1));
  EXPECT_TRUE(charged.value().refunded) << "it is not charged anew";
}

TEST(MockPayments, ASilentRequestIsDecidedButNotAnswered) {
  MockPaymentBook book(settings_with(1, CallbackMode::also, 1));
  MockThread thread(book);
  auto answer = thread.charge(id_of(1), url);
  thread.loop.advance(delay);
  EXPECT_FALSE(answer.done());
  EXPECT_EQ(thread.find(id_of(1)).value().status, PaymentStatus::success);
  EXPECT_TRUE(thread.charge_at_once(id_of(1), url).has_value());
  thread.loop.advance(limits::mock_unanswered_for);
  ASSERT_TRUE(answer.done());
  EXPECT_EQ(answer.take().error().code, ErrorCode::unavailable);
  EXPECT_TRUE(thread.callbacks.sent.empty());
}

TEST(MockPayments, ASilentRequestIsNotEvenAnsweredPending) {
  MockPaymentBook book(settings_with(1, CallbackMode::only, 1));
  MockThread thread(book);
  auto answer = thread.charge(id_of(1), url);
  EXPECT_FALSE(answer.done());
  thread.loop.advance(std::chrono::minutes(2));
  ASSERT_TRUE(answer.done());
  EXPECT_EQ(answer.take().error().code, ErrorCode::unavailable);
  EXPECT_TRUE(thread.callbacks.sent.empty());
  EXPECT_TRUE(thread.find(id_of(1)));
}

TEST(MockPayments, LetsNobodyWaitLongerThanItsPatience) {
  MockPaymentBook book(settings_with(1));
  MockThread thread(book, Milliseconds{40});
  auto first = thread.charge(id_of(1));
  auto second = thread.charge(id_of(1));
  thread.loop.advance(Milliseconds{40});
  ASSERT_TRUE(first.done() && second.done());
  EXPECT_EQ(first.take().error().code, ErrorCode::unavailable);
  EXPECT_EQ(second.take().error().code, ErrorCode::unavailable);
  thread.loop.advance(Milliseconds{60});
  EXPECT_TRUE(thread.find(id_of(1)));
}

TEST(MockPayments, CallsBackBesideItsAnswer) {
  MockPaymentBook book(settings_with(0, CallbackMode::also));
  MockThread thread(book);
  auto answer = thread.charge(id_of(1), url);
  thread.loop.advance(delay);
  ASSERT_TRUE(answer.done());
  ASSERT_EQ(thread.callbacks.sent.size(), 1U);
  const CallbackMessage& message = thread.callbacks.sent[0];
  EXPECT_EQ(message.url, url);
  EXPECT_EQ(message.booking, id_of(1));
  EXPECT_EQ(message.status, PaymentStatus::failure);
  EXPECT_EQ(message.payment_ref, payment_id(id_of(1)));
  EXPECT_EQ(message.amount, Money{39'800});
}

TEST(MockPayments, CallsBackInsteadOfAnswering) {
  MockPaymentBook book(settings_with(1, CallbackMode::only));
  MockThread thread(book);
  auto answer = thread.charge(id_of(1), url);
  ASSERT_TRUE(answer.done());
  EXPECT_EQ(answer.take().value().status, PaymentStatus::pending);
  EXPECT_EQ(thread.charge_at_once(id_of(1), url).value().status, PaymentStatus::pending);
  EXPECT_TRUE(thread.callbacks.sent.empty());
  thread.loop.advance(delay);
  ASSERT_EQ(thread.callbacks.sent.size(), 1U);
  EXPECT_EQ(thread.callbacks.sent[0].status, PaymentStatus::success);
  EXPECT_EQ(thread.charge_at_once(id_of(1), url).value().status, PaymentStatus::success);
}

TEST(MockPayments, CallsNobodyBackWithoutAnAddress) {
  MockPaymentBook book(settings_with(1, CallbackMode::only));
  MockThread thread(book);
  thread.charge(id_of(1));
  thread.loop.advance(delay);
  EXPECT_TRUE(thread.find(id_of(1)));
  EXPECT_TRUE(thread.callbacks.sent.empty());
}

TEST(MockPayments, TriesACallbackAgainButNotForEver) {
  MockPaymentBook book(settings_with(1, CallbackMode::only));
  MockThread thread(book);
  thread.callbacks.failures_to_come = 2;
  thread.charge(id_of(1), url);
  thread.loop.advance(std::chrono::minutes(5));
  EXPECT_EQ(thread.callbacks.sent.size(), 3U);
  thread.callbacks.failures_to_come = 1000;
  thread.charge(id_of(2), url);
  thread.loop.advance(std::chrono::minutes(5));
  EXPECT_EQ(thread.callbacks.sent.size(), 3U + limits::mock_callback_attempts);
  EXPECT_EQ(thread.scope.running(), 0U);
}

TEST(MockPayments, ClosingEndsEveryWait) {
  MockPaymentBook book(settings_with(1));
  MockThread thread(book);
  auto first = thread.charge(id_of(1));
  auto second = thread.charge(id_of(1));
  thread.payments.close();
  thread.loop.run();
  ASSERT_TRUE(first.done() && second.done());
  EXPECT_EQ(first.take().error().code, ErrorCode::unavailable);
  EXPECT_EQ(second.take().error().code, ErrorCode::unavailable);
  EXPECT_EQ(thread.charge_at_once(id_of(2)).error().code, ErrorCode::unavailable);
  EXPECT_TRUE(thread.find(id_of(1))) << "what is undecided is decided, for others may wait for it";
}

TEST(MockPayments, ClosingEndsSilenceAndCallbacks) {
  MockPaymentBook silent_book(settings_with(1, CallbackMode::off, 1));
  MockThread silent(silent_book);
  auto answer = silent.charge(id_of(1));
  silent.payments.close();
  silent.loop.run();
  EXPECT_EQ(answer.take().error().code, ErrorCode::unavailable);

  MockPaymentBook calling_book(settings_with(1, CallbackMode::only));
  MockThread calling(calling_book);
  calling.callbacks.failures_to_come = 1000;
  calling.charge(id_of(1), url);
  calling.loop.advance(delay);
  calling.charge(id_of(2), url);
  calling.payments.close();
  calling.loop.run();
  EXPECT_EQ(calling.callbacks.sent.size(), 1U);
}

TEST(MockPayments, SaysWhenItIsOverloaded) {
  MockPaymentBook book(settings_with(1), 10, 1);
  MockThread thread(book);
  thread.charge(id_of(1));
  EXPECT_EQ(thread.charge_at_once(id_of(2)).error().code, ErrorCode::overloaded);
  thread.loop.advance(delay);
  auto later = thread.charge(id_of(2));
  thread.loop.advance(delay);
  EXPECT_TRUE(later.take().has_value());
}

}  // namespace
}  // namespace flightdeck::payment_mock
