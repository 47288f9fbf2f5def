#include "audit/ledger_audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/limits.h"
#include "doubles/booking_world.h"
#include "doubles/ids.h"

namespace flightdeck::audit {
namespace {

using ledger::Booking;
using ledger::BookingStatus;
using test::id_of;
using test::world_start;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const FlightId flight_1 = id_of<FlightId>(1);

class LedgerAuditTest : public ::testing::Test {
 protected:
  void flight(std::int64_t total, std::int64_t available) {
    flights::Flight row = make_flight(flight_1, test::flight_draft(total), world_start);
    row.available_seats = available;
    audit.inspect(row);
  }
  static Booking booking(BookingStatus status, std::int64_t seats = 2) {
    Booking row;
    row.id = id_of<BookingId>(11);
    row.flight = flight_1;
    row.seats = seats;
    row.amount = Money{199 * seats};
    row.status = status;
    if (status == BookingStatus::confirmed) row.payment_ref = "pay";
    if (status == BookingStatus::failed) row.failure_reason = "payment_declined";
    return row;
  }
  void inspect(const Booking& row, bool has_intent) { audit.inspect(ledger::BookingRow{row, has_intent}); }
  std::vector<FindingKind> kinds() {
    audit.finish();
    std::vector<FindingKind> all;
    for (const Finding& finding : report.findings) all.push_back(finding.kind);
    return all;
  }

