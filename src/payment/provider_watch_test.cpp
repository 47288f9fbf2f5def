#include "payment/provider_watch.h"

#include <gtest/gtest.h>

#include "core/limits.h"
#include "doubles/manual_loop.h"

namespace flightdeck::payment {
namespace {

// Answers each call as it is told to.
class Answering final : public PaymentProvider {
 public:
  Task<Result<Payment>> charge(ChargeRequest) override { return answer<Payment>(); }
  Task<Result<Payment>> find(BookingId) override { return answer<Payment>(); }
  Task<Result<Refund>> refund(RefundRequest) override { return answer<Refund>(); }
  std::optional<ErrorCode> next = ErrorCode::unavailable;

 private:
  template <class T>
  Task<Result<T>> answer() {
    if (next) co_return Error{*next, ""};
    co_return T{};
  }
};

class ProviderWatchTest : public ::testing::Test {
 protected:
  void find(std::optional<ErrorCode> answer, int times = 1) {
    provider.next = answer;
    for (int i = 0; i < times; ++i) {
      const Result<Payment> payment = test::finish(loop, watch.find(BookingId{}));
      EXPECT_EQ(payment.has_value(), !answer.has_value()) << "it is passed on";
    }
  }
  test::ManualClock clock{Instant{}};
  test::ManualLoop loop{clock};
  Answering provider;
  ProviderWatch watch{provider};
};

TEST_F(ProviderWatchTest, ItIsSilentAfterManySilencesInARow) {
  find(ErrorCode::unavailable, limits::provider_silences - 1);
  EXPECT_FALSE(watch.silent());
  find(std::nullopt);
  find(ErrorCode::unavailable, limits::provider_silences - 1);
  EXPECT_FALSE(watch.silent()) << "an answer in between";
  find(ErrorCode::unavailable);
  EXPECT_TRUE(watch.silent());
}

TEST_F(ProviderWatchTest, AnyAnswerEndsIt) {
  for (const std::optional<ErrorCode> answer :
       {std::optional<ErrorCode>{}, std::optional(ErrorCode::not_found),
        std::optional(ErrorCode::invalid_state)}) {
    find(ErrorCode::unavailable, 10 * limits::provider_silences);
    ASSERT_TRUE(watch.silent());
    find(answer);
    EXPECT_FALSE(watch.silent());
  }
}

TEST_F(ProviderWatchTest, WhatWasNotSentSaysNothing) {
  find(ErrorCode::unavailable, limits::provider_silences);
  find(ErrorCode::overloaded);
  EXPECT_TRUE(watch.silent());
  find(std::nullopt);
  find(ErrorCode::overloaded, limits::provider_silences);
  EXPECT_FALSE(watch.silent());
}

TEST_F(ProviderWatchTest, ChargesAndRefundsCountToo) {
  find(ErrorCode::unavailable, limits::provider_silences - 1);
  test::finish(loop, watch.refund({}));
  EXPECT_TRUE(watch.silent());
  provider.next.reset();
  test::finish(loop, watch.charge({}));
  EXPECT_FALSE(watch.silent());
}

}  // namespace
}  // namespace flightdeck::payment
