// Every transition and every error that decide.h promises, one example each.
#include "ledger/decide.h"

#include "doubles/decide_fixture.h"
#include "doubles/settlements.h"

namespace flightdeck::ledger {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using test::booking_1;
using test::booking_2;
using test::draft_of;
using test::flight_1;
using test::flight_2;
using test::id_of;
using test::start_time;
using test::user_1;
using test::user_2;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

TEST_F(Decide, PlacingHoldsSeatsAndPromisesALook) {
  const Result<Applied> outcome = place(2);
  ASSERT_TRUE(outcome.has_value());
  EXPECT_NE(outcome->effect, Effect::replayed);
  const Booking& made = *outcome->booking;
  EXPECT_EQ(made, booking());
  EXPECT_EQ(made.status, BookingStatus::pending);
  EXPECT_EQ(made.amount, Money{39800});
  EXPECT_EQ(made.seats, 2);
  EXPECT_EQ(made.date, rows.flights.at(flight_1).date);
  EXPECT_EQ(made.expires_at, start_time + payment_timeout);
  EXPECT_EQ(made.created_at, start_time);
  EXPECT_EQ(intent(booking_1), start_time + payment_timeout);
  EXPECT_EQ(available(), 1);
  EXPECT_EQ(version(), 2);
  EXPECT_THAT(events(), ElementsAre(events::booking_intent_created));
  EXPECT_EQ(last.stats.placed, 1);
  EXPECT_THAT(last.settled, IsEmpty());
  ASSERT_EQ(last.updates.size(), 1U);
  EXPECT_THAT(last.updates[0].settled_holds, ElementsAre(booking_1));
  EXPECT_EQ(last.updates[0].flight->available_seats, 1);
}

TEST_F(Decide, TheLastSeatIsSoldAndNotOneMore) {
  EXPECT_EQ(error_of(PlaceBooking{booking_2, user_1, flight_1, 4, payment_timeout}), ErrorCode::out_of_stock);
  ASSERT_TRUE(place(3).has_value());
  EXPECT_EQ(available(), 0);
  EXPECT_EQ(error_of(PlaceBooking{booking_2, user_1, flight_1, 1, payment_timeout}), ErrorCode::out_of_stock);
  // The command is refused, and the gate is still updated and drops the hold.
  ASSERT_EQ(last.updates.size(), 1U);
  EXPECT_THAT(last.updates[0].settled_holds, ElementsAre(booking_2));
  EXPECT_EQ(last.updates[0].flight->available_seats, 0);
}

TEST_F(Decide, PlacingIsRefusedOnAFlightThatIsNotOnSale) {
  EXPECT_EQ(error_of(PlaceBooking{booking_1, user_1, flight_2, 1, payment_timeout}), ErrorCode::not_found);
  ASSERT_EQ(last.updates.size(), 1U);
  EXPECT_FALSE(last.updates[0].flight.has_value());
  // The very moment of departure.
  now = start_time + hours{24};
  EXPECT_EQ(error_of(PlaceBooking{booking_1, user_1, flight_1, 1, payment_timeout}),
            ErrorCode::flight_closed);
  now -= Milliseconds{1};
  EXPECT_TRUE(place(1).has_value());
  ASSERT_TRUE(apply(CloseFlight{flight_1, true}).has_value());
  EXPECT_EQ(error_of(PlaceBooking{booking_2, user_1, flight_1, 1, payment_timeout}),
            ErrorCode::flight_closed);
}

TEST_F(Decide, ARepeatedIdIsAnsweredWithItsBookingAsItIsNow) {
  place(3);
  apply(paid());
  const Result<Applied> again = place(3);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->effect, Effect::replayed);
  EXPECT_EQ(again->booking->status, BookingStatus::confirmed);
  EXPECT_TRUE(last.changes.empty());
  EXPECT_EQ(last.stats.placed, 0);
}

TEST_F(Decide, ARepeatIsAnsweredEvenWhenTheFlightIsGone) {
  place(1);
  apply(CloseFlight{flight_1, true});
  now += hours{48};
  EXPECT_TRUE(place(1).has_value());
}

TEST_F(Decide, AnIdOfAnotherRequestIsAConflict) {
  apply(AddFlight{flight_2, draft_of(3, "FD2"), false});
  place(2);
  EXPECT_EQ(error_of(PlaceBooking{booking_1, user_1, flight_1, 1, payment_timeout}),
            ErrorCode::idempotency_key_reused);
  EXPECT_EQ(error_of(PlaceBooking{booking_1, user_2, flight_1, 2, payment_timeout}),
            ErrorCode::idempotency_key_reused);
  EXPECT_EQ(error_of(PlaceBooking{booking_1, user_1, flight_2, 2, payment_timeout}),
            ErrorCode::idempotency_key_reused);
}

