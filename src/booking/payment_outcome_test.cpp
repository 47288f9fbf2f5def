// What becomes of bookings whose payment goes other than well: unanswered, late, contradicted, refunded.
#include "doubles/payment_outcome_fixture.h"

namespace flightdeck::booking {
namespace {

using payment::PaymentStatus;
using std::chrono::seconds;
using test::InlineLedger;
using Charge = test::ScriptedPaymentProvider::Charge;

TEST_F(PaymentOutcome, AnUnansweredChargeHoldsItsSeatsUntilItExpires) {
  const BookingId id = book(Charge::never_arrives);
  world.loop.advance(seconds{60} - Milliseconds{1});
  world.work();
  EXPECT_EQ(status(id), ledger::BookingStatus::pending);
  EXPECT_EQ(world.flight(flight.id).available_seats, 2);
  world.loop.advance(Milliseconds{1});
  world.work();
  EXPECT_EQ(status(id), ledger::BookingStatus::failed);
  EXPECT_EQ(world.booking(id).failure_reason, ledger::reason_payment_timeout);
  EXPECT_EQ(world.flight(flight.id).available_seats, 4);
}

TEST_F(PaymentOutcome, AnUnansweredChargeThatWasPaidIsConfirmed) {
  const BookingId id = book(Charge::paid_unheard);
  EXPECT_EQ(status(id), ledger::BookingStatus::pending);
  expire();
  EXPECT_EQ(status(id), ledger::BookingStatus::confirmed);
  EXPECT_EQ(world.booking(id).payment_ref, paid_as(id));
  EXPECT_TRUE(all_finished());
}

TEST_F(PaymentOutcome, AnUnansweredChargeThatWasDeclinedFails) {
  const BookingId id = book(Charge::declined_unheard);
  expire();
  EXPECT_EQ(status(id), ledger::BookingStatus::failed);
  EXPECT_EQ(world.booking(id).failure_reason, ledger::reason_payment_timeout);
  EXPECT_TRUE(all_finished());
}

TEST_F(PaymentOutcome, ASilentProviderIsAskedAgainAfterTheLease) {
  const BookingId id = book(Charge::paid_unheard);
  world.provider.finds_answered(false);
  expire();
  EXPECT_EQ(status(id), ledger::BookingStatus::pending) << "nothing is known: the seats stay held";
  world.provider.finds_answered(true);
  world.work();
  EXPECT_EQ(status(id), ledger::BookingStatus::pending) << "leased";
  world.loop.advance(limits::unfinished_lease);
  world.work();
  EXPECT_EQ(status(id), ledger::BookingStatus::confirmed);
}

TEST_F(PaymentOutcome, AnExpiredBookingIsLookedAtTwiceMore) {
  const BookingId id = book(Charge::never_arrives);
  expire();
  EXPECT_EQ(status(id), ledger::BookingStatus::failed);
  world.loop.advance(limits::payment_recheck_first);
  world.work();
  EXPECT_FALSE(all_finished());
}

TEST_F(PaymentOutcome, TheLooksAtAnExpiredBookingEnd) {
  book(Charge::never_arrives);
  expire();
  world.loop.advance(limits::payment_recheck_first);
  world.work();
  world.loop.advance(limits::payment_recheck_last);
  world.work();
  EXPECT_TRUE(all_finished());
}

// By the clock of whoever looks, which may be ahead.
TEST_F(PaymentOutcome, AFirstLookIsNeverTheLast) {
  const BookingId id = book(Charge::never_arrives);
  world.loop.advance(seconds{60} + 2 * limits::payment_recheck_last);
  world.work();
  EXPECT_EQ(status(id), ledger::BookingStatus::failed);
  world.provider.decide(id, PaymentStatus::success);
  world.loop.advance(limits::payment_recheck_last);
  world.work();
  EXPECT_EQ(status(id), ledger::BookingStatus::confirmed);
}

// What the provider was sent before it stood still it reads when it goes on.
TEST_F(PaymentOutcome, AProviderThatWasSilentForLongIsAskedAgainAfterItsFirstAnswer) {
  const BookingId expired = book(Charge::hangs);
  const BookingId cancelled = book(Charge::hangs);
  cancel(cancelled);
  world.provider.finds_answered(false);
  for (int looks = 0; looks < 60; ++looks) {
    world.loop.advance(limits::unfinished_lease);
    world.work();
  }
  world.provider.finds_answered(true);
  world.loop.advance(limits::unfinished_lease);
  world.work();
  EXPECT_EQ(status(expired), ledger::BookingStatus::failed) << "not known yet";
  world.provider.let_go(Charge::paid_unheard);
  world.loop.run();
  world.loop.advance(limits::payment_recheck_first);
  world.work();
  EXPECT_EQ(status(expired), ledger::BookingStatus::confirmed);
  EXPECT_EQ(world.booking(cancelled).refund_ref, world.provider.refund_id(cancelled));
  EXPECT_TRUE(all_finished());
}

// Of a second attempt, when the first one was declined for all that the provider knew.
TEST_F(PaymentOutcome, ASuccessThatContradictsHasTheProviderAsked) {
  const BookingId id = book(Charge::declined);
  EXPECT_TRUE(all_finished());
  expect_refund_of_a_true_contradiction(id);
  EXPECT_EQ(status(id), ledger::BookingStatus::failed);
}

TEST_F(PaymentOutcome, ASuccessThatContradictsAVoidRefundHasTheProviderAsked) {
  const BookingId id = book(Charge::declined_unheard);
  verdict(id, true, "another");
  EXPECT_EQ(cancel(id).value().refund_ref, "void-another");
  EXPECT_EQ(verdict(id, true, "false as well").error().code, ErrorCode::invalid_state);
  world.work();
  EXPECT_EQ(world.booking(id).refund_ref, "void-another");
  EXPECT_TRUE(all_finished());
  expect_refund_of_a_true_contradiction(id);
}

TEST_F(PaymentOutcome, ALatePaymentFoundByALookTakesItsSeatsAgain) {
  const BookingId id = book(Charge::never_arrives);
  expire();
  world.provider.decide(id, PaymentStatus::success);
  world.loop.advance(limits::payment_recheck_first);
  world.work();
  EXPECT_EQ(status(id), ledger::BookingStatus::confirmed);
  EXPECT_EQ(world.flight(flight.id).available_seats, 2);
  EXPECT_TRUE(all_finished());
}

TEST_F(PaymentOutcome, ALatePaymentWithoutSeatsIsRefunded) {
  const BookingId id = book(Charge::never_arrives);
  expire();
  sell_out();
  world.provider.decide(id, PaymentStatus::success);
  world.loop.advance(limits::payment_recheck_first);
  world.work();
  EXPECT_EQ(status(id), ledger::BookingStatus::failed);
  EXPECT_EQ(world.booking(id).refund_ref, world.provider.refund_id(id));
  EXPECT_EQ(world.provider.refunds(), 1);
  EXPECT_TRUE(all_finished());
}

TEST_F(PaymentOutcome, AnUndecidedPaymentIsNeverForgotten) {
  const BookingId id = book(Charge::pending);
  EXPECT_EQ(status(id), ledger::BookingStatus::pending);
  expire();
  EXPECT_EQ(status(id), ledger::BookingStatus::failed);
  // However long the provider takes, and even when nobody looked for an hour, somebody will look again.
  for (const Milliseconds pause : {Milliseconds{limits::payment_recheck_first},
                                   Milliseconds{limits::payment_recheck_last}, Milliseconds{3'600'000}}) {
    world.loop.advance(pause);
    world.work();
    ASSERT_FALSE(all_finished());
  }
  world.provider.decide(id, PaymentStatus::success);
  world.loop.advance(std::chrono::hours{1});
  world.work();
  EXPECT_EQ(status(id), ledger::BookingStatus::confirmed);
}

TEST_F(PaymentOutcome, AVerdictByCallbackSettles) {
  const BookingId paid = book(Charge::pending, 1);
  const BookingId declined = book(Charge::pending, 1);
  EXPECT_EQ(verdict(paid, true, "ref-1").value().status, ledger::BookingStatus::confirmed);
  EXPECT_EQ(verdict(declined, false, "ref-2").value().status, ledger::BookingStatus::failed);
  EXPECT_EQ(world.booking(declined).failure_reason, ledger::reason_payment_declined);
  EXPECT_EQ(verdict(paid, true, "ref-1").value().status, ledger::BookingStatus::confirmed)
      << "the same again";
  EXPECT_EQ(verdict(declined, false, "ref-2").value().status, ledger::BookingStatus::failed);
}

TEST_F(PaymentOutcome, AVerdictThatContradictsIsRefused) {
  const BookingId id = book(Charge::paid);
  EXPECT_EQ(verdict(id, false, paid_as(id)).error().code, ErrorCode::invalid_state);
  EXPECT_EQ(verdict(id, true, "another").error().code, ErrorCode::invalid_state);
  EXPECT_EQ(verdict(BookingId{}, true, "ref").error().code, ErrorCode::not_found);
  EXPECT_EQ(status(id), ledger::BookingStatus::confirmed);
}

TEST_F(PaymentOutcome, AChargeThatSucceedsAfterACallbackSaidNoIsRefunded) {
  const BookingId id = book(Charge::hangs, 1);
  EXPECT_EQ(verdict(id, false, "first-attempt").value().status, ledger::BookingStatus::failed);
  EXPECT_EQ(verdict(id, true, "second-attempt").error().code, ErrorCode::invalid_state);
  world.provider.let_go(Charge::paid);
  world.loop.run();
  const ledger::Booking booking = world.booking(id);
  EXPECT_EQ(booking.status, ledger::BookingStatus::failed);
  EXPECT_EQ(booking.failure_reason, ledger::reason_payment_declined);
  EXPECT_EQ(booking.payment_ref, paid_as(id));
  EXPECT_EQ(booking.refund_ref, world.provider.refund_id(id));
  EXPECT_EQ(world.flight(flight.id).available_seats, 4) << "its seats were given back once";
  EXPECT_TRUE(all_finished());
}

TEST_F(PaymentOutcome, ALateCallbackWithSeatsConfirms) {
  const BookingId id = book(Charge::never_arrives);
  expire();
  EXPECT_EQ(verdict(id, true, "late", Money{39'800}).value().status, ledger::BookingStatus::confirmed);
  EXPECT_EQ(world.flight(flight.id).available_seats, 2);
  EXPECT_TRUE(all_finished());
}

TEST_F(PaymentOutcome, ALateCallbackWithoutSeatsAnswersWithTheRefund) {
  const BookingId id = book(Charge::never_arrives);
  expire();
  sell_out();
  world.provider.decide(id, PaymentStatus::success);
  const Result<ledger::Booking> settled = verdict(id, true, paid_as(id));
  ASSERT_TRUE(settled.has_value());
  EXPECT_EQ(settled->status, ledger::BookingStatus::failed);
  EXPECT_EQ(settled->refund_ref, world.provider.refund_id(id));
  EXPECT_EQ(verdict(id, true, paid_as(id)).value(), *settled) << "the same callback again";
  EXPECT_EQ(world.provider.refunds(), 1);
}

TEST_F(PaymentOutcome, ARefundOfNoPaymentIsVoid) {
  const BookingId id = book(Charge::never_arrives);
  expire();
  sell_out();
  // A callback tells of a payment that the provider, asked, knows nothing of, now and as long as a charge can
  // be under way.
  EXPECT_EQ(verdict(id, true, "forged").value().refund_ref, "");
  world.loop.advance(limits::payment_recheck_first);
  world.work();
  EXPECT_EQ(world.booking(id).refund_ref, "");
  world.loop.advance(limits::payment_recheck_last);
  world.work();
  EXPECT_EQ(world.booking(id).refund_ref, "void-forged") << "there is nothing to give back";
  EXPECT_EQ(world.provider.refunds(), 0);
  EXPECT_TRUE(all_finished());
}

TEST_F(PaymentOutcome, AChargeThatACallbackRanAheadOfIsRefundedWhenItIsAnswered) {
  const BookingId id = book(Charge::hangs);
  EXPECT_EQ(verdict(id, true, "another").value().status, ledger::BookingStatus::confirmed);
  EXPECT_EQ(cancel(id).value().refund_ref, "") << "not paid yet, as far as the provider knows";
  world.provider.let_go(Charge::paid);
  world.loop.run();
  EXPECT_EQ(status(id), ledger::BookingStatus::cancelled);
  EXPECT_EQ(world.booking(id).payment_ref, paid_as(id));
  EXPECT_EQ(world.booking(id).refund_ref, world.provider.refund_id(id));
  EXPECT_EQ(world.provider.refunds(), 1);
  EXPECT_TRUE(all_finished());
}

TEST_F(PaymentOutcome, AChargeThatACallbackRanAheadOfIsRefundedByALook) {
  for (const Charge what : {Charge::paid_unheard, Charge::pending}) {
    const BookingId id = book(Charge::hangs);
    verdict(id, true, "another");
    cancel(id);
    world.provider.let_go(what);
    world.loop.run();
    EXPECT_EQ(world.booking(id).refund_ref, "");
    world.provider.decide(id, PaymentStatus::success);
    expire();
    world.loop.advance(limits::payment_recheck_first);
    world.work();
    EXPECT_EQ(world.booking(id).refund_ref, world.provider.refund_id(id));
    EXPECT_TRUE(all_finished());
  }
  EXPECT_EQ(world.provider.refunds(), 2);
}

TEST_F(PaymentOutcome, ARefundIsNotVoidWhileThePaymentIsUndecided) {
  const BookingId id = book(Charge::pending);
  verdict(id, true, "another");
  expire();
  world.loop.advance(2 * limits::payment_recheck_last);
  EXPECT_EQ(cancel(id).value().refund_ref, "");
  EXPECT_FALSE(all_finished());
  world.provider.decide(id, PaymentStatus::success);
  world.loop.advance(limits::payment_recheck_last);
  world.work();
  EXPECT_EQ(world.booking(id).refund_ref, world.provider.refund_id(id));
  EXPECT_TRUE(all_finished());
}

TEST_F(PaymentOutcome, ARefundOfADeclinedPaymentIsVoidAtOnce) {
  const BookingId id = book(Charge::hangs);
  verdict(id, true, "another");
  world.provider.decide(id, PaymentStatus::failure);
  EXPECT_EQ(cancel(id).value().refund_ref, "void-another");
  EXPECT_TRUE(all_finished());
}

TEST_F(PaymentOutcome, AChargeWhoseAnswerIsLostAfterACallbackSaidNoIsRefundedByALook) {
  for (const Charge what : {Charge::paid_unheard, Charge::pending}) {
    const BookingId id = book(Charge::hangs);
    EXPECT_EQ(verdict(id, false, "first-attempt").value().status, ledger::BookingStatus::failed);
    world.provider.let_go(what);
    world.loop.run();
    world.provider.decide(id, PaymentStatus::success);
    expire();
    EXPECT_EQ(status(id), ledger::BookingStatus::failed);
    EXPECT_EQ(world.booking(id).refund_ref, world.provider.refund_id(id));
    EXPECT_TRUE(all_finished());
  }
  EXPECT_EQ(world.provider.refunds(), 2);
}

TEST_F(PaymentOutcome, AConfirmedBookingIsKnownByThePaymentThatTheProviderAnswers) {
  const BookingId id = book(Charge::hangs);
  verdict(id, true, "another");
  world.provider.let_go(Charge::paid);
  world.loop.run();
  EXPECT_EQ(status(id), ledger::BookingStatus::confirmed);
  EXPECT_EQ(world.booking(id).payment_ref, paid_as(id));
  EXPECT_EQ(cancel(id).value().refund_ref, world.provider.refund_id(id));
  EXPECT_EQ(world.provider.refunds(), 1);
}

TEST_F(PaymentOutcome, AChargeThatIsAnsweredAfterItsRefundWasVoidIsRefunded) {
  const BookingId id = book(Charge::hangs);
  verdict(id, true, "another");
  expire();
  world.loop.advance(limits::payment_recheck_last);
  EXPECT_EQ(cancel(id).value().refund_ref, "void-another");
  world.provider.let_go(Charge::paid);
  world.loop.run();
  EXPECT_EQ(world.booking(id).refund_ref, world.provider.refund_id(id));
  EXPECT_EQ(world.provider.refunds(), 1);
  EXPECT_TRUE(all_finished());
}

TEST_F(PaymentOutcome, CancellingAPaidBookingRefundsIt) {
  const BookingId id = book(Charge::paid);
  const Result<ledger::Booking> cancelled = cancel(id);
  ASSERT_TRUE(cancelled.has_value());
  EXPECT_EQ(cancelled->status, ledger::BookingStatus::cancelled);
  EXPECT_EQ(cancelled->refund_ref, world.provider.refund_id(id));
  EXPECT_EQ(cancel(id).value(), *cancelled);
  EXPECT_EQ(world.provider.refunds(), 1);
  EXPECT_EQ(world.flight(flight.id).available_seats, 4);
  EXPECT_TRUE(all_finished());
}

TEST_F(PaymentOutcome, CancellingIsRefusedForFailedAndUnknownBookings) {
  const BookingId id = book(Charge::declined);
  EXPECT_EQ(cancel(id).error().code, ErrorCode::invalid_state);
  EXPECT_EQ(cancel(BookingId{}).error().code, ErrorCode::not_found);
}

TEST_F(PaymentOutcome, CancelledDuringAChargeThatThenSucceedsIsRefunded) {
  const BookingId id = book(Charge::hangs);
  EXPECT_EQ(cancel(id).value().status, ledger::BookingStatus::cancelled);
  EXPECT_EQ(world.provider.refund_calls(), 0);
  EXPECT_EQ(world.flight(flight.id).available_seats, 4);
  world.provider.let_go(Charge::paid);
  world.loop.run();
  EXPECT_EQ(status(id), ledger::BookingStatus::cancelled);
  EXPECT_EQ(world.booking(id).refund_ref, world.provider.refund_id(id));
  EXPECT_EQ(world.provider.refunds(), 1);
  EXPECT_TRUE(all_finished());
}

TEST_F(PaymentOutcome, CancelledDuringAChargeThatIsPaidUnheardIsRefundedByALook) {
  const BookingId id = book(Charge::hangs);
  cancel(id);
  world.provider.let_go(Charge::paid_unheard);
  world.loop.run();
  EXPECT_EQ(world.booking(id).payment_ref, "");
  expire();
  EXPECT_EQ(world.booking(id).refund_ref, world.provider.refund_id(id));
  EXPECT_TRUE(all_finished());
}

TEST_F(PaymentOutcome, CancelledDuringAChargeThatThenFailsIsLeftAlone) {
  const BookingId id = book(Charge::hangs);
  cancel(id);
  world.provider.let_go(Charge::declined);
  world.loop.run();
  EXPECT_EQ(status(id), ledger::BookingStatus::cancelled);
  expire();
  EXPECT_TRUE(all_finished());
  EXPECT_EQ(world.provider.refund_calls(), 0);
}

TEST_F(PaymentOutcome, AnUnansweredRefundIsFinishedByTheWorker) {
  const BookingId id = book(Charge::paid);
  world.provider.refunds_answered(false);
  EXPECT_EQ(cancel(id).value().status, ledger::BookingStatus::cancelled);
  EXPECT_EQ(world.booking(id).refund_ref, "");
  world.loop.advance(limits::unfinished_lease);
  world.work();
  EXPECT_EQ(world.booking(id).refund_ref, "") << "still silent";
  world.provider.refunds_answered(true);
  world.loop.advance(limits::unfinished_lease);
  world.work();
  EXPECT_EQ(world.booking(id).refund_ref, world.provider.refund_id(id));
  EXPECT_EQ(world.provider.refunds(), 1);
  EXPECT_TRUE(all_finished());
}

TEST_F(PaymentOutcome, ARefundThatTheLedgerMissedIsMadeOnceAndRecordedLater) {
  const BookingId id = book(Charge::paid);
  // The cancellation is written, the refund is not.
  world.ledger.fail(InlineLedger::Fault::unavailable, 1);
  EXPECT_EQ(cancel(id).value().refund_ref, "");
  EXPECT_EQ(world.provider.refunds(), 1);
  world.ledger.fail(InlineLedger::Fault::none);
  world.loop.advance(limits::unfinished_lease);
  world.work();
  EXPECT_EQ(world.booking(id).refund_ref, world.provider.refund_id(id));
  EXPECT_EQ(world.provider.refunds(), 1);
}

TEST_F(PaymentOutcome, ASettlementThatTheLedgerMissedIsMadeAtTheExpiry) {
  // Placed, not settled.
  world.ledger.fail(InlineLedger::Fault::unavailable, 1);
  const BookingId id = book(Charge::paid);
  world.ledger.fail(InlineLedger::Fault::none);
  EXPECT_EQ(status(id), ledger::BookingStatus::pending);
  expire();
  EXPECT_EQ(status(id), ledger::BookingStatus::confirmed);
  EXPECT_EQ(world.provider.charge_calls(), 1);
}

TEST_F(PaymentOutcome, TheWorkerCarriesOnWhenTheLedgerCannotBeRead) {
  const BookingId id = book(Charge::paid_unheard);
  world.loop.advance(seconds{60});
  world.ledger.fail_reads(true);
  EXPECT_THROW(world.work(), UnavailableError);
  world.ledger.fail_reads(false);
  world.work();
  EXPECT_EQ(status(id), ledger::BookingStatus::confirmed);
}

}  // namespace
}  // namespace flightdeck::booking
