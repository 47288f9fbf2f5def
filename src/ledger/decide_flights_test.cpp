// Flights in the ledger: adding, replacing, taking off sale.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "doubles/decide_samples.h"
#include "doubles/preconditions.h"
#include "doubles/row_store.h"
#include "doubles/settlements.h"
#include "ledger/decide.h"

namespace flightdeck::ledger {
namespace {

using flights::Flight;
using flights::FlightStatus;
using test::booking_1;
using test::draft_of;
using test::flight_1;
using test::flight_2;
using test::id_of;
using test::if_match;
using test::if_none_match;
using test::SharedPrecondition;
using test::start_time;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class DecideFlights : public ::testing::Test {
 protected:
  ~DecideFlights() override { EXPECT_THAT(rows.problems, IsEmpty()); }

  Result<Applied> apply(const Command& command) {
    last = rows.apply(command, start_time);
    return last.outcomes.front();
  }
  ErrorCode error_of(const Command& command) {
    const Result<Applied> outcome = apply(command);
    EXPECT_FALSE(outcome.has_value());
    EXPECT_TRUE(last.changes.empty());
    return outcome ? ErrorCode::internal : outcome.error().code;
  }
  std::vector<std::string_view> events() const {
    std::vector<std::string_view> types;
    for (const auto& event : last.changes.events) types.push_back(event.type);
    return types;
  }
  void add(FlightId id = flight_1, std::string number = "FD1", std::int64_t seats = 3) {
    ASSERT_TRUE(apply(AddFlight{id, draft_of(seats, std::move(number)), false}).has_value());
  }
  void book(std::int64_t seats) {
    const PlaceBooking place{booking_1, id_of<UserId>(21), flight_1, seats, Milliseconds{60'000}};
    ASSERT_TRUE(apply(place).has_value());
  }
  const Flight& flight(FlightId id = flight_1) const { return rows.flights.at(id); }

  test::RowStore rows;
  BatchDecision last;
};

TEST_F(DecideFlights, AnAddedFlightIsOnSaleWithAllItsSeats) {
  const Result<Applied> outcome = apply(AddFlight{flight_1, draft_of(3), false});
  ASSERT_TRUE(outcome.has_value());
  EXPECT_EQ(outcome->effect, Effect::added);
  EXPECT_EQ(*outcome->flight, flight());
  EXPECT_EQ(flight().available_seats, 3);
  EXPECT_EQ(flight().version, 1);
  EXPECT_THAT(events(), ElementsAre(events::flight_created));
  ASSERT_EQ(last.updates.size(), 1U);
  EXPECT_EQ(*last.updates[0].flight, flight());
}

TEST_F(DecideFlights, TheSameNumberAndDepartureIsADuplicate) {
  add();
  EXPECT_EQ(error_of(AddFlight{flight_2, draft_of(9), false}), ErrorCode::duplicate_flight);
  flights::FlightDraft later = draft_of(9);
  later.departure += Milliseconds{1};
  EXPECT_TRUE(apply(AddFlight{flight_2, later, false}).has_value());
}

TEST_F(DecideFlights, FlightsWithoutNumberAreNeverDuplicates) {
  add(flight_1, "");
  add(flight_2, "");
  EXPECT_EQ(rows.flights.size(), 2U);
}

TEST_F(DecideFlights, AddingAgainAfterALostAnswerIsNoDuplicate) {
  add();
  const Result<Applied> again = apply(AddFlight{flight_1, draft_of(3), false});
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(*again->flight, flight());
  EXPECT_TRUE(last.changes.empty());
}

TEST_F(DecideFlights, AnUpsertUpdatesTheFlightThatIsThere) {
  add();
  book(2);
  const Result<Applied> outcome = apply(AddFlight{flight_2, draft_of(10), true});
  ASSERT_TRUE(outcome.has_value());
  EXPECT_NE(outcome->effect, Effect::added);
  EXPECT_EQ(outcome->flight->id, flight_1);
  EXPECT_EQ(flight().total_seats, 10);
  EXPECT_EQ(flight().available_seats, 8);
  EXPECT_FALSE(rows.flights.contains(flight_2));
  EXPECT_THAT(events(), ElementsAre(events::flight_updated));
  EXPECT_EQ(error_of(AddFlight{flight_2, draft_of(1), true}), ErrorCode::capacity_below_sold);
}

TEST_F(DecideFlights, TwoUpsertsOfOneFlightInABatchMakeOne) {
  const std::vector<Command> commands = {AddFlight{flight_1, draft_of(3), true},
                                         AddFlight{flight_2, draft_of(4), true}};
  last = rows.apply(commands, start_time);
  EXPECT_EQ(last.outcomes[0]->effect, Effect::added);
  EXPECT_NE(last.outcomes[1]->effect, Effect::added);
  ASSERT_EQ(rows.flights.size(), 1U);
  EXPECT_EQ(flight().total_seats, 4);
  EXPECT_EQ(flight().version, 2);
}

TEST_F(DecideFlights, ReplacingMovesWhatIsAvailableByTheDifference) {
  add();
  book(2);
  const std::int64_t before = flight().version;
  ASSERT_TRUE(apply(ReplaceFlight{flight_1, draft_of(7), if_match({before})}).has_value());
  EXPECT_EQ(flight().available_seats, 5);
  EXPECT_EQ(flight().version, before + 1);
  EXPECT_THAT(events(), ElementsAre(events::flight_updated));
  ASSERT_TRUE(apply(ReplaceFlight{flight_1, draft_of(2), {}}).has_value()) << "exactly what is sold";
  EXPECT_EQ(flight().available_seats, 0);
  EXPECT_EQ(error_of(ReplaceFlight{flight_1, draft_of(1), {}}), ErrorCode::capacity_below_sold);
}

TEST_F(DecideFlights, ReplacingIsRefusedFor) {
  EXPECT_EQ(error_of(ReplaceFlight{flight_1, draft_of(3), {}}), ErrorCode::not_found);
  add();
  add(flight_2, "FD2");
  EXPECT_EQ(error_of(ReplaceFlight{flight_1, draft_of(3), if_match({2})}), ErrorCode::version_conflict);
  EXPECT_EQ(error_of(ReplaceFlight{flight_1, draft_of(3, "FD2"), if_match({1})}),
            ErrorCode::duplicate_flight);
  EXPECT_TRUE(apply(ReplaceFlight{flight_1, draft_of(3), if_match({1})}).has_value())
      << "its own key is free to keep";
  apply(CloseFlight{flight_1, false});
  EXPECT_EQ(error_of(ReplaceFlight{flight_1, draft_of(3), {}}), ErrorCode::flight_closed);
}

TEST_F(DecideFlights, AReleasedKeyIsFreeInTheSameBatch) {
  add();
  const std::vector<Command> commands = {ReplaceFlight{flight_1, draft_of(3, "FD9"), {}},
                                         AddFlight{flight_2, draft_of(3, "FD1"), false},
                                         AddFlight{id_of<FlightId>(3), draft_of(3, "FD9"), false}};
  last = rows.apply(commands, start_time);
  EXPECT_TRUE(last.outcomes[0].has_value());
  EXPECT_TRUE(last.outcomes[1].has_value());
  ASSERT_FALSE(last.outcomes[2].has_value());
  EXPECT_EQ(last.outcomes[2].error().code, ErrorCode::duplicate_flight);
}

TEST_F(DecideFlights, ABookingCarriesTheDateItsFlightWasMovedToInTheSameBatch) {
  add();
  book(1);
  flights::FlightDraft moved = draft_of(3);
  moved.date = Date{std::chrono::sys_days{moved.date} - std::chrono::days{1}};
  const std::vector<Command> commands = {ReplaceFlight{flight_1, moved, {}},
                                         test::payment_succeeded(booking_1, flight_1, "pay-1")};
  last = rows.apply(commands, start_time);
  EXPECT_EQ(last.outcomes[1]->booking->date, moved.date);
}

TEST_F(DecideFlights, TakingOffSale) {
  EXPECT_EQ(error_of(CloseFlight{flight_1, false}), ErrorCode::not_found);
  add();
  ASSERT_TRUE(apply(CloseFlight{flight_1, false}).has_value());
  EXPECT_EQ(flight().status, FlightStatus::cancelled);
  EXPECT_EQ(flight().version, 2);
  EXPECT_THAT(events(), ElementsAre(events::flight_cancelled));
  EXPECT_EQ(error_of(CloseFlight{flight_1, true}), ErrorCode::not_found) << "the second time";
}

TEST_F(DecideFlights, AConditionOfTheVersionGuardsReplacingAndTakingOffSale) {
  EXPECT_EQ(error_of(CloseFlight{flight_1, false, if_match({1})}), ErrorCode::not_found);
  add();
  for (const SharedPrecondition& unmet : {if_match({2}), if_match({}), if_none_match({9, 1})}) {
    EXPECT_EQ(error_of(ReplaceFlight{flight_1, draft_of(4), unmet}), ErrorCode::version_conflict);
    EXPECT_EQ(error_of(CloseFlight{flight_1, false, unmet}), ErrorCode::version_conflict);
    EXPECT_EQ(error_of(CloseFlight{flight_1, true, unmet}), ErrorCode::version_conflict);
  }
  EXPECT_EQ(flight().status, FlightStatus::scheduled);
  EXPECT_EQ(flight().version, 1);
  ASSERT_TRUE(apply(ReplaceFlight{flight_1, draft_of(4), if_match({99, 1})}).has_value());
  ASSERT_TRUE(apply(ReplaceFlight{flight_1, draft_of(5), if_none_match({1})}).has_value());
  EXPECT_EQ(flight().total_seats, 5);
  ASSERT_TRUE(apply(CloseFlight{flight_1, false, if_match({3})}).has_value());
  EXPECT_EQ(error_of(CloseFlight{flight_1, false, if_match({1})}), ErrorCode::not_found) << "closed already";
}

// The version that counts is the one that the commands before it have made.
TEST_F(DecideFlights, OfTwoChangesOfOneVersionInABatchTheFirstWins) {
  add();
  const std::vector<Command> commands = {ReplaceFlight{flight_1, draft_of(4), if_match({1})},
                                         CloseFlight{flight_1, false, if_match({1})},
                                         CloseFlight{flight_1, false, if_match({2})}};
  last = rows.apply(commands, start_time);
  EXPECT_TRUE(last.outcomes[0].has_value());
  ASSERT_FALSE(last.outcomes[1].has_value());
  EXPECT_EQ(last.outcomes[1].error().code, ErrorCode::version_conflict);
  EXPECT_TRUE(last.outcomes[2].has_value());
}

TEST_F(DecideFlights, TakingOffSaleWithLiveBookings) {
  add();
  book(1);
  EXPECT_EQ(error_of(CloseFlight{flight_1, false}), ErrorCode::flight_has_bookings);
  ASSERT_TRUE(apply(CloseFlight{flight_1, true}).has_value());
  EXPECT_EQ(flight().available_seats, 2) << "its bookings are the caller's to cancel";
  ASSERT_TRUE(apply(CancelBooking{booking_1, flight_1}).has_value());
  EXPECT_EQ(flight().available_seats, 3);
}

// ---- Reinstating ----

ReinstateFlight reinstate(FlightId id = flight_1, std::string number = "FD1",
                          SharedPrecondition condition = {}) {
  return {id, {std::move(number), draft_of(1).departure}, std::move(condition)};
}

TEST_F(DecideFlights, AReinstatedFlightIsOnSaleAgain) {
  EXPECT_EQ(error_of(reinstate()), ErrorCode::not_found);
  add();
  EXPECT_EQ(error_of(reinstate()), ErrorCode::invalid_state) << "it is on sale";
  ASSERT_TRUE(apply(CloseFlight{flight_1, false}).has_value());
  const Result<Applied> outcome = apply(reinstate());
  ASSERT_TRUE(outcome.has_value());
  EXPECT_EQ(*outcome->flight, flight());
  EXPECT_EQ(flight().status, FlightStatus::scheduled);
  EXPECT_EQ(flight().version, 3);
  EXPECT_EQ(flight().available_seats, 3);
  EXPECT_THAT(events(), ElementsAre(events::flight_reinstated));
  ASSERT_EQ(last.updates.size(), 1U);
  EXPECT_EQ(last.updates.front().scope, UpdateScope::flight);
  EXPECT_EQ(error_of(reinstate()), ErrorCode::invalid_state) << "the second time";
  book(2);
  EXPECT_EQ(flight().available_seats, 1);
}

TEST_F(DecideFlights, ReinstatingHonoursTheVersion) {
  add();
  ASSERT_TRUE(apply(CloseFlight{flight_1, false}).has_value());
  EXPECT_EQ(error_of(reinstate(flight_1, "FD1", if_match({1}))), ErrorCode::version_conflict);
  EXPECT_TRUE(apply(reinstate(flight_1, "FD1", if_match({2}))).has_value());
  EXPECT_EQ(error_of(reinstate(flight_1, "FD1", if_match({2}))), ErrorCode::version_conflict);
}

TEST_F(DecideFlights, ADepartedFlightIsNotReinstated) {
  add();
  ASSERT_TRUE(apply(CloseFlight{flight_1, false}).has_value());
  const auto at = [&](Instant now) { return rows.apply(Command(reinstate()), now).outcomes.front(); };
  EXPECT_EQ(at(draft_of(1).departure).error().code, ErrorCode::flight_closed);
  EXPECT_TRUE(at(draft_of(1).departure - Milliseconds{1}).has_value());
}

TEST_F(DecideFlights, ACancelledFlightGivesItsNumberUp) {
  add();
  ASSERT_TRUE(apply(CloseFlight{flight_1, false}).has_value());
  EXPECT_EQ(apply(AddFlight{flight_2, draft_of(4), true})->effect, Effect::added)
      << "an import does not touch the cancelled one";
  EXPECT_EQ(flight().status, FlightStatus::cancelled);
  EXPECT_EQ(error_of(reinstate()), ErrorCode::duplicate_flight);
  EXPECT_EQ(error_of(ReplaceFlight{flight_1, draft_of(4), {}}), ErrorCode::flight_closed);
  ASSERT_TRUE(apply(CloseFlight{flight_2, false}).has_value());
  EXPECT_TRUE(apply(reinstate()).has_value());
  EXPECT_EQ(error_of(reinstate(flight_2)), ErrorCode::duplicate_flight);
  EXPECT_EQ(error_of(AddFlight{id_of<FlightId>(3), draft_of(4), false}), ErrorCode::duplicate_flight);
}

TEST_F(DecideFlights, NumbersMoveBetweenFlightsWithinABatch) {
  add();
  add(flight_2, "FD2");
  ASSERT_TRUE(apply(CloseFlight{flight_1, false}).has_value());
  const std::vector<Command> commands = {ReplaceFlight{flight_2, draft_of(3, "FD1"), {}}, reinstate(),
                                         CloseFlight{flight_2, false}, reinstate(),
                                         AddFlight{id_of<FlightId>(3), draft_of(3), false}};
  last = rows.apply(commands, start_time);
  EXPECT_TRUE(last.outcomes[0].has_value());
  EXPECT_EQ(last.outcomes[1].error().code, ErrorCode::duplicate_flight);
  EXPECT_TRUE(last.outcomes[2].has_value());
  EXPECT_TRUE(last.outcomes[3].has_value());
  EXPECT_EQ(last.outcomes[4].error().code, ErrorCode::duplicate_flight);
}

TEST_F(DecideFlights, FlightsWithoutANumberAreReinstatedSideBySide) {
  for (const FlightId id : {flight_1, flight_2}) {
    add(id, "");
    ASSERT_TRUE(apply(CloseFlight{id, false}).has_value());
    EXPECT_TRUE(apply(reinstate(id, "")).has_value());
  }
}

// Who has the number that it has now was not looked up.
TEST_F(DecideFlights, AFlightWhoseNumberChangedMeanwhileIsNotReinstatedBlindly) {
  add();
  ASSERT_TRUE(apply(CloseFlight{flight_1, false}).has_value());
  EXPECT_EQ(error_of(reinstate(flight_1, "FD7")), ErrorCode::unavailable);
}

TEST_F(DecideFlights, BookingsThatACancelledFlightStillHasStayWhenItIsReinstated) {
  add();
  book(2);
  ASSERT_TRUE(apply(CloseFlight{flight_1, true}).has_value());
  ASSERT_TRUE(apply(reinstate()).has_value());
  EXPECT_EQ(flight().available_seats, 1) << "its seats are not for sale again";
  EXPECT_EQ(error_of(CancelBooking{booking_1, flight_1, true}), ErrorCode::version_conflict)
      << "whoever is still cancelling them must stop";
  EXPECT_EQ(rows.bookings.at(booking_1).status, BookingStatus::pending);
  EXPECT_TRUE(apply(CancelBooking{booking_1, flight_1}).has_value()) << "its owner may";
  EXPECT_TRUE(apply(CancelBooking{booking_1, flight_1, true}).has_value()) << "it is so already";
  EXPECT_EQ(flight().available_seats, 3);
}

TEST_F(DecideFlights, ReinstatingReadsTheFlightAndWhoHasItsNumber) {
  const std::vector<Command> commands = {reinstate(), reinstate(flight_2, "")};
  EXPECT_THAT(keys_of(commands).flights, ElementsAre(flight_1, flight_2));
  EXPECT_THAT(keys_of(commands).natural_keys, ElementsAre(NaturalKey{"FD1", draft_of(1).departure}));
  EXPECT_EQ(flight_of(commands[0]), flight_1);
}

TEST_F(DecideFlights, KeysAreSortedWithoutRepeats) {
  const std::vector<Command> commands = {CancelBooking{booking_1, flight_2},
                                         AddFlight{flight_1, draft_of(1, "B"), false},
                                         ReplaceFlight{flight_2, draft_of(1, "A"), {}},
                                         AddFlight{flight_1, draft_of(1, "B"), true},
                                         AddFlight{id_of<FlightId>(3), draft_of(1, ""), false},
                                         CancelBooking{booking_1, flight_2}};
  const LedgerKeys keys = keys_of(commands);
  const Instant departure = draft_of(1).departure;
  EXPECT_THAT(keys.flights, ElementsAre(flight_1, flight_2, id_of<FlightId>(3)));
  EXPECT_THAT(keys.bookings, ElementsAre(booking_1));
  EXPECT_THAT(keys.natural_keys, ElementsAre(NaturalKey{"A", departure}, NaturalKey{"B", departure}));
}

TEST_F(DecideFlights, ASuccessReadsItsFlightOnlyWhenAllKeysAreRead) {
  const std::vector<Command> success = {test::payment_succeeded(booking_1, flight_1, "ref")};
  EXPECT_THAT(keys_of(success).flights, IsEmpty());
  EXPECT_THAT(keys_of(success).bookings, ElementsAre(booking_1));
  EXPECT_THAT(all_keys_of(success).flights, IsEmpty());
  const std::vector<Command> failure = {test::payment_failed(booking_1, flight_1, "declined")};
  EXPECT_THAT(keys_of(failure).flights, ElementsAre(flight_1));
}

TEST_F(DecideFlights, ABookingThatIsKnownIsReadOnlyWhenInDoubt) {
  const BookingId booking_2 = id_of<BookingId>(2);
  const auto settle = [](BookingId id, bool cached) {
    SettlePayment command = test::payment_succeeded(id, flight_1);
    Booking booking;
    booking.id = id;
    if (cached) command.cached = std::make_shared<CachedBooking>(booking, RowVersion{7});
    return Command(command);
  };
  const std::vector<Command> commands = {settle(booking_2, true), settle(booking_1, true)};
  const LedgerKeys keys = keys_of(commands);
  EXPECT_THAT(keys.bookings, IsEmpty());
  ASSERT_EQ(keys.cached.size(), 2U);
  EXPECT_EQ(keys.cached[0]->booking.id, booking_2);
  EXPECT_THAT(all_keys_of(commands).bookings, ElementsAre(booking_2, booking_1));
  EXPECT_THAT(all_keys_of(commands).cached, IsEmpty());

  const std::vector<Command> read_too = {settle(booking_1, true), settle(booking_1, false)};
  EXPECT_THAT(keys_of(read_too).bookings, ElementsAre(booking_1));
  EXPECT_THAT(keys_of(read_too).cached, IsEmpty());
  SettlePayment failure = std::get<SettlePayment>(settle(booking_1, true));
  failure.outcome = PaymentFailed{std::string(reason_payment_declined)};
  const std::vector<Command> failures = {failure};
  EXPECT_THAT(keys_of(failures).bookings, ElementsAre(booking_1))
      << "its seats go back to a flight that is read";
  EXPECT_THAT(keys_of(failures).cached, IsEmpty());
  const std::vector<Command> cached_twice = {settle(booking_1, true), settle(booking_1, true)};
  EXPECT_THAT(keys_of(cached_twice).bookings, ElementsAre(booking_1));
  EXPECT_THAT(keys_of(cached_twice).cached, IsEmpty());
}

TEST_F(DecideFlights, WhatItsBatchLeavesAsPlacedIsAsWritten) {
  const BookingId booking_2 = id_of<BookingId>(2);
  const std::vector<Command> commands = {
      PlaceBooking{booking_1, {}, flight_1, 1, {}, true}, PlaceBooking{booking_2, {}, flight_1, 1, {}, true},
      PlaceBooking{booking_2, {}, flight_1, 1, {}, false}, CancelBooking{booking_1, flight_1}};
  const Flight flight = flights::make_flight(flight_1, draft_of(5), start_time);
  const BatchDecision decision = decide(LedgerRows{{flight}, {}}, commands, start_time);
  EXPECT_THAT(decision.written_as_answered, ElementsAre(1));
}

TEST_F(DecideFlights, ALateSuccessAsksForItsFlight) {
  Booking booking;
  booking.id = booking_1;
  booking.flight = flight_1;
  booking.seats = 1;
  const std::vector<Command> success = {test::payment_succeeded(booking_1, flight_1, "ref")};
  const auto decided = [&](BookingStatus status) {
    booking.status = status;
    return decide(LedgerRows{{}, {booking}}, success, start_time);
  };
  EXPECT_THAT(decided(BookingStatus::failed).late_payments, ElementsAre(LatePayment{booking_1, flight_1}));
  EXPECT_THAT(decided(BookingStatus::cancelled).late_payments, ElementsAre(LatePayment{booking_1, flight_1}));
  const BatchDecision in_time = decided(BookingStatus::pending);
  EXPECT_THAT(in_time.late_payments, IsEmpty());
  EXPECT_EQ(in_time.outcomes.front()->booking->status, BookingStatus::confirmed);
  EXPECT_THAT(in_time.changes.updated_flights, IsEmpty());
  EXPECT_THAT(in_time.changes.updated_seats, IsEmpty());
}

TEST_F(DecideFlights, ANewIdIsLookedForOnlyWhenAllKeysAreRead) {
  const std::vector<Command> place = {PlaceBooking{booking_1, {}, flight_1, 1, {}, true}};
  EXPECT_THAT(keys_of(place).bookings, IsEmpty());
  EXPECT_THAT(keys_of(place).flights, ElementsAre(flight_1));
  EXPECT_THAT(all_keys_of(place).bookings, ElementsAre(booking_1));
}

TEST_F(DecideFlights, WhatIsSoldChangesTheSeatsOfItsFlightAlone) {
  const Flight flight = flights::make_flight(flight_1, draft_of(5), start_time);
  const auto decided = [&](std::vector<Command> commands) {
    return decide(LedgerRows{{flight}, {}}, commands, start_time + Milliseconds{5}).changes;
  };
  const Command place = PlaceBooking{booking_1, {}, flight_1, 2, {}};
  const LedgerChanges sold = decided({place});
  EXPECT_THAT(sold.updated_flights, IsEmpty());
  ASSERT_EQ(sold.updated_seats.size(), 1U);
  Flight expected = flight;
  expected.available_seats = 3;
  expected.version = 2;
  expected.updated_at = sold.now;
  EXPECT_EQ(sold.updated_seats.front(), expected);
  const LedgerChanges both = decided({place, ReplaceFlight{flight_1, draft_of(6), {}}});
  EXPECT_THAT(both.updated_seats, IsEmpty());
  ASSERT_EQ(both.updated_flights.size(), 1U);
  EXPECT_EQ(both.updated_flights.front().available_seats, 4);
}

TEST_F(DecideFlights, TheFlightOfACommandIsTheOneItNames) {
  EXPECT_EQ(flight_of(CancelBooking{booking_1, flight_2}), flight_2);
  EXPECT_EQ(flight_of(PlaceBooking{booking_1, {}, flight_1, 1, {}}), flight_1);
  EXPECT_EQ(flight_of(AddFlight{flight_2, draft_of(1), false}), flight_2);
  EXPECT_EQ(flight_of(CloseFlight{flight_1, false}), flight_1);
}

}  // namespace
}  // namespace flightdeck::ledger
