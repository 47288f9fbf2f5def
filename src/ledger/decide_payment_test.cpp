// What was paid against what is owed, and steps decided from what is no longer so.
#include "doubles/decide_fixture.h"
#include "doubles/settlements.h"
#include "ledger/decide.h"

namespace flightdeck::ledger {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using test::booking_1;
using test::booking_2;
using test::flight_1;
using test::id_of;
using test::start_time;
using ::testing::ElementsAre;

TEST_F(Decide, ALookDecidedFromWhatIsNoLongerSoChangesNothing) {
  place(2);
  apply(expired());
  const RescheduleIntent never = look(std::nullopt);
  SettlePayment told = paid();
  test::success_of(told).ask_again_at = start_time + minutes{7};
  ASSERT_TRUE(apply(told).has_value()) << "a callback, while the provider was asked";
  ASSERT_TRUE(apply(never).has_value());
  EXPECT_EQ(intent(booking_1), start_time + minutes{7});
  EXPECT_TRUE(last.changes.empty());
}

TEST_F(Decide, ARefundIsThatOfThePaymentItWasAskedFor) {
  place(2);
  apply(paid("told"));
  apply(cancel());
  SettlePayment answered = paid("pay-2");
  answered.source = PaymentSource::provider;
  ASSERT_TRUE(apply(answered).has_value());
  EXPECT_EQ(error_of(refund("void-told", "told")), ErrorCode::invalid_state);
  EXPECT_TRUE(refund_due(booking()));
  EXPECT_TRUE(intent(booking_1).has_value());
  ASSERT_TRUE(apply(refund("refund-2", "pay-2")).has_value());
  EXPECT_EQ(booking().refund_ref, "refund-2");
}

TEST_F(Decide, AnotherAmountIsNoPaymentOfTheBooking) {
  std::uint8_t number = 30;
  for (const std::int64_t amount : {1, 39'799, 39'801}) {
    const BookingId id = id_of<BookingId>(++number);
    place(2, id);
    SettlePayment wrong = paid_amount(amount);
    wrong.id = id;
    now += seconds{1};
    const Result<Applied> outcome = apply(wrong);
    ASSERT_TRUE(outcome.has_value());
    EXPECT_EQ(outcome->fault, PaymentFault::amount_differs);
    EXPECT_EQ(booking(id).status, BookingStatus::failed);
    EXPECT_EQ(booking(id).failure_reason, reason_amount_differs);
    EXPECT_TRUE(refund_due(booking(id)));
    EXPECT_EQ(intent(id), now + limits::unfinished_lease);
    EXPECT_EQ(available(), 3);
    EXPECT_THAT(events(), ElementsAre(events::booking_failed));
    EXPECT_THAT(last.settled, ElementsAre(booking(id)));
    EXPECT_EQ(last.stats.failed, 1);
    EXPECT_FALSE(apply(wrong)->fault) << "told once";
    EXPECT_TRUE(last.changes.empty());
  }
  place(2);
  ASSERT_TRUE(apply(paid_amount(39'800)).has_value());
  EXPECT_EQ(booking().status, BookingStatus::confirmed);
}

TEST_F(Decide, AnotherAmountIsGivenBackToWhoeverHasNoSeats) {
  place(1);
  apply(expired());
  EXPECT_EQ(apply(paid_amount(1))->fault, PaymentFault::amount_differs);
  EXPECT_EQ(booking().status, BookingStatus::failed);
  EXPECT_EQ(booking().failure_reason, reason_amount_differs);
  EXPECT_TRUE(refund_due(booking()));
  EXPECT_EQ(available(), 3) << "its seats are free, and stay so";
  place(1, booking_2);
  apply(cancel(booking_2));
  SettlePayment wrong = paid_amount(1);
  wrong.id = booking_2;
  EXPECT_EQ(apply(wrong)->fault, PaymentFault::amount_differs);
  EXPECT_EQ(booking(booking_2).status, BookingStatus::cancelled);
  EXPECT_TRUE(refund_due(booking(booking_2)));
}

TEST_F(Decide, ARefundedPaymentConfirmsNothing) {
  place(2);
  EXPECT_EQ(apply(paid_amount(39'800, true))->fault, PaymentFault::refunded);
  EXPECT_EQ(booking().status, BookingStatus::failed);
  EXPECT_EQ(booking().failure_reason, reason_payment_refunded);
  EXPECT_TRUE(refund_due(booking())) << "so its refund is asked for, and known";
  EXPECT_EQ(available(), 3);
  apply(refund());
  EXPECT_FALSE(apply(paid_amount(39'800, true))->fault);
  EXPECT_TRUE(last.changes.empty());
}

TEST_F(Decide, WhatIsFoundOfAConfirmedBookingsPaymentIsNotedOnce) {
  place(2);
  apply(paid());
  EXPECT_EQ(apply(paid_amount(39'800, true))->fault, PaymentFault::refunded);
  EXPECT_EQ(booking().status, BookingStatus::confirmed);
  EXPECT_EQ(booking().failure_reason, reason_payment_refunded);
  EXPECT_FALSE(apply(paid_amount(39'800, true))->fault);
  EXPECT_TRUE(last.changes.empty());
  EXPECT_EQ(available(), 1);
  apply(cancel());
  EXPECT_TRUE(refund_due(booking()));
}

TEST_F(Decide, ACallbackThatStatesNoAmountConfirmsAndIsLookedAtAgain) {
  place(2);
  SettlePayment told = paid();
  test::success_of(told).ask_again_at = start_time + minutes{2};
  ASSERT_TRUE(apply(told).has_value());
  EXPECT_EQ(booking().status, BookingStatus::confirmed);
  EXPECT_EQ(intent(booking_1), start_time + minutes{2});
  EXPECT_EQ(next_step(booking()), NextStep::ask_provider);
  EXPECT_EQ(apply(paid_amount(1))->fault, PaymentFault::amount_differs);
  EXPECT_EQ(booking().status, BookingStatus::confirmed) << "its buyer was told so";
  EXPECT_EQ(booking().failure_reason, reason_amount_differs);
}

}  // namespace
}  // namespace flightdeck::ledger
