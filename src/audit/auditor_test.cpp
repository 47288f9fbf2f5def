#include "audit/auditor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/limits.h"
#include "doubles/booking_world.h"
#include "ledger/apply_batch.h"

namespace flightdeck::audit {
namespace {

using test::BookingWorld;
using test::finish;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class AuditorTest : public ::testing::Test {
 protected:
  AuditorTest() {
    flight = world.add_flight(10).id;
    // The index is complete from now on.
    finish(world.loop, world.sweeper.sync_changed());
  }
  ~AuditorTest() override { EXPECT_THAT(world.escaped, IsEmpty()); }

  auto begin() { return test::start(world.auditor.run()); }
  void pass(int states) {
    for (int i = 0; i < states; ++i) world.loop.advance(limits::audit_round_pause);
  }
  AuditReport audit() {
    auto started = begin();
    world.loop.run();
    pass(limits::audit_rounds);
    return started.take().value();
  }
  static std::vector<FindingKind> kinds(const AuditReport& report) {
    std::vector<FindingKind> all;
    for (const Finding& finding : report.findings) all.push_back(finding.kind);
    return all;
  }
  // Of the flight, as nobody commits it.
  void damage_ledger(std::int64_t available) {
    ledger::LedgerChanges changes;
    changes.updated_flights.push_back(world.flight(flight));
    changes.updated_flights.back().available_seats = available;
    world.rows.begin({});
    world.rows.commit(changes);
  }
  void damage_gate(std::int64_t available) {
    booking::SeatUpdate updates;
    updates.flight = flight;
    updates.off_sale = true;
    finish(world.loop, world.gate.sync({updates}));
    updates.off_sale = false;
    updates.count = booking::SeatUpdate::Count{world.flight(flight).version, available};
    finish(world.loop, world.gate.sync({updates}));
  }
  void tell_gate() { finish(world.loop, world.sweeper.scrub()); }

  BookingWorld world;
  FlightId flight;
};

TEST_F(AuditorTest, ASoundWorldHasNoFindings) {
  ASSERT_TRUE(world.book(flight, 3).has_value());
  const AuditReport report = audit();
  EXPECT_TRUE(report.ok()) << audit_summary(report);
  EXPECT_EQ(report.flights_checked, 1);
  EXPECT_EQ(report.bookings_checked, 1);
  EXPECT_EQ(report.gate, AuditedPart::checked);
  EXPECT_EQ(report.index, AuditedPart::checked);
  EXPECT_EQ(report.duration, Milliseconds{0}) << "nothing was looked at twice";
}

TEST_F(AuditorTest, SeatsThatTheLedgerLostAreFoundAtOnce) {
  damage_ledger(8);
  auto started = begin();
  world.loop.run();
  pass(limits::audit_rounds);
  const AuditReport report = started.take().value();
  ASSERT_FALSE(report.findings.empty());
  EXPECT_EQ(report.findings.front().kind, FindingKind::seats_lost);
  EXPECT_EQ(report.findings.front().seats, 2);
  EXPECT_EQ(report.findings.front().flight, flight);
}

TEST_F(AuditorTest, ADifferenceThatStaysIsAFinding) {
  damage_gate(12);
  const AuditReport report = audit();
  EXPECT_THAT(kinds(report), ElementsAre(FindingKind::gate_differs));
  EXPECT_EQ(report.drift_seats, 2);
  EXPECT_EQ(report.duration, limits::audit_rounds * limits::audit_round_pause);
}

TEST_F(AuditorTest, ADifferenceThatGoesIsNone) {
  damage_gate(12);
  auto started = begin();
  world.loop.run();
  pass(limits::audit_rounds - 1);
  EXPECT_FALSE(started.done());
  // The memory gate takes a version once, so it is made anew.
  damage_gate(10);
  pass(1);
  EXPECT_TRUE(started.take().value().ok());
}

TEST_F(AuditorTest, ACommitThatIsToldLateIsNoFinding) {
  const Milliseconds late = limits::audit_round_pause * 2;
  ledger::Command place = ledger::PlaceBooking{
      BookingId{make_uuid_v7(world.clock.now(), world.random)}, {}, flight, 2, Milliseconds{60'000}};
  ledger::apply_batch(world.rows, std::span(&place, 1), world.clock.now());
  auto started = begin();
  world.loop.run();
  world.loop.advance(late);
  EXPECT_FALSE(started.done());
  tell_gate();
  pass(limits::audit_rounds);
  const AuditReport report = started.take().value();
  EXPECT_TRUE(report.ok()) << audit_summary(report);
}

TEST_F(AuditorTest, ACommitThatIsNeverToldIsAFinding) {
  ledger::Command place = ledger::PlaceBooking{
      BookingId{make_uuid_v7(world.clock.now(), world.random)}, {}, flight, 2, Milliseconds{60'000}};
  ledger::apply_batch(world.rows, std::span(&place, 1), world.clock.now());
  EXPECT_THAT(kinds(audit()), ElementsAre(FindingKind::gate_differs, FindingKind::index_differs));
}

TEST_F(AuditorTest, PartsThatAreAwayAreNotJudged) {
  damage_gate(12);
  world.gate.go_away(true);
  world.index.forget_complete();
  AuditReport report = audit();
  EXPECT_TRUE(report.ok());
  EXPECT_EQ(report.gate, AuditedPart::away);
  EXPECT_EQ(report.index, AuditedPart::incomplete);
  world.index.go_away(true);
  report = audit();
  EXPECT_EQ(report.index, AuditedPart::away);
}

TEST_F(AuditorTest, EventsThatStayInTheOutboxAreAFinding) {
  world.loop.advance(limits::audit_outbox_patience);
  EXPECT_TRUE(audit().ok());
  world.loop.advance(Milliseconds{1});
  EXPECT_THAT(kinds(audit()), ElementsAre(FindingKind::outbox_stuck));
}

TEST_F(AuditorTest, OneAtATimeAndTheDeskKnowsTheLast) {
  damage_gate(12);
  EXPECT_FALSE(world.audits.last());
  auto first = begin();
  world.loop.run();
  auto second = begin();
  world.loop.run();
  const Result<AuditReport> refused = second.take();
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::overloaded);
  pass(limits::audit_rounds);
  EXPECT_FALSE(first.take().value().ok());
  ASSERT_TRUE(world.audits.last());
  EXPECT_EQ(world.audits.last()->drift_seats, 2);
  EXPECT_EQ(world.audits.last()->findings, 1);
  EXPECT_EQ(world.audits.last()->finished_at, world.clock.now());
}

TEST_F(AuditorTest, AnAuditEndsWhenItIsToldTo) {
  damage_gate(12);
  auto started = begin();
  world.loop.run();
  world.audits.stop();
  pass(1);
  EXPECT_THROW(started.take(), UnavailableError);
  EXPECT_FALSE(world.audits.last());
  EXPECT_TRUE(world.audits.enter()) << "the next one may";
}

TEST_F(AuditorTest, EveryFlightIsLookedAtHoweverManyThereAre) {
  for (std::size_t i = 0; i < limits::audit_flights_inspected + 5; ++i)
    world.add_flight(3, "FX" + std::to_string(i));
  damage_gate(12);
  const AuditReport report = audit();
  EXPECT_EQ(report.flights_checked, static_cast<std::int64_t>(limits::audit_flights_inspected) + 6);
  EXPECT_THAT(kinds(report), ElementsAre(FindingKind::gate_differs));
}

}  // namespace
}  // namespace flightdeck::audit