  AuditReport report;
  LedgerAudit audit{report, world_start};
};

TEST_F(LedgerAuditTest, SoundRowsAreNoFindings) {
  flight(10, 6);
  inspect(booking(BookingStatus::pending), true);
  inspect(booking(BookingStatus::confirmed), false);
  inspect(booking(BookingStatus::failed), true);
  inspect(booking(BookingStatus::cancelled), false);
  Booking refunded = booking(BookingStatus::cancelled);
  refunded.payment_ref = "pay";
  refunded.refund_ref = "refund";
  inspect(refunded, false);
  audit.inspect(ledger::OutboxRest{});
  EXPECT_THAT(kinds(), IsEmpty());
  EXPECT_EQ(report.flights_checked, 1);
  EXPECT_EQ(report.bookings_checked, 5);
  EXPECT_TRUE(report.ok());
}

struct Sums {
  std::int64_t total, available, booked;
  std::vector<FindingKind> kinds;
  std::int64_t oversold, drift;
};

TEST_F(LedgerAuditTest, SeatsThatDoNotAddUpAreNamed) {
  using enum FindingKind;
  const Sums cases[] = {
      {10, 0, 12, {oversold}, 2, 0},
      {10, 3, 12, {oversold, seats_surplus}, 2, 3},
      {10, 5, 8, {seats_surplus}, 0, 3},
      {10, 5, 3, {seats_lost}, 0, 2},
      {10, -2, 12, {oversold, available_negative}, 2, 2},
      {10, -1, 5, {available_negative, seats_lost}, 0, 7},
      {10, 10, 0, {}, 0, 0},
  };
  for (const Sums& one : cases) {
    AuditReport found;
    LedgerAudit sums(found, world_start);
    flights::Flight row = make_flight(flight_1, test::flight_draft(one.total), world_start);
    row.available_seats = one.available;
    sums.inspect(row);
    if (one.booked > 0)
      sums.inspect(ledger::BookingRow{booking(BookingStatus::confirmed, one.booked), false});
    EXPECT_THAT(sums.finish(), ElementsAre(flight_1));
    std::vector<FindingKind> kinds;
    for (const Finding& finding : found.findings) kinds.push_back(finding.kind);
    EXPECT_EQ(kinds, one.kinds) << one.booked << " of " << one.total;
    EXPECT_EQ(found.oversold_seats, one.oversold) << one.booked << " of " << one.total;
    EXPECT_EQ(found.drift_seats, one.drift) << one.booked << " of " << one.total;
  }
}

TEST_F(LedgerAuditTest, BookingsThatNobodyWillComeBackToAreNamed) {
  flight(10, 8);
  inspect(booking(BookingStatus::pending), false);
  Booking unrefunded = booking(BookingStatus::cancelled);
  unrefunded.payment_ref = "pay";
  inspect(unrefunded, false);
  EXPECT_THAT(kinds(), ElementsAre(FindingKind::pending_without_intent, FindingKind::refund_without_intent));
  EXPECT_EQ(report.findings.front().booking, id_of<BookingId>(11));
}

TEST_F(LedgerAuditTest, ABookingOfNoFlightIsNamed) {
  inspect(booking(BookingStatus::confirmed), false);
  EXPECT_THAT(kinds(), ElementsAre(FindingKind::unknown_flight));
}

TEST_F(LedgerAuditTest, FieldsThatDoNotGoTogetherAreNamed) {
  using enum BookingStatus;
  const std::pair<BookingStatus, void (*)(Booking&)> odd[] = {
      {confirmed, [](Booking& b) { b.refund_ref = "refund"; }},
      {confirmed, [](Booking& b) { b.failure_reason = "payment_timeout"; }},
      {pending, [](Booking& b) { b.payment_ref = "pay"; }},
      {failed, [](Booking& b) { b.failure_reason.clear(); }},
      {failed, [](Booking& b) { b.refund_ref = "refund"; }},
  };
  for (const auto& [status, spoil] : odd) {
    AuditReport found;
    LedgerAudit one(found, world_start);
    one.inspect(make_flight(flight_1, test::flight_draft(10), world_start));
    Booking row = booking(status);
    spoil(row);
    one.inspect(ledger::BookingRow{row, true});
    ASSERT_FALSE(found.findings.empty());
    EXPECT_EQ(found.findings.front().kind, FindingKind::booking_fields) << found.findings.front().detail;
  }
  flight(10, 6);
  Booking unpaid = booking(confirmed);
  unpaid.payment_ref.clear();
  inspect(unpaid, false);
  Booking uneven = booking(confirmed);
  uneven.amount.minor += 1;
  inspect(uneven, false);
  EXPECT_THAT(kinds(), ElementsAre(FindingKind::confirmed_unpaid, FindingKind::amount_wrong));
}

TEST_F(LedgerAuditTest, PaymentsOfAnotherAmountAreNamed) {
  flight(10, 8);
  Booking row = booking(BookingStatus::confirmed);
  row.failure_reason = ledger::reason_amount_differs;
  inspect(row, false);
  row.status = BookingStatus::failed;
  row.updated_at = world_start - limits::audit_wrong_payment_told_for;
  inspect(row, true);
  EXPECT_EQ(report.findings.back().detail, "another amount was paid than 3.98, and is to be refunded");
  row.refund_ref = "refund";
  inspect(row, false);
  row.updated_at += Milliseconds{1};
  inspect(row, false);
  EXPECT_EQ(report.findings.back().detail, "another amount was paid than 3.98; it was refunded");
  EXPECT_THAT(kinds(), ElementsAre(FindingKind::amount_paid_differs, FindingKind::amount_paid_differs,
                                   FindingKind::amount_paid_differs));
}

TEST_F(LedgerAuditTest, AConfirmedBookingWhosePaymentWasRefundedIsNamed) {
  flight(10, 8);
  Booking row = booking(BookingStatus::confirmed);
  row.failure_reason = ledger::reason_payment_refunded;
  inspect(row, false);
  row.status = BookingStatus::failed;
  row.refund_ref = "refund";
  inspect(row, false);
  EXPECT_THAT(kinds(), ElementsAre(FindingKind::confirmed_refunded));
  EXPECT_EQ(to_string(FindingKind::confirmed_refunded), "confirmed_refunded");
  EXPECT_EQ(to_string(FindingKind::amount_paid_differs), "amount_paid_differs");
}

TEST_F(LedgerAuditTest, IntentsOfNoUseAreNamedWhenTheirTimeIsLongPast) {
  const Instant long_due = world_start - limits::audit_intent_patience - Milliseconds{1};
  audit.inspect(ledger::IntentRow{id_of<BookingId>(12), long_due, std::nullopt});
  Booking refunded = booking(BookingStatus::cancelled);
  refunded.payment_ref = "pay";
  refunded.refund_ref = "refund";
  audit.inspect(ledger::IntentRow{id_of<BookingId>(11), long_due, refunded});
  audit.inspect(ledger::IntentRow{id_of<BookingId>(11), world_start, refunded});
  audit.inspect(ledger::IntentRow{id_of<BookingId>(11), long_due, booking(BookingStatus::failed)});
  EXPECT_THAT(kinds(), ElementsAre(FindingKind::intent_without_booking, FindingKind::intent_needless));
}

TEST_F(LedgerAuditTest, ABookingThatIsLeftAloneForLongIsNamed) {
  Booking expired = booking(BookingStatus::pending);
  expired.expires_at = world_start - std::chrono::hours{3};
  Booking young = expired;
  young.expires_at = world_start + std::chrono::hours{24};
  const Instant next_look = world_start + limits::payment_recheck_last;
  audit.inspect(ledger::IntentRow{id_of<BookingId>(11), next_look, expired});
  audit.inspect(ledger::IntentRow{id_of<BookingId>(11), young.expires_at, young});
  audit.inspect(ledger::IntentRow{id_of<BookingId>(11), next_look + std::chrono::minutes{10}, expired});
  EXPECT_TRUE(report.ok());
  audit.inspect(ledger::IntentRow{id_of<BookingId>(11), next_look + std::chrono::hours{1}, expired});
  EXPECT_THAT(kinds(), ElementsAre(FindingKind::intent_too_late));
}

TEST_F(LedgerAuditTest, EventsThatNobodyPublishesAreOneFinding) {
  audit.inspect(ledger::OutboxRest{7, world_start});
  EXPECT_THAT(kinds(), ElementsAre(FindingKind::outbox_stuck));
  EXPECT_EQ(report.findings.front().detail,
            "7 rows of events are not published, the oldest since 2030-01-01T00:00:00Z");
}

}  // namespace
}  // namespace flightdeck::audit