TEST_F(Decide, APaidBookingIsConfirmed) {
  place(2);
  now += seconds{3};
  ASSERT_TRUE(apply(paid()).has_value());
  EXPECT_EQ(booking().status, BookingStatus::confirmed);
  EXPECT_EQ(booking().payment_ref, "pay-1");
  EXPECT_EQ(booking().updated_at, now);
  EXPECT_EQ(intent(booking_1), std::nullopt);
  EXPECT_EQ(available(), 1);
  EXPECT_EQ(version(), 2) << "no seat moved";
  EXPECT_THAT(events(), ElementsAre(events::booking_confirmed));
  EXPECT_EQ(last.stats.confirmed, 1);
  EXPECT_THAT(last.settled, ElementsAre(booking()));
}

TEST_F(Decide, AnUnpaidBookingFailsAndGivesItsSeatsBack) {
  place(2);
  ASSERT_TRUE(apply(not_paid()).has_value());
  EXPECT_EQ(booking().status, BookingStatus::failed);
  EXPECT_EQ(booking().failure_reason, reason_payment_declined);
  EXPECT_TRUE(booking().payment_ref.empty());
  EXPECT_EQ(intent(booking_1), std::nullopt);
  EXPECT_EQ(available(), 3);
  EXPECT_EQ(version(), 3);
  EXPECT_THAT(events(), ElementsAre(events::booking_failed));
  EXPECT_EQ(last.stats.failed, 1);
  EXPECT_THAT(last.settled, ElementsAre(booking()));
}

TEST_F(Decide, AFailureCanAskForAnotherLook) {
  place(2);
  apply(not_paid(start_time + minutes{5}));
  EXPECT_EQ(intent(booking_1), start_time + minutes{5});
}

TEST_F(Decide, AFailureThatACallbackTellsOfLeavesTheLookAtThePayment) {
  place(2);
  SettlePayment told = not_paid();
  told.source = PaymentSource::callback;
  ASSERT_TRUE(apply(told).has_value());
  EXPECT_EQ(booking().status, BookingStatus::failed);
  EXPECT_EQ(available(), 3);
  EXPECT_EQ(intent(booking_1), start_time + payment_timeout);
}

TEST_F(Decide, AFailureThatTheProviderAnswersEndsTheMatter) {
  for (const bool cancelled : {false, true}) {
    place(1, cancelled ? booking_2 : booking_1);
    SettlePayment failure = not_paid();
    failure.id = cancelled ? booking_2 : booking_1;
    failure.source = PaymentSource::callback;
    apply(cancelled ? Command(cancel(booking_2)) : Command(failure));
    EXPECT_TRUE(intent(failure.id).has_value());
    failure.source = PaymentSource::provider;
    ASSERT_TRUE(apply(failure).has_value());
    EXPECT_EQ(intent(failure.id), std::nullopt);
    EXPECT_TRUE(last.changes.updated_bookings.empty());
  }
}

TEST_F(Decide, AConfirmedBookingGoesByThePaymentThatTheProviderAnswered) {
  place(2);
  apply(paid("told"));
  SettlePayment answered = paid("pay-2");
  answered.source = PaymentSource::provider;
  ASSERT_TRUE(apply(answered).has_value());
  EXPECT_EQ(booking().status, BookingStatus::confirmed);
  EXPECT_EQ(booking().payment_ref, "pay-2");
  EXPECT_THAT(events(), IsEmpty());
  EXPECT_EQ(available(), 1);
}

TEST_F(Decide, TheSameVerdictAgainIsAnsweredAsBefore) {
  place(2);
  apply(paid());
  EXPECT_TRUE(apply(paid()).has_value());
  EXPECT_TRUE(last.changes.empty());
  apply(PlaceBooking{booking_2, user_1, flight_1, 1, payment_timeout});
  const SettlePayment failure = test::payment_failed(booking_2, flight_1);
  apply(failure);
  EXPECT_TRUE(apply(failure).has_value());
  EXPECT_TRUE(last.changes.empty());
}

