// What the provider says was paid, or was given back, is compared with what is owed.
#include "doubles/payment_outcome_fixture.h"

namespace flightdeck::booking {
namespace {

using payment::PaymentStatus;
using test::finish;
using Charge = test::ScriptedPaymentProvider::Charge;

TEST_F(PaymentOutcome, WhatWasPaidBeforeWithAnotherAmountConfirmsNothing) {
  // Anybody can compute it.
  const BookingId id = ledger::idempotent_booking_id(UserId{}, "key");
  world.provider.paid_before(id, Money{1});
  world.provider.on_charge(Charge::paid);
  ASSERT_TRUE(world.book(flight.id, 2, "key").has_value());
  EXPECT_EQ(status(id), ledger::BookingStatus::failed);
  EXPECT_EQ(world.booking(id).failure_reason, ledger::reason_amount_differs);
  EXPECT_EQ(world.booking(id).refund_ref, world.provider.refund_id(id));
  EXPECT_EQ(world.provider.refunds(), 1);
  EXPECT_EQ(world.flight(flight.id).available_seats, 4);
  EXPECT_EQ(world.counters.payments_amount_differs.get(), 1);
  const audit::AuditReport report = finish(world.loop, world.auditor.run()).value();
  EXPECT_EQ(report.counts.at(static_cast<std::size_t>(audit::FindingKind::amount_paid_differs)), 1);
  EXPECT_EQ(report.findings_total(), 1);
  EXPECT_TRUE(all_finished());
}

TEST_F(PaymentOutcome, AChargeAnsweredWithoutTheAmountHasTheProviderAsked) {
  world.provider.states_amounts(false);
  EXPECT_EQ(status(book(Charge::paid)), ledger::BookingStatus::confirmed);
  world.provider.finds_answered(false);
  const BookingId id = book(Charge::paid);
  EXPECT_EQ(status(id), ledger::BookingStatus::pending) << "nobody knows what was paid";
  world.provider.finds_answered(true);
  expire();
  EXPECT_EQ(status(id), ledger::BookingStatus::confirmed);
  EXPECT_TRUE(all_finished());
}

TEST_F(PaymentOutcome, ALookThatFindsAnotherAmountConfirmsNothing) {
  const BookingId id = book(Charge::never_arrives);
  world.provider.paid_before(id, Money{39'801});
  expire();
  EXPECT_EQ(status(id), ledger::BookingStatus::failed);
  EXPECT_EQ(world.booking(id).failure_reason, ledger::reason_amount_differs);
  EXPECT_EQ(world.booking(id).refund_ref, world.provider.refund_id(id));
  EXPECT_TRUE(all_finished());
}

TEST_F(PaymentOutcome, ACallbackIsNotBelievedBesideWhatTheProviderSaysWasPaid) {
  const std::optional<Money> told[] = {std::nullopt, Money{39'800}, Money{1}};
  for (const std::optional<Money>& amount : told) {
    const BookingId id = book(Charge::never_arrives);
    world.provider.paid_before(id, Money{1});
    const Result<ledger::Booking> settled = verdict(id, true, paid_as(id), amount);
    if (amount == Money{39'800}) {
      EXPECT_EQ(settled->status, ledger::BookingStatus::confirmed)
          << "it states what is owed, and is believed";
      cancel(id);
      continue;
    }
    EXPECT_EQ(settled->status, ledger::BookingStatus::failed);
    EXPECT_EQ(settled->failure_reason, ledger::reason_amount_differs);
    EXPECT_EQ(settled->refund_ref, world.provider.refund_id(id));
  }
  EXPECT_EQ(world.counters.payments_amount_differs.get(), 2);
}

TEST_F(PaymentOutcome, ACallbackOfAnotherAmountConfirmsNothing) {
  const BookingId id = book(Charge::pending);
  EXPECT_EQ(verdict(id, true, "early", Money{39'799}).value().status, ledger::BookingStatus::failed);
  EXPECT_EQ(world.booking(id).failure_reason, ledger::reason_amount_differs);
  EXPECT_EQ(world.flight(flight.id).available_seats, 4);
  EXPECT_FALSE(all_finished()) << "whatever it was is given back";
  world.provider.decide(id, PaymentStatus::success);
  world.loop.advance(limits::unfinished_lease);
  world.work();
  EXPECT_EQ(world.provider.refunds(), 1);
  EXPECT_TRUE(all_finished());
}

TEST_F(PaymentOutcome, ABookingThatACallbackConfirmedWithoutAnAmountIsLookedAt) {
  const BookingId good = book(Charge::pending);
  const BookingId bad = book(Charge::never_arrives);
  EXPECT_EQ(verdict(good, true, "early").value().status, ledger::BookingStatus::confirmed);
  EXPECT_EQ(verdict(bad, true, "early").value().status, ledger::BookingStatus::confirmed);
  world.provider.decide(good, PaymentStatus::success);
  world.provider.paid_before(bad, Money{1});
  expire();
  world.loop.advance(limits::payment_recheck_first);
  world.work();
  EXPECT_TRUE(all_finished());
  EXPECT_EQ(world.booking(good).payment_ref, paid_as(good));
  EXPECT_EQ(world.booking(good).failure_reason, "");
  EXPECT_EQ(status(bad), ledger::BookingStatus::confirmed);
  EXPECT_EQ(world.booking(bad).failure_reason, ledger::reason_amount_differs);
  EXPECT_EQ(cancel(bad).value().refund_ref, world.provider.refund_id(bad));
}

TEST_F(PaymentOutcome, LooksAtAConfirmedBookingEnd) {
  const BookingId id = book(Charge::never_arrives);
  EXPECT_EQ(verdict(id, true, "told").value().status, ledger::BookingStatus::confirmed);
  expire();
  for (const Milliseconds pause :
       {Milliseconds{limits::payment_recheck_first}, Milliseconds{limits::payment_recheck_last}}) {
    EXPECT_FALSE(all_finished());
    world.loop.advance(pause);
    world.work();
  }
  EXPECT_TRUE(all_finished());
  EXPECT_EQ(status(id), ledger::BookingStatus::confirmed);
}

TEST_F(PaymentOutcome, ARefundedPaymentConfirmsNothing) {
  const BookingId id = ledger::idempotent_booking_id(UserId{}, "key");
  world.provider.paid_before(id, Money{39'800});
  world.provider.refund_unasked(id);
  world.provider.on_charge(Charge::paid);
  ASSERT_TRUE(world.book(flight.id, 2, "key").has_value());
  EXPECT_EQ(status(id), ledger::BookingStatus::failed);
  EXPECT_EQ(world.booking(id).failure_reason, ledger::reason_payment_refunded);
  const BookingId unheard = book(Charge::paid_unheard);
  world.provider.refund_unasked(unheard);
  expire();
  EXPECT_EQ(status(unheard), ledger::BookingStatus::failed);
  EXPECT_EQ(world.booking(unheard).failure_reason, ledger::reason_payment_refunded);
  EXPECT_EQ(world.counters.payments_found_refunded.get(), 2);
  EXPECT_EQ(world.provider.refunds(), 0) << "they were given back before";
  EXPECT_TRUE(finish(world.loop, world.auditor.run()).value().ok());
  EXPECT_TRUE(all_finished());
}

TEST_F(PaymentOutcome, ALookThatFindsAConfirmedBookingsPaymentRefundedIsAFinding) {
  const BookingId id = book(Charge::hangs);
  EXPECT_EQ(verdict(id, true, paid_as(id), Money{39'800}).value().status, ledger::BookingStatus::confirmed);
  world.provider.paid_before(id, Money{39'800});
  world.provider.refund_unasked(id);
  world.provider.let_go(Charge::paid);
  world.loop.run();
  EXPECT_EQ(status(id), ledger::BookingStatus::confirmed);
  EXPECT_EQ(world.counters.payments_found_refunded.get(), 1);
  const audit::AuditReport report = finish(world.loop, world.auditor.run()).value();
  EXPECT_EQ(report.counts.at(static_cast<std::size_t>(audit::FindingKind::confirmed_refunded)), 1);
  EXPECT_EQ(report.findings_total(), 1);
}

}  // namespace
}  // namespace flightdeck::booking
