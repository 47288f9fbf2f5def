#include "sync/derived_state_updater.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/limits.h"
#include "doubles/booking_world.h"
#include "doubles/ids.h"

namespace flightdeck::sync {
namespace {

using ledger::FlightUpdate;
using test::BookingWorld;
using test::finish;
using ::testing::IsEmpty;

class DerivedStateUpdaterTest : public ::testing::Test {
 protected:
  ~DerivedStateUpdaterTest() override { EXPECT_THAT(world.escaped, IsEmpty()); }

  bool may_lag() { return world.lag.possible(flights::IndexLag::SteadyTime{}); }
  void pause() { world.loop.advance(limits::update_retry_pause); }
  std::int64_t price_found() {
    flights::SearchQuery query;
    query.source = "jfk";
    query.destination = "lhr";
    query.date = flight.date;
    const auto page = finish(world.loop, world.index.search(query, world.clock.now()));
    return page.value().flights.at(0).price.minor;
  }
  void change_price(std::int64_t minor) {
    flights::FlightDraft draft = test::flight_draft(10);
    draft.price.minor = minor;
    EXPECT_TRUE(finish(world.loop, world.manage.replace(flight.id, draft)).has_value());
  }
  bool held(BookingId booking) {
    const auto holds = finish(world.loop, world.gate.stale_holds(Instant::max(), 1000));
    return std::any_of(holds.begin(), holds.end(), [&](const auto& hold) { return hold.booking == booking; });
  }