TEST_F(Decide, AContradictionIsRefused) {
  place(2);
  apply(paid());
  EXPECT_EQ(error_of(not_paid()), ErrorCode::invalid_state);
  EXPECT_EQ(error_of(paid("pay-2")), ErrorCode::invalid_state);
  apply(cancel());
  EXPECT_EQ(error_of(not_paid()), ErrorCode::invalid_state);
  EXPECT_EQ(error_of(paid("pay-2")), ErrorCode::invalid_state);
  EXPECT_TRUE(apply(paid()).has_value()) << "its own payment told again";
}

TEST_F(Decide, APaymentOfADeclinedBookingIsAContradiction) {
  place(2);
  apply(not_paid());
  EXPECT_EQ(error_of(paid()), ErrorCode::invalid_state);
  EXPECT_EQ(booking().status, BookingStatus::failed);
  EXPECT_EQ(available(), 3);
}

TEST_F(Decide, APaymentThatTheProviderAnsweredOfADeclinedBookingIsOwedBack) {
  place(2);
  apply(not_paid());
  SettlePayment answered = paid();
  answered.source = PaymentSource::provider;
  ASSERT_TRUE(apply(answered).has_value());
  EXPECT_EQ(booking().status, BookingStatus::failed);
  EXPECT_TRUE(refund_due(booking()));
  EXPECT_TRUE(intent(booking_1).has_value());
  EXPECT_EQ(available(), 3) << "though its seats are free: its buyer was told no";
}

TEST_F(Decide, WhatTheProviderAnsweredIsOwedBackWhateverACallbackCalledIt) {
  place(2);
  apply(paid("told"));
  apply(cancel());
  now += seconds{5};
  EXPECT_EQ(error_of(paid("pay-2")), ErrorCode::invalid_state);
  SettlePayment answered = paid("pay-2");
  answered.source = PaymentSource::provider;
  ASSERT_TRUE(apply(answered).has_value());
  EXPECT_EQ(booking().payment_ref, "pay-2");
  EXPECT_TRUE(refund_due(booking()));
  EXPECT_EQ(intent(booking_1), now + limits::unfinished_lease);
  EXPECT_TRUE(apply(answered).has_value());
  EXPECT_TRUE(last.changes.empty());
  apply(refund("refund-1", "pay-2"));
  EXPECT_EQ(error_of([&] {
              test::success_of(answered).payment_ref = "pay-3";
              return answered;
            }()),
            ErrorCode::invalid_state);
  EXPECT_EQ(available(), 3);
}

TEST_F(Decide, AVoidRefundGivesWayToAPaymentThatTheProviderAnswers) {
  for (const char* ref : {"told", "pay-2"}) {
    const BookingId id = id_of<BookingId>(ref[0]);
    place(1, id);
    apply(test::payment_succeeded(id, flight_1, "told"));
    apply(CancelBooking{id, flight_1});
    apply(RecordRefund{id, flight_1, "void-told", "told"});
    EXPECT_THAT(events(), IsEmpty()) << "nothing was given back";
    EXPECT_FALSE(refund_due(booking(id)));
    EXPECT_TRUE(refund_is_void(booking(id)));
    apply(test::payment_succeeded(id, flight_1, ref));
    EXPECT_TRUE(last.changes.empty()) << "a callback is not the provider's own word";
    ASSERT_TRUE(apply(test::payment_succeeded(id, flight_1, ref, PaymentSource::provider)).has_value());
    EXPECT_TRUE(refund_due(booking(id)));
    EXPECT_EQ(booking(id).payment_ref, ref);
    EXPECT_EQ(intent(id), now + limits::unfinished_lease);
    EXPECT_EQ(available(), 3);
  }
}

TEST_F(Decide, AVerdictOnNoBookingIsNotFound) {
  EXPECT_EQ(error_of(paid()), ErrorCode::not_found);
  EXPECT_EQ(error_of(not_paid()), ErrorCode::not_found);
  EXPECT_EQ(error_of(cancel()), ErrorCode::not_found);
  EXPECT_EQ(error_of(refund()), ErrorCode::not_found);
  EXPECT_EQ(error_of(RescheduleIntent{booking_1, flight_1, now, {}}), ErrorCode::not_found);
}

TEST_F(Decide, ALatePaymentTakesItsSeatsAgain) {
  place(2);
  apply(expired());
  ASSERT_TRUE(apply(paid()).has_value());
  EXPECT_EQ(booking().status, BookingStatus::confirmed);
  EXPECT_EQ(booking().failure_reason, "");
  EXPECT_EQ(available(), 1);
  EXPECT_EQ(intent(booking_1), std::nullopt);
  EXPECT_THAT(events(), ElementsAre(events::booking_confirmed));
}

