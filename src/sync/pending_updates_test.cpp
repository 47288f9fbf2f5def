#include "sync/pending_updates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "core/random.h"
#include "doubles/booking_world.h"

namespace flightdeck::sync {
namespace {

using ledger::FlightUpdate;
using ledger::UpdateScope;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

template <class Id>
Id id_of(std::uint64_t n) {
  SeededRandom random(n + 1);
  return Id{make_uuid_v7(test::world_start, random)};
}
const FlightId flight_1 = id_of<FlightId>(1);

FlightUpdate holds(std::vector<std::uint64_t> bookings, FlightId flight = flight_1) {
  FlightUpdate update{.id = flight, .scope = UpdateScope::holds};
  for (const std::uint64_t n : bookings) update.settled_holds.push_back(id_of<BookingId>(n));
  return update;
}
FlightUpdate row(std::int64_t version, UpdateScope scope = UpdateScope::seats, FlightId flight = flight_1) {
  FlightUpdate update{.id = flight,
                      .flight = flights::make_flight(flight, test::flight_draft(10), test::world_start),
                      .scope = scope};
  update.flight->version = version;
  return update;
}
FlightUpdate merged(FlightUpdate first, FlightUpdate second) {
  merge(first, std::move(second));
  return first;
}

TEST(MergeTest, TheLaterRowStays) {
  for (const auto& both : {merged(row(2), row(3)), merged(row(3), row(2))}) {
    EXPECT_EQ(both.flight->version, 3);
    EXPECT_EQ(both.scope, UpdateScope::seats);
  }
}

TEST(MergeTest, WhateverChangedInEitherHasChanged) {
  EXPECT_EQ(merged(row(2, UpdateScope::flight), row(3)).scope, UpdateScope::flight);
  EXPECT_EQ(merged(row(2), row(3, UpdateScope::flight)).scope, UpdateScope::flight);
  EXPECT_EQ(merged(row(3), row(2, UpdateScope::flight)).scope, UpdateScope::flight);
}

TEST(MergeTest, HoldsGatherAndSayNothingOfTheFlight) {
  FlightUpdate with_hold = row(2);
  with_hold.settled_holds = {id_of<BookingId>(1)};
  for (const auto& both : {merged(with_hold, holds({2})), merged(holds({2}), with_hold)}) {
    EXPECT_EQ(both.flight->version, 2);
    EXPECT_EQ(both.scope, UpdateScope::seats);
    EXPECT_THAT(both.settled_holds, UnorderedElementsAre(id_of<BookingId>(1), id_of<BookingId>(2)));
  }
  EXPECT_EQ(merged(holds({1}), holds({2})).scope, UpdateScope::holds);
}

TEST(MergeTest, ARowThatIsThereOutdoesNone) {
  const FlightUpdate unknown{flight_1, std::nullopt, {}};
  EXPECT_TRUE(merged(unknown, row(1)).flight);
  EXPECT_TRUE(merged(row(1), unknown).flight);
  EXPECT_FALSE(merged(unknown, holds({1})).flight);
  EXPECT_NE(merged(unknown, holds({1})).scope, UpdateScope::holds);
}

TEST(PendingUpdatesTest, IsTakenOnce) {
  PendingUpdates pending_updates;
  EXPECT_TRUE(pending_updates.empty());
  pending_updates.add(row(1));
  pending_updates.add(row(2));
  pending_updates.add(row(1, UpdateScope::seats, id_of<FlightId>(2)));
  EXPECT_FALSE(pending_updates.empty());
  EXPECT_THAT(pending_updates.take(), SizeIs(2));
  EXPECT_TRUE(pending_updates.empty());
  EXPECT_THAT(pending_updates.take(), IsEmpty());
}

TEST(PendingUpdatesTest, APartIsBounded) {
  PendingUpdatesLimits limits;
  limits.flights_a_part = 2;
  limits.holds_a_part = 3;
  PendingUpdates pending_updates(limits);
  FlightUpdate crowded = row(7);
  for (std::uint64_t n = 0; n < 7; ++n) crowded.settled_holds.push_back(id_of<BookingId>(n));
  pending_updates.add(crowded);
  std::vector<std::size_t> sizes;
  std::size_t rows = 0;
  while (!pending_updates.empty()) {
    const std::vector<FlightUpdate> part = pending_updates.take();
    ASSERT_THAT(part, SizeIs(1));
    sizes.push_back(part[0].settled_holds.size());
    rows += part[0].flight ? 1 : 0;
    EXPECT_EQ(part[0].scope == UpdateScope::holds, !part[0].flight);
  }
  EXPECT_THAT(sizes, ElementsAre(3, 3, 1));
  EXPECT_EQ(rows, 1U) << "the row is told once";
  for (std::uint64_t n = 0; n < 5; ++n) pending_updates.add(row(1, UpdateScope::seats, id_of<FlightId>(n)));
  EXPECT_THAT(pending_updates.take(), SizeIs(2));
}

TEST(PendingUpdatesTest, TooMuchIsEverything) {
  PendingUpdatesLimits limits;
  limits.flights = 2;
  limits.holds = 3;
  PendingUpdates pending_updates(limits);
  pending_updates.add(holds({1, 2, 3}));
  EXPECT_FALSE(pending_updates.everything());
  pending_updates.add(holds({4}));
  EXPECT_TRUE(pending_updates.everything());
  EXPECT_FALSE(pending_updates.empty());
  EXPECT_THAT(pending_updates.take(), IsEmpty());
  pending_updates.add(row(1));
  EXPECT_THAT(pending_updates.take(), IsEmpty()) << "it is among everything";
  pending_updates.everything_is_seen_to();
  EXPECT_TRUE(pending_updates.empty());
  for (std::uint64_t n = 0; n < 2; ++n) pending_updates.add(row(1, UpdateScope::seats, id_of<FlightId>(n)));
  EXPECT_FALSE(pending_updates.everything());
  pending_updates.add(row(1, UpdateScope::seats, id_of<FlightId>(2)));
  EXPECT_TRUE(pending_updates.everything());
}

// What is heard in the end is the same as if everything had been heard at once, however often telling failed
// in between.
TEST(PendingUpdatesTest, NothingIsLostInAnyOrder) {
  struct Heard {
    std::int64_t version = 0;
    bool details = false;
    std::set<BookingId> holds;
    bool operator==(const Heard&) const = default;
  };
  const auto hear = [](std::map<FlightId, Heard>& all, const FlightUpdate& updates) {
    Heard& heard = all[updates.id];
    heard.holds.insert(updates.settled_holds.begin(), updates.settled_holds.end());
    if (!updates.flight) return;
    heard.version = std::max(heard.version, updates.flight->version);
    heard.details = heard.details || updates.scope == UpdateScope::flight;
  };
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRandom random(seed);
    const auto pick = [&random](std::uint64_t n) { return random.next() % n; };
    PendingUpdatesLimits limits;
    limits.flights_a_part = 1 + pick(3);
    limits.holds_a_part = 1 + pick(4);
    PendingUpdates pending_updates(limits);
    std::map<FlightId, Heard> expected;
    std::map<FlightId, Heard> heard;
    std::uint64_t bookings = 0;
    for (int step = 0; step < 60; ++step) {
      const FlightId flight = id_of<FlightId>(pick(4));
      FlightUpdate updates = pick(3) == 0
                                 ? holds({}, flight)
                                 : row(static_cast<std::int64_t>(1 + pick(20)),
                                       pick(4) > 0 ? UpdateScope::seats : UpdateScope::flight, flight);
      for (std::uint64_t n = pick(4); n > 0; --n)
        updates.settled_holds.push_back(id_of<BookingId>(++bookings));
      hear(expected, updates);
      pending_updates.add(std::move(updates));
      if (pick(3) > 0) continue;
      const bool is_heard = pick(2) == 0;
      for (FlightUpdate& one : pending_updates.take()) {
        if (is_heard) {
          hear(heard, one);
        } else {
          pending_updates.add(std::move(one));
        }
      }
    }
    while (!pending_updates.empty())
      for (const FlightUpdate& one : pending_updates.take()) hear(heard, one);
    ASSERT_EQ(heard, expected);
  }
}

}  // namespace
}  // namespace flightdeck::sync
