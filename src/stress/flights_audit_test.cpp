#include "stress/flights_audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flightdeck::stress {
namespace {

using testing::HasSubstr;

// A flight of 100 seats: 60 sold to the run, none pending, and it is the run's own.
FlightUse good() {
  FlightUse flight;
  flight.seats = {FlightId{Uuid{{9}}}, 100, 40, 0, 60, 40};
  flight.own.confirmed_seats = 60;
  flight.fresh = true;
  return flight;
}

AuditResult judged(const FlightUse& flight) {
  AuditResult result;
  judge_flights({good(), flight}, 1, result);
  return result;
}

// What fails; empty: nothing does.
std::string failing(const AuditResult& result) {
  std::string all;
  for (const Check& check : result.checks) {
    if (!check.passed) all += check.what + ";";
  }
  return all;
}

TEST(FlightsAudit, PassesWhatAddsUp) {
  const AuditResult result = judged(good());
  EXPECT_TRUE(result.passed());
  EXPECT_EQ(result.oversold_seats, 0);
  EXPECT_EQ(result.lost_seats, 0);
  EXPECT_TRUE(result.notes.empty());
}

TEST(FlightsAudit, NothingJudgedIsNotPassed) { EXPECT_FALSE(AuditResult().passed()); }

TEST(FlightsAudit, FindsASeatThatIsNowhere) {
  FlightUse flight = good();
  flight.seats.available = flight.seats.gate.emplace(37);
  const AuditResult result = judged(flight);
  EXPECT_EQ(failing(result), "pending + confirmed + available seats are the total;");
  EXPECT_EQ(result.lost_seats, 3);
  EXPECT_EQ(result.oversold_seats, 0);
}

TEST(FlightsAudit, FindsASeatSoldTwice) {
  FlightUse flight = good();
  flight.seats = {FlightId{Uuid{{9}}}, 100, -2, 0, 102, -2};
  flight.own.confirmed_seats = 102;
  AuditResult result = judged(flight);
  EXPECT_EQ(failing(result), "no flight has less than 0 seats available;");
  EXPECT_EQ(result.oversold_seats, 2);

  // Or when the flight does not say so itself.
  flight.seats.available = 0;
  flight.seats.gate = 0;
  result = judged(flight);
  EXPECT_EQ(failing(result), "pending + confirmed + available seats are the total;");
  EXPECT_EQ(result.oversold_seats, 2);
}

TEST(FlightsAudit, FindsBookingsTheFlightDoesNotKnow) {
  FlightUse flight = good();
  flight.own.confirmed_seats = 61;
  for (const bool fresh : {true, false}) {
    flight.fresh = fresh;
    const AuditResult result = judged(flight);
    EXPECT_EQ(failing(result), "flights know of every seat that was sold;");
    EXPECT_EQ(result.oversold_seats, 1);
    EXPECT_THAT(result.checks[2].figures, HasSubstr("total 100, available 40"));
  }
}

TEST(FlightsAudit, FindsSeatsTakenByNobodyOnAFlightOfItsOwn) {
  FlightUse flight = good();
  flight.own.confirmed_seats = 58;
  AuditResult result = judged(flight);
  EXPECT_EQ(failing(result), "no seat is taken that nobody holds;");
  EXPECT_EQ(result.lost_seats, 2);
  // Others have them.
  flight.fresh = false;
  EXPECT_TRUE(judged(flight).passed());
}

TEST(FlightsAudit, FindsAGateThatIsOff) {
  for (const std::int64_t gate : {39, 41}) {
    FlightUse flight = good();
    flight.seats.gate = gate;
    const AuditResult result = judged(flight);
    EXPECT_EQ(failing(result), "the seat gate sells what is available;");
    EXPECT_EQ(result.lost_seats, gate == 39 ? 1 : 0);
  }
}

TEST(FlightsAudit, DoesNotJudgeTheGateWhileItIsAwayOrBookingsArePending) {
  FlightUse flight = good();
  flight.seats.gate.reset();
  EXPECT_TRUE(judged(flight).passed());
  EXPECT_EQ(judged(flight).notes.size(), 1U);
  flight.seats.gate = 12;
  flight.seats.pending = 10;
  flight.seats.confirmed = 50;
  flight.own.confirmed_seats = 50;
  EXPECT_TRUE(judged(flight).passed());
}

TEST(FlightsAudit, ABookingThatWasPendingMayHaveEndedMeanwhile) {
  FlightUse flight = good();
  // Three of the five were declined, or two.
  flight.own = {5, 58, 0};
  EXPECT_TRUE(judged(flight).passed());
  flight.own = {0, 60, 0};
  flight.seats.pending = 3;
  flight.seats.confirmed = 58;
  flight.seats.available = 39;
  EXPECT_TRUE(judged(flight).passed());
  flight.own = {0, 62, 0};
  EXPECT_FALSE(judged(flight).passed());
}

TEST(FlightsAudit, OnlyNotesSoldOutAnswersThatLookTooEarly) {
  FlightUse flight = good();
  flight.sold_out_answers = 5;
  EXPECT_TRUE(judged(flight).passed());
  EXPECT_EQ(judged(flight).notes.size(), 1U);
  // It may have been full before.
  flight.own.given_back = 1;
  EXPECT_TRUE(judged(flight).notes.empty());
}

}  // namespace
}  // namespace flightdeck::stress