TEST_F(Decide, ALatePaymentWithoutSeatsIsOwedBack) {
  place(2);
  apply(expired());
  place(2, booking_2);
  const auto before = version();
  ASSERT_TRUE(apply(paid()).has_value());
  EXPECT_EQ(booking().status, BookingStatus::failed);
  EXPECT_EQ(booking().payment_ref, "pay-1");
  EXPECT_TRUE(refund_due(booking()));
  EXPECT_EQ(intent(booking_1), now + limits::unfinished_lease);
  EXPECT_EQ(available(), 1);
  EXPECT_EQ(version(), before);
}

TEST_F(Decide, ALatePaymentForAFlightOffSaleIsOwedBack) {
  place(2);
  apply(expired());
  now = start_time + hours{24};
  apply(paid());
  EXPECT_EQ(booking().status, BookingStatus::failed);
  EXPECT_TRUE(refund_due(booking()));
  EXPECT_EQ(available(), 3);
}

TEST_F(Decide, CancellingAnUnpaidBookingKeepsTheLookAtItsPayment) {
  place(2);
  ASSERT_TRUE(apply(cancel()).has_value());
  EXPECT_EQ(booking().status, BookingStatus::cancelled);
  EXPECT_EQ(available(), 3);
  EXPECT_EQ(intent(booking_1), start_time + payment_timeout);
  EXPECT_THAT(events(), ElementsAre(events::booking_cancelled));
  EXPECT_THAT(last.settled, ElementsAre(booking()));
  EXPECT_TRUE(apply(cancel()).has_value());
  EXPECT_TRUE(last.changes.empty());
}

TEST_F(Decide, APaymentForACancelledBookingIsOwedBack) {
  place(2);
  apply(cancel());
  now += seconds{5};
  ASSERT_TRUE(apply(paid()).has_value());
  EXPECT_EQ(booking().status, BookingStatus::cancelled);
  EXPECT_TRUE(refund_due(booking()));
  EXPECT_EQ(intent(booking_1), now + limits::unfinished_lease);
  EXPECT_EQ(available(), 3);
}

TEST_F(Decide, CancellingAPaidBookingOwesARefund) {
  place(2);
  apply(paid());
  now += seconds{5};
  ASSERT_TRUE(apply(cancel()).has_value());
  EXPECT_TRUE(refund_due(booking()));
  EXPECT_EQ(intent(booking_1), now + limits::unfinished_lease);
  EXPECT_EQ(available(), 3);
  EXPECT_THAT(last.settled, IsEmpty()) << "it had left PENDING before";
}

TEST_F(Decide, CancellingAFailedBookingIsRefused) {
  place(2);
  apply(not_paid());
  EXPECT_EQ(error_of(cancel()), ErrorCode::invalid_state);
}

TEST_F(Decide, ARefundIsRecordedOnce) {
  place(2);
  EXPECT_EQ(error_of(refund()), ErrorCode::invalid_state);
  apply(paid());
  EXPECT_EQ(error_of(refund()), ErrorCode::invalid_state) << "it holds its seats";
  apply(cancel());
  ASSERT_TRUE(apply(refund()).has_value());
  EXPECT_EQ(booking().refund_ref, "refund-1");
  EXPECT_EQ(intent(booking_1), std::nullopt);
  EXPECT_THAT(events(), ElementsAre(events::booking_refunded));
  ASSERT_TRUE(apply(refund("refund-2")).has_value());
  EXPECT_EQ(booking().refund_ref, "refund-1");
  EXPECT_TRUE(last.changes.empty());
}

TEST_F(Decide, ALookIsForgottenOnlyWhenNothingIsLeftToDo) {
  place(2);
  apply(look(std::nullopt));
  EXPECT_EQ(intent(booking_1), start_time + payment_timeout) << "PENDING";
  apply(look(start_time + minutes{9}));
  EXPECT_EQ(intent(booking_1), start_time + minutes{9});
  apply(paid());
  apply(cancel());
  apply(look(std::nullopt));
  EXPECT_TRUE(intent(booking_1).has_value()) << "a refund is owed";
  apply(refund());
  apply(look(std::nullopt));
  EXPECT_EQ(intent(booking_1), std::nullopt);
}

}  // namespace
}  // namespace flightdeck::ledger
