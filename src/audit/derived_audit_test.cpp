#include "audit/derived_audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/limits.h"
#include "doubles/booking_world.h"

namespace flightdeck::audit {
namespace {

using booking::GateState;
using flights::Flight;
using flights::IndexState;
using test::world_start;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Everything in step: 10 seats, 6 available in version 5, 1 of them held.
class DerivedAuditTest : public ::testing::Test {
 protected:
  DerivedAuditTest() {
    Flight row = make_flight(FlightId{}, test::flight_draft(10), world_start);
    row.available_seats = 6;
    row.version = 5;
    states.before = row;
    states.after = row;
    states.gate = GateState{5, 5, 6, {{BookingId{}, 1, world_start}}, false};
    states.index = IndexState{row, 0, 0};
  }
  GateState& gate() { return *states.gate; }
  Flight& row() { return *states.index->row; }
  // The ledger goes on between the two reads of it.
  void sell(std::int64_t seats) {
    ++states.after.version;
    states.after.available_seats -= seats;
  }
  void both(const std::function<void(Flight&)>& change) {
    change(states.before);
    change(states.after);
  }
  std::vector<FindingKind> found() {
    std::vector<FindingKind> kinds;
    for (const Finding& finding : differences(states, world_start)) kinds.push_back(finding.kind);
    return kinds;
  }
  std::int64_t seats_found() {
    std::int64_t seats = 0;
    for (const Finding& finding : differences(states, world_start)) seats += finding.seats;
    return seats;
  }

  FlightStates states;
};

TEST_F(DerivedAuditTest, WhatIsInStepIsNoFinding) {
  EXPECT_THAT(found(), IsEmpty());
  // Gate and index are of the row before.
  sell(2);
  EXPECT_THAT(found(), IsEmpty());
  gate().version = 6;
  gate().available = 4;
  gate().counter = 3;
  row().version = 6;
  row().available_seats = 4;
  EXPECT_THAT(found(), IsEmpty());
  // Cold.
  states.gate = GateState{};
  EXPECT_THAT(found(), IsEmpty());
}

TEST_F(DerivedAuditTest, ACounterThatIsNotItsCountLessItsHoldsIsNamed) {
  gate().counter = 7;
  EXPECT_THAT(found(), ElementsAre(FindingKind::gate_counter));
  EXPECT_EQ(seats_found(), 2);
  gate().version.reset();
  EXPECT_THAT(found(), ElementsAre(FindingKind::gate_counter));
  gate().damaged = true;
  EXPECT_THAT(found(), ElementsAre(FindingKind::gate_counter));
}

TEST_F(DerivedAuditTest, AGateThatWasToldSomethingElseIsNamed) {
  gate().available = 9;
  gate().counter = 8;
  EXPECT_THAT(found(), ElementsAre(FindingKind::gate_differs));
  EXPECT_EQ(seats_found(), 3);
}

TEST_F(DerivedAuditTest, AGateBehindOrAheadIsNamed) {
  gate().version = 4;
  EXPECT_THAT(found(), ElementsAre(FindingKind::gate_differs));
  gate().version = 6;
  EXPECT_THAT(found(), ElementsAre(FindingKind::gate_differs));
  sell(0);
  EXPECT_THAT(found(), IsEmpty());
}

TEST_F(DerivedAuditTest, HoldsOfNobodyAreNamed) {
  gate().holds[0].since = world_start - limits::audit_hold_patience;
  EXPECT_THAT(found(), IsEmpty());
  gate().holds[0].since -= Milliseconds{1};
  EXPECT_THAT(found(), ElementsAre(FindingKind::stale_hold));
  EXPECT_EQ(seats_found(), 1);
}

TEST_F(DerivedAuditTest, AFlightOffSaleThatIsStillSoldIsNamed) {
  both([](Flight& flight) { flight.status = flights::FlightStatus::cancelled; });
  EXPECT_THAT(found(), ElementsAre(FindingKind::gate_off_sale, FindingKind::index_off_sale));
  states.gate = GateState{};
  row().status = flights::FlightStatus::cancelled;
  EXPECT_THAT(found(), IsEmpty());
  states.index->extra = 1;
  EXPECT_THAT(found(), ElementsAre(FindingKind::index_off_sale));
  states.index = IndexState{};
  both([](Flight& flight) { flight.status = flights::FlightStatus::scheduled; });
  both([](Flight& flight) { flight.departure = world_start; });
  EXPECT_THAT(found(), IsEmpty()) << "departed, and gone";
}

TEST_F(DerivedAuditTest, AFlightThatGoesOffSaleMeanwhileIsNot) {
  states.after.status = flights::FlightStatus::cancelled;
  states.after.version = 6;
  EXPECT_THAT(found(), IsEmpty());
}

TEST_F(DerivedAuditTest, AnIndexThatShowsSomethingElseIsNamed) {
  states.index->row.reset();
  EXPECT_THAT(found(), ElementsAre(FindingKind::index_missing));
  states.index->unreadable = true;
  EXPECT_THAT(found(), ElementsAre(FindingKind::index_unreadable));
  states.index->unreadable = false;
  states.index->row = states.before;
  row().price = Money{1};
  EXPECT_THAT(found(), ElementsAre(FindingKind::index_differs));
  states.after.price = Money{1};
  states.after.version = 6;
  EXPECT_THAT(found(), IsEmpty()) << "of the row after";
  row() = states.before;
  row().version = 4;
  EXPECT_THAT(found(), ElementsAre(FindingKind::index_differs));
  row().version = 7;
  EXPECT_THAT(found(), ElementsAre(FindingKind::index_differs));
}

TEST_F(DerivedAuditTest, SeatsOfSearchAreThoseOfTheLedger) {
  row().available_seats = 9;
  EXPECT_THAT(found(), ElementsAre(FindingKind::index_seats));
  EXPECT_EQ(seats_found(), 3);
  states.after.version = 7;
  row().version = 6;
  EXPECT_THAT(found(), IsEmpty()) << "of a version in between nothing is known";
}

TEST_F(DerivedAuditTest, PlacesThatAreMissingOrTooManyAreNamed) {
  states.index->missing = 1;
  EXPECT_THAT(found(), ElementsAre(FindingKind::index_places));
  states.index->missing = 0;
  states.index->extra = 2;
  EXPECT_THAT(found(), ElementsAre(FindingKind::index_places));
}

}  // namespace
}  // namespace flightdeck::audit
