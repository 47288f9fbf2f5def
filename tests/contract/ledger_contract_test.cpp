// Writing to a ledger and reading it back: what LedgerStore and LedgerReader promise together.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "contract/temporary_ledger.h"
#include "doubles/booking_world.h"
#include "doubles/settlements.h"
#include "ledger/apply_batch.h"

namespace flightdeck::booking {
namespace {

using flights::Flight;
using std::chrono::seconds;
using test::apply;
using test::flight_1;
using test::flight_2;
using test::flight_draft;
using test::id_of;
using test::world_start;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

const UserId user_1 = id_of<UserId>(21);

class LedgerContract : public ::testing::TestWithParam<test::LedgerKind> {
 protected:
  ledger::LedgerStore& store() { return ledger->store(); }
  ledger::LedgerReader& reader() { return ledger->reader(); }

  Flight add(FlightId id, std::string number, std::int64_t seats = 10) {
    return *apply(store(), ledger::AddFlight{id, flight_draft(seats, std::move(number)), false}, now)->flight;
  }
  ledger::Booking place(std::uint8_t n, FlightId flight = flight_1, std::int64_t seats = 1) {
    ledger::PlaceBooking command{id_of<BookingId>(n), user_1, flight, seats, Milliseconds{60'000}};
    return *apply(store(), std::move(command), now)->booking;
  }
  void pay(std::uint8_t n, FlightId flight = flight_1) {
    const std::string ref = "pay-" + std::to_string(n);
    ASSERT_TRUE(apply(store(), test::payment_succeeded(id_of<BookingId>(n), flight, ref), now).has_value());
  }
  std::optional<ledger::Booking> find_booking(std::uint8_t n) {
    const BookingId id = id_of<BookingId>(n);
    const auto rows = reader().bookings(std::span(&id, 1));
    return rows.empty() ? std::nullopt : std::optional(rows.front());
  }
  std::optional<Flight> find_flight(FlightId id) {
    const auto rows = reader().flights(std::span(&id, 1));
    return rows.empty() ? std::nullopt : std::optional(rows.front());
  }

  std::unique_ptr<test::TemporaryLedger> ledger = GetParam().make();
  Instant now = world_start;
};

INSTANTIATE_TEST_SUITE_P(All, LedgerContract, ::testing::ValuesIn(test::ledger_kinds()), test::ledger_name);

TEST_P(LedgerContract, AnEmptyLedgerHasNothing) {
  EXPECT_FALSE(reader().any_flight());
  EXPECT_EQ(reader().pending_bookings(), 0);
  EXPECT_EQ(find_flight(flight_1), std::nullopt);
  EXPECT_EQ(find_booking(1), std::nullopt);
  EXPECT_THAT(reader().list_flights({}).flights, IsEmpty());
  EXPECT_THAT(store().claim_unfinished(now, now, 10), IsEmpty());
}

TEST_P(LedgerContract, AFlightIsReadAsItWasWritten) {
  now += Milliseconds{123};
  const Flight added = add(flight_1, "FD1");
  EXPECT_EQ(find_flight(flight_1), added);
  flights::FlightDraft bare = flight_draft(5, "");
  bare.arrival.reset();
  bare.source = "S\xC3\xA3o Paulo";
  bare.date = Date{std::chrono::year{1} / 1 / 2};
  bare.departure = *std::optional(parse_rfc3339("0001-01-02T03:04:05.678Z")->instant);
  bare.total_seats = 1'000'000'000;
  const Flight odd = *apply(store(), ledger::AddFlight{flight_2, bare, false}, now)->flight;
  EXPECT_EQ(find_flight(flight_2), odd);
  EXPECT_TRUE(reader().any_flight());
}

TEST_P(LedgerContract, ABookingIsReadAsItWasWrittenThroughItsWholeLife) {
  add(flight_1, "FD1");
  const ledger::Booking placed = place(1, flight_1, 3);
  EXPECT_EQ(find_booking(1), placed);
  now += seconds{1};
  ledger::Booking paid = *apply(store(), test::payment_succeeded(placed.id, flight_1, "pay-1"), now)->booking;
  EXPECT_EQ(find_booking(1), paid);
  now += seconds{1};
  ledger::Booking cancelled = *apply(store(), ledger::CancelBooking{placed.id, flight_1}, now)->booking;
  EXPECT_EQ(find_booking(1), cancelled);
  EXPECT_EQ(cancelled.status, ledger::BookingStatus::cancelled);
  ledger::Booking refunded =
      *apply(store(), ledger::RecordRefund{placed.id, flight_1, "refund-1", "pay-1"}, now)->booking;
  EXPECT_EQ(find_booking(1), refunded);
  EXPECT_EQ(refunded.refund_ref, "refund-1");
  const ledger::Booking other = place(2);
  apply(store(), test::payment_failed(other.id, flight_1, "payment_declined"), now).value();
  EXPECT_EQ(find_booking(2)->failure_reason, "payment_declined");
}

TEST_P(LedgerContract, EveryCommitIsSeenAtOnceByTheReader) {
  add(flight_1, "FD1", 100);
  for (std::uint8_t n = 1; n <= 20; ++n) {
    place(n);
    ASSERT_EQ(find_flight(flight_1)->available_seats, 100 - n);
    ASSERT_TRUE(find_booking(n).has_value());
  }
}

TEST_P(LedgerContract, WhatIsRolledBackIsNotThere) {
  add(flight_1, "FD1");
  ledger::LedgerKeys keys;
  keys.flights = {flight_1};
  ASSERT_EQ(store().begin(keys).flights.size(), 1U);
  store().rollback();
  ledger::LedgerChanges changes;
  changes.now = now;
  Flight changed = *find_flight(flight_1);
  store().begin(keys);
  // The database is the final judge.
  changed.available_seats = -1;
  changes.updated_flights = {changed};
  EXPECT_ANY_THROW(store().commit(changes));
  store().rollback();
  EXPECT_EQ(find_flight(flight_1)->available_seats, 10);
  // And the store can be used again.
  place(1);
  EXPECT_EQ(find_flight(flight_1)->available_seats, 9);
}

TEST_P(LedgerContract, TheSchemaRefusesMoreAvailableThanThereAre) {
  add(flight_1, "FD1");
  ledger::LedgerChanges changes;
  changes.now = now;
  changes.updated_flights = {*find_flight(flight_1)};
  changes.updated_flights[0].available_seats = 11;
  store().begin({});
  EXPECT_ANY_THROW(store().commit(changes));
  store().rollback();
}

TEST_P(LedgerContract, TheSchemaRefusesMoreSoldThanThereAre) {
  add(flight_1, "FD1");
  ledger::LedgerChanges changes;
  changes.now = now;
  changes.updated_seats = {*find_flight(flight_1)};
  changes.updated_seats[0].available_seats = -1;
  store().begin({});
  EXPECT_ANY_THROW(store().commit(changes));
  store().rollback();
}

TEST_P(LedgerContract, SeatsThatChangeLeaveTheRestOfTheirFlight) {
  Flight expected = add(flight_1, "FD1");
  const Flight other = add(flight_2, "FD2");
  now += Milliseconds{1500};
  place(1);
  expected.available_seats = 9;
  expected.version = 2;
  expected.updated_at = now;
  EXPECT_EQ(find_flight(flight_1), expected);
  EXPECT_EQ(find_flight(flight_2), other);
}

TEST_P(LedgerContract, AnIdThatShouldBeNewAndIsNotIsItsBookingAgain) {
  add(flight_1, "FD1");
  const ledger::Booking first = place(1);
  ledger::PlaceBooking command{id_of<BookingId>(1), user_1, flight_1, 1, Milliseconds{60'000}, true};
  const ledger::Applied again = apply(store(), std::move(command), now).value();
  EXPECT_EQ(again.effect, ledger::Effect::replayed);
  EXPECT_EQ(again.booking, first);
  EXPECT_EQ(find_flight(flight_1)->available_seats, 9);
}

TEST_P(LedgerContract, TheSameNaturalKeyOrIdIsAConflict) {
  const Flight first = add(flight_1, "FD1");
  Flight twin = first;
  twin.id = flight_2;
  ledger::LedgerChanges changes;
  changes.now = now;
  changes.inserted_flights = {twin};
  store().begin({});
  EXPECT_THROW(store().commit(changes), ledger::LedgerConflict);
  store().rollback();
  EXPECT_EQ(find_flight(flight_2), std::nullopt);
  twin = first;
  twin.flight_number = "FD2";
  changes.inserted_flights = {twin};
  store().begin({});
  EXPECT_THROW(store().commit(changes), ledger::LedgerConflict);
  store().rollback();
  const ledger::Booking placed = place(1);
  changes.inserted_flights.clear();
  changes.inserted_bookings = {placed};
  store().begin({});
  EXPECT_THROW(store().commit(changes), ledger::LedgerConflict);
  store().rollback();
}

TEST_P(LedgerContract, ACancelledFlightGivesItsNaturalKeyUp) {
  const Flight first = add(flight_1, "FD1");
  const ledger::NaturalKey key{"FD1", first.departure};
  const std::vector<ledger::NaturalKey> keys = {key, {"FD2", first.departure}};
  EXPECT_THAT(reader().cancelled_of(keys), IsEmpty());
  apply(store(), ledger::CloseFlight{flight_1, false}, now).value();
  EXPECT_THAT(reader().cancelled_of(keys), ElementsAre(key));
  ledger::LedgerKeys asked;
  asked.natural_keys = keys;
  EXPECT_THAT(store().begin(asked).flights, IsEmpty());
  store().rollback();
  const Flight second = add(flight_2, "FD1");
  EXPECT_THAT(store().begin(asked).flights, ElementsAre(second));
  store().rollback();
  const ledger::ReinstateFlight reinstate{flight_1, key, {}};
  EXPECT_EQ(apply(store(), reinstate, now).error().code, ErrorCode::duplicate_flight);
  // Whoever has not looked is stopped by the database itself.
  ledger::LedgerChanges changes;
  changes.now = now;
  changes.updated_flights = {*find_flight(flight_1)};
  changes.updated_flights[0].status = flights::FlightStatus::scheduled;
  store().begin({});
  EXPECT_THROW(store().commit(changes), ledger::LedgerConflict);
  store().rollback();
  apply(store(), ledger::CloseFlight{flight_2, false}, now).value();
  EXPECT_THAT(reader().cancelled_of(keys), ElementsAre(key)) << "once, though two had it";
  EXPECT_EQ(apply(store(), reinstate, now)->flight->status, flights::FlightStatus::scheduled);
  EXPECT_EQ(find_flight(flight_1)->version, 3);
  EXPECT_THAT(reader().cancelled_of({}), IsEmpty());
}

TEST_P(LedgerContract, RowsAreLoadedByIdAndByNaturalKeyEachOnce) {
  const Flight first = add(flight_1, "FD1");
  const Flight second = add(flight_2, "FD2");
  place(1);
  ledger::LedgerKeys keys;
  keys.flights = {flight_1, id_of<FlightId>(9)};
  keys.natural_keys = {{"FD1", first.departure}, {"FD2", second.departure}, {"FD3", first.departure}};
  keys.bookings = {id_of<BookingId>(1), id_of<BookingId>(2)};
  const ledger::LedgerRows rows = store().begin(keys);
  store().rollback();
  EXPECT_THAT(rows.flights, UnorderedElementsAre(*find_flight(flight_1), second));
  EXPECT_THAT(rows.bookings, ElementsAre(*find_booking(1)));
}

TEST_P(LedgerContract, AKeyThatMovesWithinABatchEndsWhereTheCommandsSay) {
  add(flight_1, "FD1");
  const std::vector<ledger::Command> commands = {ledger::ReplaceFlight{flight_1, flight_draft(10, "FD9"), {}},
                                                 ledger::AddFlight{flight_2, flight_draft(10, "FD1"), false}};
  const ledger::BatchDecision decision = ledger::apply_batch(store(), commands, now);
  ASSERT_EQ(decision.outcomes.size(), 2U);
  EXPECT_TRUE(decision.outcomes[0].has_value());
  EXPECT_TRUE(decision.outcomes[1].has_value());
  EXPECT_EQ(find_flight(flight_1)->flight_number, "FD9");
  EXPECT_EQ(find_flight(flight_2)->flight_number, "FD1");
}

TEST_P(LedgerContract, ABookingCarriesTheDateOfItsFlightAsItIsNow) {
  add(flight_1, "FD1");
  place(1);
  flights::FlightDraft moved = flight_draft(10, "FD1");
  moved.date = Date{std::chrono::sys_days{moved.date} - std::chrono::days{1}};
  apply(store(), ledger::ReplaceFlight{flight_1, moved, {}}, now).value();
  EXPECT_EQ(find_booking(1)->date, moved.date);
  ledger::LedgerKeys keys;
  keys.bookings = {id_of<BookingId>(1)};
  const ledger::LedgerRows rows = store().begin(keys);
  store().rollback();
  EXPECT_EQ(rows.bookings.at(0).date, moved.date);
}

TEST_P(LedgerContract, DueIntentsAreClaimedOldestFirstAndLeased) {
  add(flight_1, "FD1");
  for (const std::uint8_t n :
       // Due one second after the other.
       std::initializer_list<std::uint8_t>{5, 3, 9, 1}) {
    place(n);
    now += seconds{1};
  }
  const Instant first_due = world_start + seconds{60};
  EXPECT_THAT(store().claim_unfinished(first_due - Milliseconds{1}, first_due, 10), IsEmpty());
  const Instant all_due = first_due + seconds{3};
  const Instant lease = all_due + seconds{15};
  EXPECT_THAT(store().claim_unfinished(all_due, lease, 3),
              ElementsAre(id_of<BookingId>(5), id_of<BookingId>(3), id_of<BookingId>(9)));
  EXPECT_THAT(store().claim_unfinished(all_due, lease, 3), ElementsAre(id_of<BookingId>(1)));
  EXPECT_THAT(store().claim_unfinished(lease - Milliseconds{1}, lease, 10), IsEmpty()) << "leased";
  EXPECT_EQ(store().claim_unfinished(lease, lease + seconds{15}, 10).size(), 4U) << "the worker died";
}

TEST_P(LedgerContract, ASettledBookingIsNoLongerDue) {
  add(flight_1, "FD1");
  place(1);
  place(2);
  pay(1);
  const Instant later = now + seconds{3600};
  EXPECT_THAT(store().claim_unfinished(later, later, 10), ElementsAre(id_of<BookingId>(2)));
  ledger::RescheduleIntent next{id_of<BookingId>(2), flight_1, later + seconds{1}, {}};
  apply(store(), next, now).value();
  EXPECT_THAT(store().claim_unfinished(later, later, 10), IsEmpty());
  EXPECT_THAT(store().claim_unfinished(later + seconds{1}, later, 10), ElementsAre(id_of<BookingId>(2)));
}

TEST_P(LedgerContract, TheOutboxIsClaimedInOrderLeasedAndEmptied) {
  EXPECT_THAT(store().claim_events(now, now, 10), IsEmpty());
  add(flight_1, "FD1");
  place(1);
  pay(1);
  const Instant lease = now + seconds{15};
  const auto first = store().claim_events(now, lease, 2);
  ASSERT_EQ(first.size(), 2U);
  EXPECT_THAT(first[0].data, HasSubstr("flight.created"));
  EXPECT_THAT(first[1].data, HasSubstr("booking_intent.created"));
  EXPECT_LT(first[0].sequence, first[1].sequence);
  const auto second = store().claim_events(now, lease, 2);
  ASSERT_EQ(second.size(), 1U) << "the others are leased";
  EXPECT_THAT(second[0].data, HasSubstr("booking.confirmed"));
  EXPECT_THAT(store().claim_events(lease - Milliseconds{1}, lease, 10), IsEmpty());
  store().remove_events(std::vector{first[0].sequence});
  const auto again = store().claim_events(lease, lease + seconds{15}, 10);
  ASSERT_EQ(again.size(), 2U) << "the relay died before it had published them";
  EXPECT_EQ(again[0].sequence, first[1].sequence);
  EXPECT_EQ(again[1].sequence, second[0].sequence);
  store().remove_events(std::vector{first[0].sequence, first[1].sequence, second[0].sequence});
  store().remove_events({});
  EXPECT_THAT(store().claim_events(lease + seconds{15}, lease, 10), IsEmpty());
}

TEST_P(LedgerContract, AnOutboxThatNobodyReadsIsTrimmedByAgeAndByLength) {
  EXPECT_EQ(store().trim_events(now, 0, 10), 0U);
  for (std::uint8_t n = 1; n <= 6; ++n) {
    add(id_of<FlightId>(n), "FD" + std::to_string(n));
    now += seconds{10};
  }
  const auto left = [&] {
    std::vector<std::int64_t> sequences;
    for (const auto& row : store().claim_events(now, now, 100)) sequences.push_back(row.sequence);
    return sequences;
  };
  const std::vector<std::int64_t> all = left();
  ASSERT_EQ(all.size(), 6U);
  EXPECT_EQ(store().trim_events(world_start, 1000, 100), 0U) << "none is so old, and there is room";
  EXPECT_EQ(store().trim_events(world_start + seconds{10}, 1000, 100), 1U) << "older ones alone";
  EXPECT_EQ(store().trim_events(world_start, 3, 1), 1U) << "not more than asked for";
  EXPECT_EQ(store().trim_events(world_start, 3, 100), 1U);
  EXPECT_EQ(left(), std::vector(all.begin() + 3, all.end()));
  EXPECT_EQ(store().trim_events(now + seconds{1}, 1000, 100), 3U);
  EXPECT_THAT(left(), IsEmpty());
}

TEST_P(LedgerContract, SeatsAreCountedByStatus) {
  add(flight_1, "FD1", 100);
  add(flight_2, "FD2");
  for (std::uint8_t n = 1; n <= 5; ++n) place(n, flight_1, n);
  place(6, flight_2, 3);
  pay(1);
  pay(2);
  apply(store(), test::payment_failed(id_of<BookingId>(3), flight_1, "payment_declined"), now).value();
  apply(store(), ledger::CancelBooking{id_of<BookingId>(4), flight_1}, now).value();
  const ledger::SeatCounts counts = reader().seat_counts(flight_1);
  EXPECT_EQ(counts.confirmed, 3);
  EXPECT_EQ(counts.pending, 5);
  EXPECT_EQ(find_flight(flight_1)->available_seats, 92);
  EXPECT_EQ(reader().pending_bookings(), 2);
  EXPECT_THAT(reader().live_bookings(flight_1, 10),
              UnorderedElementsAre(id_of<BookingId>(1), id_of<BookingId>(2), id_of<BookingId>(5)));
  EXPECT_EQ(reader().live_bookings(flight_1, 2).size(), 2U);
  const ledger::SeatCounts none = reader().seat_counts(id_of<FlightId>(9));
  EXPECT_EQ(none.confirmed + none.pending, 0);
}

TEST_P(LedgerContract, ClosedFlightsWithLiveBookingsAreFound) {
  add(flight_1, "FD1");
  add(flight_2, "FD2");
  place(1);
  place(2, flight_2);
  apply(store(), ledger::CloseFlight{flight_1, true}, now).value();
  EXPECT_THAT(reader().closed_flights(FlightId{}, 10).with_bookings, ElementsAre(flight_1));
  apply(store(), ledger::CancelBooking{id_of<BookingId>(1), flight_1}, now).value();
  EXPECT_THAT(reader().closed_flights(FlightId{}, 10).with_bookings, IsEmpty());
}

TEST_P(LedgerContract, ClosedFlightsAreLookedAtPageByPage) {
  std::vector<FlightId> with_bookings;
  for (std::uint8_t n = 1; n <= 9; ++n) {
    const auto id = id_of<FlightId>(n);
    add(id, "FD" + std::to_string(n));
    if (n % 3 != 0) {
      place(n, id);
      with_bookings.push_back(id);
    }
    apply(store(), ledger::CloseFlight{id, true}, now).value();
  }
  std::vector<FlightId> seen;
  std::optional<FlightId> after = FlightId{};
  for (int pages = 0; after && pages < 10; ++pages) {
    const ledger::ClosedFlights page = reader().closed_flights(*after, 2);
    seen.insert(seen.end(), page.with_bookings.begin(), page.with_bookings.end());
    after = page.next;
  }
  EXPECT_EQ(seen, with_bookings);
  EXPECT_EQ(after, std::nullopt);
}

TEST_P(LedgerContract, ReadsOfSeveralRowsTakeRepeatsAndGaps) {
  const Flight first = add(flight_1, "FD1");
  const Flight second = add(flight_2, "FD2");
  const std::vector<FlightId> ids = {flight_2, id_of<FlightId>(7), flight_1};
  EXPECT_THAT(reader().flights(ids), UnorderedElementsAre(first, second));
  EXPECT_THAT(reader().flights({}), IsEmpty());
  EXPECT_THAT(reader().bookings({}), IsEmpty());
}

}  // namespace
}  // namespace flightdeck::booking
