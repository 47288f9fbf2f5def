// What a seat gate promises, whatever it is made of.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>

#include "booking/seat_gate.h"
#include "contract/temporary_ledger.h"
#include "contract/under_test.h"
#include "memory/memory_seat_gate.h"
#include "redis/redis_seat_gate.h"

namespace flightdeck::booking {
namespace {

using test::flight_1;
using test::flight_2;
using test::id_of;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

using GateUnderTest = test::UnderTest<SeatGate>;

struct GateKind {
  std::string name;
  std::function<std::unique_ptr<GateUnderTest>()> make;
};

class SeatGateContract : public ::testing::TestWithParam<GateKind> {
 protected:
  template <class T>
  T run(Task<T> task) {
    return under_test->run(std::move(task));
  }
  SeatGate& gate() { return under_test->port(); }

  ReserveAnswer reserve(std::uint8_t booking, std::int64_t seats, FlightId flight = flight_1) {
    return run(gate().reserve(flight, id_of<BookingId>(booking), seats, now));
  }
  std::optional<std::int64_t> sellable(FlightId flight = flight_1) { return run(gate().sellable(flight)); }
  void sync(std::int64_t version, std::int64_t available, std::vector<std::uint8_t> drop = {},
            FlightId flight = flight_1) {
    SeatUpdate updates;
    updates.flight = flight;
    updates.count = SeatUpdate::Count{version, available};
    for (const std::uint8_t booking : drop) updates.holds_to_drop.push_back(id_of<BookingId>(booking));
    EXPECT_TRUE(run(gate().sync({updates})));
  }
  void drop(std::uint8_t booking) {
    SeatUpdate updates;
    updates.flight = flight_1;
    updates.holds_to_drop.push_back(id_of<BookingId>(booking));
    EXPECT_TRUE(run(gate().sync({updates})));
  }