  BookingWorld world;
  flights::Flight flight = world.add_flight(10);
};

TEST_F(DerivedStateUpdaterTest, WhatIsToldAtOnceIsNotOwed) {
  change_price(100);
  EXPECT_FALSE(may_lag());
  EXPECT_EQ(world.loop.timers_running(), 0U);
}

TEST_F(DerivedStateUpdaterTest, WhatTheIndexDidNotHearIsToldWhenItIsBack) {
  world.index.go_away(true);
  change_price(100);
  EXPECT_TRUE(may_lag());
  change_price(200);
  pause();
  pause();
  EXPECT_TRUE(may_lag());
  world.index.go_away(false);
  EXPECT_NE(price_found(), 200);
  EXPECT_TRUE(may_lag()) << "it is back, and has not heard";
  pause();
  EXPECT_EQ(price_found(), 200);
  EXPECT_FALSE(may_lag());
  EXPECT_EQ(world.loop.timers_running(), 0U) << "nothing is left to tell";
}

TEST_F(DerivedStateUpdaterTest, WhatTheGateDidNotHearIsToldWhenItIsBack) {
  ASSERT_TRUE(world.book(flight.id, 3).has_value());
  world.gate.go_away(true);
  ASSERT_TRUE(world.book(flight.id, 4).has_value());
  change_price(100);
  world.gate.go_away(false);
  EXPECT_EQ(world.sellable(flight.id), 7);
  EXPECT_TRUE(may_lag());
  pause();
  EXPECT_EQ(world.sellable(flight.id), 3);
  EXPECT_EQ(price_found(), 100);
  EXPECT_FALSE(may_lag());
}

TEST_F(DerivedStateUpdaterTest, AHoldThatOutlivedItsRefusalGoes) {
  // The gate answered before it went away, and the ledger had fewer seats than it believed.
  booking::SeatUpdate too_many;
  too_many.flight = flight.id;
  too_many.count = booking::SeatUpdate::Count{1000, 20};
  finish(world.loop, world.gate.sync({too_many}));
  ASSERT_TRUE(world.book(flight.id, 9).has_value());
  const auto refused = test::start(world.service.book({UserId{}, flight.id, 5, std::nullopt}));
  world.gate.go_away(true);
  world.loop.run();
  world.gate.go_away(false);
  ASSERT_TRUE(refused.done());
  EXPECT_EQ(finish(world.loop, world.gate.stale_holds(Instant::max(), 10)).size(), 1U);
  pause();
  EXPECT_THAT(finish(world.loop, world.gate.stale_holds(Instant::max(), 10)), IsEmpty());
}

TEST_F(DerivedStateUpdaterTest, AHoldOfAReserveThatWasNotAnsweredGoesHoweverLateItComes) {
  world.gate.answer_late(true);
  const auto booked = world.book(flight.id, 2);
  ASSERT_TRUE(booked.has_value());
  EXPECT_FALSE(held(booked->booking.id));
  world.gate.answer_late(false);
  world.gate.carry_out_what_is_late();
  EXPECT_TRUE(held(booked->booking.id));
  EXPECT_EQ(world.sellable(flight.id), 6) << "counted twice";
  pause();
  EXPECT_EQ(world.sellable(flight.id), 8);
}

TEST_F(DerivedStateUpdaterTest, ALateHoldGoesThoughNobodyKnowsWhatBecameOfItsBooking) {
  world.gate.answer_late(true);
  world.ledger.fail(test::InlineLedger::Fault::unavailable);
  EXPECT_FALSE(world.book(flight.id, 2).has_value());
  world.gate.carry_out_what_is_late();
  EXPECT_EQ(world.sellable(flight.id), 8);
  pause();
  EXPECT_EQ(world.sellable(flight.id), 10);
}

TEST_F(DerivedStateUpdaterTest, AHoldThatTheLedgerNeverSawIsDroppedLaterIfNotNow) {
  ASSERT_EQ(finish(world.loop, world.gate.reserve(flight.id, BookingId{}, 2, world.clock.now())),
            booking::ReserveAnswer::held);
  world.gate.go_away(true);
  world.updater.drop_soon(flight.id, BookingId{});
  pause();
  world.gate.go_away(false);
  EXPECT_EQ(world.sellable(flight.id), 8);
  pause();
  EXPECT_EQ(world.sellable(flight.id), 10);
}

TEST_F(DerivedStateUpdaterTest, AHoldIsDroppedAtOnceWhileTheGateHears) {
  const auto hold = [&](std::uint8_t n) {
    const BookingId booking = test::id_of<BookingId>(n);
    EXPECT_EQ(finish(world.loop, world.gate.reserve(flight.id, booking, 2, world.clock.now())),
              booking::ReserveAnswer::held);
    return booking;
  };
  const BookingId first = hold(1);
  const BookingId second = hold(2);
  finish(world.loop, world.updater.drop(flight.id, first));
  EXPECT_EQ(world.sellable(flight.id), 8);
  world.gate.go_away(true);
  finish(world.loop, world.updater.drop(flight.id, second));
  world.gate.go_away(false);
  EXPECT_EQ(world.sellable(flight.id), 8);
  pause();
  EXPECT_EQ(world.sellable(flight.id), 10);
}

TEST_F(DerivedStateUpdaterTest, MoreThanCanBeKeptIsLeftToASweeper) {
  PendingUpdatesLimits limits;
  limits.flights = 1;
  DerivedStateUpdater updater(
      {world.loop, world.loop, world.gate, world.index, world.scope, world.clock, world.lag},
      [](std::exception_ptr) { FAIL(); }, limits);
  finish(world.loop, world.sweeper.sync_changed());
  ASSERT_EQ(finish(world.loop, world.index.begin_rebuild()), flights::RebuildStart::unneeded);
  world.gate.go_away(true);
  world.index.go_away(true);
  std::vector<FlightUpdate> updates;
  for (int i = 0; i < 2; ++i) {
    flights::FlightDraft draft = test::flight_draft(10);
    const FlightId id{make_uuid_v7(world.clock.now(), world.random)};
    updates.push_back({id, flights::make_flight(id, draft, world.clock.now()), {}});
  }
  finish(world.loop, updater.apply(std::move(updates)));
  pause();
  EXPECT_TRUE(may_lag());
  world.gate.go_away(false);
  world.index.go_away(false);
  EXPECT_EQ(finish(world.loop, world.index.begin_rebuild()), flights::RebuildStart::unneeded);
  pause();
  EXPECT_EQ(finish(world.loop, world.index.begin_rebuild()), flights::RebuildStart::begun)
      << "so search asks the ledger";
  EXPECT_FALSE(may_lag());
}

TEST_F(DerivedStateUpdaterTest, StopsWithThingsUntold) {
  world.index.go_away(true);
  change_price(100);
  world.updater.stop();
  world.loop.run();
  EXPECT_EQ(world.scope.running(), 0U) << "nothing holds up the end of the process";
  change_price(200);
  EXPECT_EQ(world.scope.running(), 0U);
  EXPECT_TRUE(may_lag());
}

}  // namespace
}  // namespace flightdeck::sync
