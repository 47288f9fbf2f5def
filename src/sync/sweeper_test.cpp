#include "sync/sweeper.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/limits.h"
#include "doubles/booking_world.h"
#include "ledger/apply_batch.h"

namespace flightdeck::sync {
namespace {

using booking::ReserveAnswer;
using ledger::Command;
using std::chrono::seconds;
using test::BookingWorld;
using test::finish;
using Fault = test::InlineLedger::Fault;
using ::testing::IsEmpty;

class SweeperTest : public ::testing::Test {
 protected:
  ~SweeperTest() override { EXPECT_THAT(world.escaped, IsEmpty()); }

  // Written by another process, so nothing here observes it.
  Result<ledger::Applied> elsewhere(const Command& command) {
    auto decision = ledger::apply_batch(world.rows, std::span(&command, 1), world.clock.now());
    return std::move(decision.outcomes.front());
  }
  FlightId add_elsewhere(std::int64_t seats, std::string number = "FD1") {
    const FlightId id{make_uuid_v7(world.clock.now(), world.random)};
    EXPECT_TRUE(
        elsewhere(ledger::AddFlight{id, test::flight_draft(seats, std::move(number)), false}).has_value());
    return id;
  }
  ledger::Booking place_elsewhere(FlightId flight, std::int64_t seats) {
    const BookingId id{make_uuid_v7(world.clock.now(), world.random)};
    return *elsewhere(ledger::PlaceBooking{id, {}, flight, seats, seconds{60}})->booking;
  }
  // As a process leaves one that dies between gate and ledger.
  void leave_hold(FlightId flight, BookingId booking, std::int64_t seats) {
    EXPECT_EQ(finish(world.loop, world.gate.reserve(flight, booking, seats, world.clock.now())),
              ReserveAnswer::held);
  }
  Synced sync() { return finish(world.loop, world.sweeper.sync_changed()); }
  // How many flights were sent.
  std::size_t sync_changed() {
    const Synced synced = sync();
    EXPECT_EQ(synced.end, Synced::End::in_step);
    return synced.told;
  }
  // Until no flight is left that was sent within the overlap.
  void settle_down() {
    world.loop.advance(seconds{600});
    sync_changed();
    EXPECT_EQ(sync_changed(), 0U);
  }
  void empty_index_and_gate() {
    world.memory_index = std::make_unique<memory::MemoryFlightIndex>();
    world.memory_gate = std::make_unique<memory::MemorySeatGate>();
    world.index.forget_complete();
  }
  std::size_t found() {
    flights::SearchQuery query;
    query.source = "jfk";
    query.destination = "lhr";
    query.date = test::flight_draft(1).date;
    query.limit = 5000;
    return finish(world.loop, world.index.search(query, world.clock.now()))->flights.size();
  }