  std::unique_ptr<GateUnderTest> under_test = GetParam().make();
  Instant now = from_unix_ms(1'900'000'000'000);
};

INSTANTIATE_TEST_SUITE_P(All, SeatGateContract,
                         ::testing::Values(GateKind{"Memory",
                                                    GateUnderTest::in_memory<memory::MemorySeatGate>},
                                           GateKind{"Redis", GateUnderTest::in_redis<redis::RedisSeatGate>}),
                         [](const auto& kind) { return kind.param.name; });

TEST_P(SeatGateContract, KnowsNothingOfAFlightBeforeItIsSynced) {
  EXPECT_EQ(reserve(1, 1), ReserveAnswer::cold);
  EXPECT_EQ(sellable(), std::nullopt);
  // Holds to drop tell nothing of its seats.
  drop(1);
  EXPECT_EQ(reserve(1, 1), ReserveAnswer::cold);
}

TEST_P(SeatGateContract, VersionsThatTheLedgerNeverCameToAreForgotten) {
  sync(9, 1);
  EXPECT_EQ(reserve(1, 1), ReserveAnswer::held);
  const std::vector<flights::StoredVersion> seen = run(gate().versions({flight_1, flight_2}));
  ASSERT_EQ(seen.size(), 1U);
  EXPECT_EQ(seen[0].flight, flight_1);
  EXPECT_EQ(seen[0].version, 9);
  sync(7, 5);
  EXPECT_EQ(sellable(), 0) << "older, as far as it knows";
  EXPECT_TRUE(run(gate().forget_versions(seen)));
  EXPECT_EQ(sellable(), 0);
  sync(7, 5);
  EXPECT_EQ(sellable(), 4) << "with the hold that is open";
  sync(6, 2);
  EXPECT_EQ(sellable(), 4);
}

TEST_P(SeatGateContract, AVersionIsNotForgottenOnceAnythingWasTakenIn) {
  sync(9, 5);
  const std::vector<flights::StoredVersion> seen = run(gate().versions({flight_1}));
  sync(10, 3);
  EXPECT_TRUE(run(gate().forget_versions(seen)));
  sync(8, 7);
  EXPECT_EQ(sellable(), 3);
}

TEST_P(SeatGateContract, SellsExactlyWhatIsThere) {
  sync(1, 5);
  EXPECT_EQ(sellable(), 5);
  EXPECT_EQ(reserve(1, 3), ReserveAnswer::held);
  EXPECT_EQ(sellable(), 2);
  EXPECT_EQ(reserve(2, 3), ReserveAnswer::sold_out);
  EXPECT_EQ(sellable(), 2) << "a refusal takes nothing";
  EXPECT_EQ(reserve(3, 2), ReserveAnswer::held);
  EXPECT_EQ(sellable(), 0);
  EXPECT_EQ(reserve(4, 1), ReserveAnswer::sold_out);
}

TEST_P(SeatGateContract, TheSameBookingHoldsOnce) {
  sync(1, 5);
  EXPECT_EQ(reserve(1, 3), ReserveAnswer::held);
  EXPECT_EQ(reserve(1, 3), ReserveAnswer::held);
  EXPECT_EQ(sellable(), 2);
  EXPECT_EQ(reserve(2, 2), ReserveAnswer::held);
  EXPECT_EQ(reserve(1, 3), ReserveAnswer::held) << "even when sold out";
  EXPECT_EQ(sellable(), 0);
}

TEST_P(SeatGateContract, ASyncTurnsAHoldIntoTheLedgersCount) {
  sync(1, 5);
  reserve(1, 3);
  sync(2, 2, {1});
  EXPECT_EQ(sellable(), 2);
  sync(2, 2, {1});
  EXPECT_EQ(sellable(), 2) << "any number of times";
}

TEST_P(SeatGateContract, AnOlderCountNeverWins) {
  sync(5, 4);
  sync(3, 9);
  EXPECT_EQ(sellable(), 4);
  reserve(1, 1);
  sync(4, 9, {1});
  EXPECT_EQ(sellable(), 4) << "the hold is dropped, the count stays";
  sync(6, 7);
  EXPECT_EQ(sellable(), 7);
}

TEST_P(SeatGateContract, SyncsInAnyOrderEndTheSame) {
  // Version, hold of that commit.
  std::vector<std::pair<std::int64_t, std::uint8_t>> updates = {{2, 1}, {3, 2}, {4, 3}};
  std::sort(updates.begin(), updates.end());
  do {
    under_test = GetParam().make();
    sync(1, 6);
    for (const std::uint8_t booking : std::initializer_list<std::uint8_t>{1, 2, 3})
      ASSERT_EQ(reserve(booking, 2), ReserveAnswer::held);
    for (const auto& [version, booking] : updates) {
      sync(version, 6 - 2 * (version - 1), {booking});
      ASSERT_GE(*sellable(), 0 - 6);
      ASSERT_EQ(reserve(9, 1), ReserveAnswer::sold_out) << "never a seat too many on the way";
    }
    EXPECT_EQ(sellable(), 0);
  } while (std::next_permutation(updates.begin(), updates.end()));
}

TEST_P(SeatGateContract, DroppingAHoldFreesItsSeats) {
  sync(1, 5);
  reserve(1, 3);
  drop(1);
  EXPECT_EQ(sellable(), 5);
  drop(1);
  EXPECT_EQ(sellable(), 5);
}

TEST_P(SeatGateContract, AFlightOffSaleIsForgotten) {
  sync(1, 5);
  sync(1, 5, {}, flight_2);
  SeatUpdate updates;
  updates.flight = flight_1;
  updates.off_sale = true;
  EXPECT_TRUE(run(gate().sync({updates})));
  EXPECT_EQ(reserve(1, 1), ReserveAnswer::cold);
  EXPECT_EQ(sellable(), std::nullopt);
  EXPECT_EQ(sellable(flight_2), 5);
}

TEST_P(SeatGateContract, FlightsAreSyncedTogetherAndKeptApart) {
  SeatUpdate first;
  first.flight = flight_1;
  first.count = SeatUpdate::Count{1, 3};
  SeatUpdate second = first;
  second.flight = flight_2;
  second.count = SeatUpdate::Count{1, 4};
  EXPECT_TRUE(run(gate().sync({first, second})));
  EXPECT_EQ(reserve(1, 3), ReserveAnswer::held);
  EXPECT_EQ(reserve(1, 4, flight_2), ReserveAnswer::held);
  EXPECT_EQ(sellable(), 0);
  EXPECT_EQ(sellable(flight_2), 0);
  EXPECT_TRUE(run(gate().sync({})));
}

TEST_P(SeatGateContract, ALookTellsAllThatIsKnownInOnePiece) {
  sync(3, 5);
  reserve(1, 2);
  const auto states = run(gate().inspect({flight_2, flight_1}));
  ASSERT_TRUE(states);
  ASSERT_EQ(states->size(), 2U);
  const GateState& cold = states->front();
  EXPECT_FALSE(cold.counter || cold.version || cold.available || cold.damaged);
  EXPECT_THAT(cold.holds, IsEmpty());
  const GateState& known = states->back();
  EXPECT_EQ(known.counter, 3);
  EXPECT_EQ(known.version, 3);
  EXPECT_EQ(known.available, 5);
  EXPECT_FALSE(known.damaged);
  ASSERT_EQ(known.holds.size(), 1U);
  EXPECT_EQ(known.holds[0].booking, id_of<BookingId>(1));
  EXPECT_EQ(known.holds[0].seats, 2);
  EXPECT_EQ(known.holds[0].since, now);
  EXPECT_EQ(sellable(), 3) << "a look changes nothing";
  EXPECT_TRUE(run(gate().inspect({})).has_value());
}

TEST_P(SeatGateContract, StaleHoldsAreThoseTakenBefore) {
  sync(1, 5);
  reserve(1, 1);
  now += Milliseconds{1000};
  reserve(2, 1);
  EXPECT_THAT(run(gate().stale_holds(now - Milliseconds{1000}, 10)), IsEmpty()) << "not before itself";
  const auto stale = run(gate().stale_holds(now, 10));
  ASSERT_EQ(stale.size(), 1U);
  EXPECT_EQ(stale[0].flight, flight_1);
  EXPECT_EQ(stale[0].booking, id_of<BookingId>(1));
  EXPECT_EQ(stale[0].since, now - Milliseconds{1000});
  EXPECT_EQ(run(gate().stale_holds(now + Milliseconds{1}, 1)).size(), 1U) << "as many as asked for";
  EXPECT_EQ(run(gate().stale_holds(now + Milliseconds{1}, 10)).size(), 2U);
  drop(1);
  EXPECT_EQ(run(gate().stale_holds(now + Milliseconds{1}, 10)).size(), 1U);
}

}  // namespace
}  // namespace flightdeck::booking