  BookingWorld world;
};

TEST_F(SweeperTest, TheFirstSyncTellsOfAllFlightsPageByPage) {
  const std::size_t count = limits::sweep_batch + 3;
  for (std::size_t i = 0; i < count; ++i) add_elsewhere(5, "FD" + std::to_string(i));
  EXPECT_EQ(found(), 0U);
  EXPECT_EQ(sync_changed(), count);
  EXPECT_EQ(found(), count);
}

TEST_F(SweeperTest, ChangesByOthersAreHeard) {
  const FlightId flight = add_elsewhere(5);
  sync_changed();
  EXPECT_EQ(world.sellable(flight), 5);
  world.loop.advance(seconds{30});
  place_elsewhere(flight, 2);
  sync_changed();
  EXPECT_EQ(world.sellable(flight), 3);
  world.loop.advance(seconds{30});
  ASSERT_TRUE(elsewhere(ledger::CloseFlight{flight, true}).has_value());
  sync_changed();
  EXPECT_EQ(world.sellable(flight), std::nullopt);
  EXPECT_EQ(found(), 0U);
}

TEST_F(SweeperTest, WhatIsOldIsNotToldAgain) {
  add_elsewhere(5);
  EXPECT_EQ(sync_changed(), 1U);
  EXPECT_EQ(sync_changed(), 1U) << "a row may become visible late: the overlap";
  world.loop.advance(limits::sweep_overlap + seconds{1});
  EXPECT_EQ(sync_changed(), 0U) << "within the overlap of the last time, and told then";
}

TEST_F(SweeperTest, WhatChangesAgainWithinTheOverlapIsToldAgain) {
  const FlightId flight = add_elsewhere(5);
  sync_changed();
  EXPECT_EQ(sync_changed(), 1U);
  place_elsewhere(flight, 2);
  EXPECT_EQ(sync_changed(), 1U);
  EXPECT_EQ(world.sellable(flight), 3);
  EXPECT_EQ(sync_changed(), 0U);
}

TEST_F(SweeperTest, WhatAnIndexThatWasEmptiedHeardBeforeCountsForNothing) {
  const FlightId flight = add_elsewhere(5);
  sync_changed();
  sync_changed();
  empty_index_and_gate();
  EXPECT_EQ(sync_changed(), 1U);
  EXPECT_EQ(found(), 1U);
  EXPECT_EQ(world.sellable(flight), 5);
}

TEST_F(SweeperTest, ARowThatBecomesVisibleLateIsHeard) {
  sync_changed();
  // Decided a moment ago, committed only now.
  const Instant decided = world.clock.now();
  world.loop.advance(seconds{2});
  sync_changed();
  const FlightId id{make_uuid_v7(decided, world.random)};
  const Command add = ledger::AddFlight{id, test::flight_draft(5), false};
  ledger::apply_batch(world.rows, std::span(&add, 1), decided);
  EXPECT_EQ(sync_changed(), 1U);
  EXPECT_EQ(world.sellable(id), 5);
}

TEST_F(SweeperTest, WhatWasMissedWhileTheGateWasAwayIsToldLater) {
  const FlightId flight = add_elsewhere(5);
  world.gate.go_away(true);
  EXPECT_EQ(sync().end, Synced::End::interrupted);
  world.gate.go_away(false);
  world.loop.advance(seconds{600});
  EXPECT_EQ(world.sellable(flight), std::nullopt);
  sync_changed();
  EXPECT_EQ(world.sellable(flight), 5);
  world.index.go_away(true);
  place_elsewhere(flight, 1);
  EXPECT_EQ(sync().end, Synced::End::interrupted);
  world.index.go_away(false);
  world.loop.advance(seconds{600});
  sync_changed();
  EXPECT_EQ(found(), 1U);
}

TEST_F(SweeperTest, AHoldWhoseBookingNeverCameIsDropped) {
  const FlightId flight = world.add_flight(5).id;
  leave_hold(flight, BookingId{make_uuid_v7(world.clock.now(), world.random)}, 2);
  world.loop.advance(limits::hold_deadline);
  finish(world.loop, world.sweeper.drop_stale_holds());
  EXPECT_EQ(world.sellable(flight), 3) << "not yet past its deadline";
  world.loop.advance(Milliseconds{1});
  finish(world.loop, world.sweeper.drop_stale_holds());
  EXPECT_EQ(world.sellable(flight), 5);
}

TEST_F(SweeperTest, AHoldWhoseBookingCameBecomesTheLedgersCountSoon) {
  const FlightId flight = world.add_flight(5).id;
  leave_hold(flight, place_elsewhere(flight, 2).id, 2);
  EXPECT_EQ(world.sellable(flight), 3);
  sync_changed();
  EXPECT_EQ(world.sellable(flight), 1) << "counted twice: as a booking and as a hold";
  world.loop.advance(limits::hold_look_after);
  finish(world.loop, world.sweeper.drop_stale_holds());
  EXPECT_EQ(world.sellable(flight), 1) << "too young to be looked up";
  world.loop.advance(Milliseconds{1});
  finish(world.loop, world.sweeper.drop_stale_holds());
  EXPECT_EQ(world.sellable(flight), 3) << "held before, sold now";
  EXPECT_EQ(world.flight(flight).available_seats, 3);
}

TEST_F(SweeperTest, HoldsOnAFlightThatIsGoneGoWithIt) {
  const FlightId unknown{make_uuid_v7(world.clock.now(), world.random)};
  booking::SeatUpdate updates;
  updates.flight = unknown;
  updates.count = booking::SeatUpdate::Count{1, 5};
  finish(world.loop, world.gate.sync({updates}));
  ASSERT_EQ(finish(world.loop, world.gate.reserve(unknown, BookingId{}, 2, world.clock.now())),
            ReserveAnswer::held);
  world.loop.advance(limits::hold_deadline + Milliseconds{1});
  finish(world.loop, world.sweeper.drop_stale_holds());
  EXPECT_EQ(world.sellable(unknown), std::nullopt);
}

TEST_F(SweeperTest, AnIndexThatWasEmptiedIsToldOfEverything) {
  const FlightId flight = add_elsewhere(5);
  sync_changed();
  settle_down();
  empty_index_and_gate();
  EXPECT_EQ(sync_changed(), 1U);
  EXPECT_EQ(found(), 1U);
  EXPECT_EQ(world.sellable(flight), 5);
  // It is complete again.
  settle_down();
}

TEST_F(SweeperTest, AnIndexIsNotCompleteBeforeItHasHeardOfEveryFlight) {
  add_elsewhere(5);
  world.gate.go_away(true);
  EXPECT_EQ(sync().end, Synced::End::interrupted);
  EXPECT_EQ(finish(world.loop, world.index.begin_rebuild()), flights::RebuildStart::begun);
  world.gate.go_away(false);
  sync_changed();
  EXPECT_EQ(finish(world.loop, world.index.begin_rebuild()), flights::RebuildStart::unneeded);
}

TEST_F(SweeperTest, ATellingThatIsLostBeginsAgainFromTheFirstFlight) {
  const std::size_t count = limits::sweep_batch + 3;
  for (std::size_t i = 0; i < count; ++i) add_elsewhere(5, "FD" + std::to_string(i));
  world.index.lose_rebuild(true);
  const Synced lost = sync();
  EXPECT_EQ(lost.end, Synced::End::interrupted);
  EXPECT_EQ(lost.told, limits::sweep_batch) << "the rest would be told in vain";
  EXPECT_EQ(finish(world.loop, world.index.begin_rebuild()), flights::RebuildStart::begun);
  world.index.lose_rebuild(false);
  EXPECT_EQ(sync_changed(), count);
  EXPECT_EQ(finish(world.loop, world.index.begin_rebuild()), flights::RebuildStart::unneeded);
}

TEST_F(SweeperTest, AFlightThatFailedToBeToldIsNotTakenForTold) {
  add_elsewhere(5);
  world.index.fail_to_restore(true);
  const Synced failed = sync();
  EXPECT_EQ(failed.end, Synced::End::interrupted);
  EXPECT_EQ(failed.told, 0U);
  EXPECT_THAT(world.escaped, ::testing::ElementsAre("restore failed"));
  world.escaped.clear();
  EXPECT_EQ(finish(world.loop, world.index.begin_rebuild()), flights::RebuildStart::begun);
  world.index.fail_to_restore(false);
  EXPECT_EQ(sync_changed(), 1U);
  EXPECT_EQ(finish(world.loop, world.index.begin_rebuild()), flights::RebuildStart::unneeded);
}

TEST_F(SweeperTest, WhileAnotherTellsOfEveryFlightItsTurnIsYetToCome) {
  const FlightId flight = add_elsewhere(5);
  world.index.tell_elsewhere(true);
  EXPECT_EQ(sync().end, Synced::End::left_to_another);
  EXPECT_EQ(world.sellable(flight), std::nullopt);
  world.index.tell_elsewhere(false);
  EXPECT_EQ(sync_changed(), 1U) << "the other one may have died: everything is told all the same";
  EXPECT_EQ(world.sellable(flight), 5);
  EXPECT_EQ(finish(world.loop, world.index.begin_rebuild()), flights::RebuildStart::unneeded);
}

TEST_F(SweeperTest, ScrubbingTellsOfEveryFlightInTurns) {
  const std::size_t count = limits::scrub_batch + 2;
  std::vector<FlightId> flights;
  for (std::size_t i = 0; i < count; ++i) flights.push_back(add_elsewhere(5, "FD" + std::to_string(i)));
  finish(world.loop, world.sweeper.scrub());
  EXPECT_EQ(found(), limits::scrub_batch);
  world.gate.go_away(true);
  finish(world.loop, world.sweeper.scrub());
  world.gate.go_away(false);
  finish(world.loop, world.sweeper.scrub());
  EXPECT_EQ(found(), count) << "what was not heard is told again";
  booking::SeatUpdate forget;
  forget.flight = flights.front();
  forget.off_sale = true;
  finish(world.loop, world.gate.sync({forget}));
  for (int turns = 0; turns < 2; ++turns) finish(world.loop, world.sweeper.scrub());
  EXPECT_EQ(world.sellable(flights.front()), 5) << "it begins again";
}

TEST_F(SweeperTest, ABatchThatCannotBeToldIsPassedBy) {
  const std::size_t count = limits::scrub_batch + 2;
  for (std::size_t i = 0; i < count; ++i) add_elsewhere(5, "FD" + std::to_string(i));
  world.index.go_away(true);
  for (int tries = 0; tries < limits::scrub_tries; ++tries) finish(world.loop, world.sweeper.scrub());
  finish(world.loop, world.sweeper.scrub());
  world.index.go_away(false);
  finish(world.loop, world.sweeper.scrub());
  EXPECT_EQ(found(), 2U) << "the others, tried anew";
  finish(world.loop, world.sweeper.scrub());
  EXPECT_EQ(found(), count) << "its turn comes again";
}

// As gate and index of a database that was put back to an older state: they have seen what it never will.
TEST_F(SweeperTest, AFutureThatTheLedgerLostIsForgotten) {
  const FlightId flight = add_elsewhere(5);
  const FlightId other = add_elsewhere(5, "FD2");
  sync_changed();
  flights::Flight lost = world.flight(flight);
  lost.version += 3;
  lost.available_seats = 0;
  lost.destination = "CDG";
  finish(world.loop, world.index.update({lost}, world.clock.now()));
  booking::SeatUpdate updates;
  updates.flight = flight;
  updates.count = booking::SeatUpdate::Count{lost.version, 0};
  finish(world.loop, world.gate.sync({updates}));
  sync_changed();
  EXPECT_EQ(world.sellable(flight), 0);
  EXPECT_EQ(found(), 1U);
  finish(world.loop, world.sweeper.scrub());
  EXPECT_EQ(world.sellable(flight), 5);
  EXPECT_EQ(world.sellable(other), 5);
  EXPECT_EQ(found(), 2U);
}

// Others commit and update between the sweeper's reading of the rows and of the versions.
TEST_F(SweeperTest, WhatIsFurtherBecauseItIsNewerStays) {
  const FlightId flight = world.add_flight(5).id;
  auto scrub = test::start(world.sweeper.scrub());
  while (!scrub.done()) {
    if (!world.loop.run_one()) break;
    if (world.flight(flight).available_seats > 0) place_elsewhere(flight, 1);
    flights::Flight row = world.flight(flight);
    booking::SeatUpdate updates;
    updates.flight = flight;
    updates.count = booking::SeatUpdate::Count{row.version, row.available_seats};
    test::finish_inline(world.memory_gate->sync({updates}));
    test::finish_inline(world.memory_index->update({row}, world.clock.now()));
  }
  scrub.take();
  EXPECT_EQ(world.sellable(flight), world.flight(flight).available_seats);
  EXPECT_LT(world.flight(flight).available_seats, 5);
}

TEST_F(SweeperTest, DepartedFlightsLeaveIndexAndGate) {
  const FlightId flight = world.add_flight(5).id;
  world.loop.advance(std::chrono::hours{24} - Milliseconds{1});
  finish(world.loop, world.sweeper.drop_departed());
  EXPECT_EQ(world.sellable(flight), 5);
  world.loop.advance(Milliseconds{1});
  finish(world.loop, world.sweeper.drop_departed());
  EXPECT_EQ(world.sellable(flight), std::nullopt);
}

TEST_F(SweeperTest, BookingsThatACrashLeftOnAClosedFlightAreCancelledAndRefunded) {
  const FlightId flight = world.add_flight(5).id;
  const BookingId paid = world.book(flight, 2).value().booking.id;
  // And there the process died.
  ASSERT_TRUE(elsewhere(ledger::CloseFlight{flight, true}).has_value());
  finish(world.loop, world.sweeper.finish_closed_flights());
  EXPECT_EQ(world.booking(paid).status, ledger::BookingStatus::cancelled);
  world.work();
  EXPECT_EQ(world.booking(paid).refund_ref, world.provider.refund_id(paid));
  EXPECT_EQ(world.flight(flight).available_seats, 5);
}

TEST_F(SweeperTest, OfManyClosedFlightsSomeAreLookedAtEachTime) {
  std::vector<BookingId> booked;
  for (std::size_t n = 0; n < limits::closed_flights_looked_at + 5; ++n) {
    const FlightId flight = world.add_flight(5, "FD" + std::to_string(n)).id;
    if (n % 100 == 0) booked.push_back(world.book(flight, 1).value().booking.id);
    ASSERT_TRUE(elsewhere(ledger::CloseFlight{flight, true}).has_value());
  }
  const auto left = [&] {
    return std::count_if(booked.begin(), booked.end(),
                         [&](BookingId id) { return holds_seats(world.booking(id)); });
  };
  const auto at_first = left();
  finish(world.loop, world.sweeper.finish_closed_flights());
  EXPECT_LT(left(), at_first);
  finish(world.loop, world.sweeper.finish_closed_flights());
  EXPECT_EQ(left(), 0);
}

TEST_F(SweeperTest, AnUnreadableLedgerIsSaid) {
  world.ledger.fail_reads(true);
  EXPECT_THROW(finish(world.loop, world.sweeper.run_once()), UnavailableError);
}

}  // namespace
}  // namespace flightdeck::sync
