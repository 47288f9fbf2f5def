// The gate in Redis, and what somebody else may do to its keys meanwhile.
#include "redis/redis_seat_gate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <set>

#include "contract/redis_loop.h"
#include "contract/temporary_ledger.h"
#include "core/limits.h"
#include "core/random.h"
#include "doubles/booking_world.h"
#include "redis/redis_flight_index.h"

namespace flightdeck::redis {
namespace {

using booking::Hold;
using booking::ReserveAnswer;
using booking::SeatUpdate;
using test::id_of;
using test::RedisLoop;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class RedisGateTest : public ::testing::Test {
 protected:
  static inline const FlightId flight = id_of<FlightId>(1);
  static inline const Instant now = from_unix_ms(1'900'000'000'000);

  SeatUpdate updates(std::int64_t version, std::int64_t available, FlightId of = flight) {
    SeatUpdate made;
    made.flight = of;
    made.count = SeatUpdate::Count{version, available};
    return made;
  }
  void sync(std::int64_t version, std::int64_t available) {
    EXPECT_TRUE(loop.finish(gate.sync({updates(version, available)})));
  }
  ReserveAnswer reserve(std::uint8_t booking, std::int64_t seats) {
    return loop.finish(gate.reserve(flight, id_of<BookingId>(booking), seats, now));
  }
  std::optional<std::int64_t> sellable() { return loop.finish(gate.sellable(flight)); }

  const std::string prefix = test::fresh_prefix();
  const std::string id = "{" + flight.str() + "}";
  RedisLoop loop{test::shared_endpoint()};
  RedisSeatGate gate{loop.connection(), prefix};
  test::RedisProbe probe{test::shared_redis().port()};
};

TEST_F(RedisGateTest, ItsKeysAreThoseOfTheContract) {
  sync(3, 5);
  ASSERT_EQ(reserve(9, 2), ReserveAnswer::held);
  EXPECT_THAT(probe.command({"KEYS", prefix + "*"}),
              UnorderedElementsAre(prefix + "flight:" + id, prefix + "flight_seats:" + id,
                                   prefix + "flight_holds:" + id));
  EXPECT_EQ(probe.text({"TYPE", prefix + "flight:" + id}), "hash");
  EXPECT_EQ(probe.text({"TYPE", prefix + "flight_seats:" + id}), "string");
  EXPECT_EQ(probe.text({"TYPE", prefix + "flight_holds:" + id}), "hash");
  EXPECT_EQ(probe.text({"GET", prefix + "flight_seats:" + id}), "3");
  EXPECT_EQ(probe.text({"HGET", prefix + "flight_holds:" + id, id_of<BookingId>(9).str()}),
            "2:1900000000000");
  EXPECT_EQ(probe.text({"TTL", prefix + "flight_seats:" + id}), "-1") << "nothing expires";
  SeatUpdate off;
  off.flight = flight;
  off.off_sale = true;
  EXPECT_TRUE(loop.finish(gate.sync({off})));
  EXPECT_THAT(probe.command({"KEYS", prefix + "*"}), IsEmpty());
}

TEST_F(RedisGateTest, WhatNoScriptOfOursHasWrittenIsPutRightByTheNextSync) {
  const FlightId other = id_of<FlightId>(2);
  using Scribble = std::vector<std::string>;
  for (const Scribble& scribble :
       std::vector<Scribble>{{"SET", prefix + "flight_seats:" + id, "many"},
                             {"SADD", prefix + "flight_seats:" + id, "many"},
                             {"SET", prefix + "flight_holds:" + id, "some"},
                             {"HSET", prefix + "flight_holds:" + id, "somebody", "some seats"},
                             {"SET", prefix + "flight:" + id, "a flight"},
                             {"HSET", prefix + "flight:" + id, "seats_version", "new"},
                             {"HSET", prefix + "flight:" + id, "seats_available", "enough"}}) {
    SCOPED_TRACE(scribble[0] + " " + scribble[1]);
    sync(3, 5);
    if (scribble[0] != "HSET") probe.command({"DEL", scribble[1]});
    probe.command(scribble);
    EXPECT_TRUE(loop.finish(gate.sync({updates(1, 9, other), updates(3, 5)})))
        << "nor does it hold up others";
    EXPECT_EQ(sellable(), 5);
    EXPECT_EQ(reserve(1, 2), ReserveAnswer::held);
    EXPECT_EQ(sellable(), 3);
    SeatUpdate settled = updates(3, 5);
    settled.holds_to_drop = {id_of<BookingId>(1)};
    EXPECT_TRUE(loop.finish(gate.sync({settled})));
  }
}

// They pass for what the scripts write, so that no script refuses them.
TEST_F(RedisGateTest, MendingTakesAwayWhatNobodyCanCountOn) {
  const std::string holds = prefix + "flight_holds:" + id;
  const std::string booking = BookingId::parse("0197f3a0-5b1c-7abc-8def-0123456789ab")->str();
  std::string upper = booking;
  std::transform(upper.begin(), upper.end(), upper.begin(), [](unsigned char c) { return std::toupper(c); });
  using Scribble = std::vector<std::string>;
  for (const Scribble& scribble :
       std::vector<Scribble>{{"HSET", holds, "nonsense", "1000:5"},
                             {"HSET", holds, upper, "1000:5"},
                             {"HSET", holds, booking + "0", "1000:5"},
                             {"HSET", holds, booking, "99999999999999999999:5"},
                             {"HSET", holds, booking, "1000:99999999999999999999"},
                             {"HSET", prefix + "flight:" + id, "seats_version", "99999999999999999999"},
                             {"HSET", prefix + "flight:" + id, "seats_version", "1e9"},
                             {"SET", prefix + "flight_seats:" + id, "99999999999999999999"}}) {
    SCOPED_TRACE(scribble.front() + " " + scribble.back());
    sync(3, 5);
    ASSERT_EQ(reserve(1, 2), ReserveAnswer::held);
    probe.command(scribble);
    EXPECT_TRUE(loop.finish(gate.mend({flight, id_of<FlightId>(2)})));
    sync(4, 5);
    EXPECT_EQ(sellable(), 3) << "and a hold of a booking stays";
    EXPECT_EQ(probe.text({"HLEN", holds}), "1");
    EXPECT_EQ(probe.text({"HGET", prefix + "flight:" + id, "seats_version"}), "4");
    probe.command({"DEL", prefix + "flight:" + id, prefix + "flight_seats:" + id, holds});
  }
}

TEST_F(RedisGateTest, AHoldFromTheFutureIsStale) {
  sync(3, 5);
  const std::string far = std::to_string(to_unix_ms(now + 2 * limits::hold_from_the_future));
  probe.command({"HSET", prefix + "flight_holds:" + id, id_of<BookingId>(7).str(), "5:" + far});
  const auto stale = loop.finish(gate.stale_holds(now, 10));
  ASSERT_EQ(stale.size(), 1U);
  EXPECT_EQ(stale[0].booking, id_of<BookingId>(7));
  EXPECT_EQ(stale[0].since, Instant{});
}

TEST_F(RedisGateTest, ACounterChangedByHandIsRepairedByTheNextSync) {
  sync(3, 5);
  reserve(1, 2);
  probe.command({"SET", prefix + "flight_seats:" + id, "1000000"});
  EXPECT_EQ(sellable(), 1'000'000);
  sync(3, 5);
  EXPECT_EQ(sellable(), 3) << "of the same version";
  probe.command({"SET", prefix + "flight_seats:" + id, "1000000"});
  sync(2, 77);
  EXPECT_EQ(sellable(), 3) << "of an older version";
  probe.command({"SET", prefix + "flight_seats:" + id, "1000000"});
  SeatUpdate drop;
  drop.flight = flight;
  drop.holds_to_drop = {id_of<BookingId>(1)};
  EXPECT_TRUE(loop.finish(gate.sync({drop})));
  EXPECT_EQ(sellable(), 5) << "with no count";
  probe.command({"HSET", prefix + "flight:" + id, "seats_available", "1000"});
  sync(3, 5);
  EXPECT_EQ(sellable(), 5) << "what it was told, too";
}

TEST_F(RedisGateTest, ACounterThatIsNoNumberIsRepairedToo) {
  sync(1, 5);
  for (const std::vector<std::string>& harm :
       std::vector<std::vector<std::string>>{{"SET", prefix + "flight_seats:" + id, "many"},
                                             {"DEL", prefix + "flight_seats:" + id},
                                             {"SET", prefix + "flight_seats:" + id, "-7"}}) {
    probe.command(harm);
    EXPECT_NE(reserve(1, 1), ReserveAnswer::held);
    sync(1, 5);
    EXPECT_EQ(sellable(), 5);
  }
}

TEST_F(RedisGateTest, AFlushLeavesItCold) {
  sync(1, 5);
  probe.command({"FLUSHALL"});
  EXPECT_EQ(reserve(1, 1), ReserveAnswer::cold);
  EXPECT_EQ(sellable(), std::nullopt);
  sync(1, 5);
  EXPECT_EQ(reserve(1, 1), ReserveAnswer::held);
}

TEST_F(RedisGateTest, AScriptFlushIsNotNoticed) {
  sync(1, 5);
  probe.command({"SCRIPT", "FLUSH"});
  EXPECT_EQ(reserve(1, 1), ReserveAnswer::held);
  probe.command({"SCRIPT", "FLUSH"});
  sync(2, 4);
  EXPECT_EQ(sellable(), 3);
}

TEST_F(RedisGateTest, AwayIsSaid) {
  loop.connection().close();
  EXPECT_EQ(reserve(1, 1), ReserveAnswer::away);
  EXPECT_FALSE(loop.finish(gate.sync({updates(1, 5)})));
  EXPECT_EQ(sellable(), std::nullopt);
  EXPECT_THAT(loop.finish(gate.stale_holds(now, 10)), IsEmpty());
}

TEST_F(RedisGateTest, TenThousandAtOnceGetExactlyWhatIsThere) {
  constexpr int crowd = 10'000;
  constexpr int seats = 7'001;
  sync(1, seats);
  SeededRandom random(1);
  std::vector<test::Started<ReserveAnswer>> answers;
  for (int i = 0; i < crowd; ++i) {
    const BookingId booking{make_uuid_v7(now, random)};
    answers.push_back(test::start(gate.reserve(flight, booking, 1 + i % 2, now)));
  }
  ASSERT_TRUE(loop.run_until([&answers] {
    return std::all_of(answers.begin(), answers.end(), [](const auto& one) { return one.done(); });
  }));
  int held = 0;
  for (int i = 0; i < crowd; ++i) {
    const ReserveAnswer answer = answers[static_cast<std::size_t>(i)].take();
    ASSERT_TRUE(answer == ReserveAnswer::held || answer == ReserveAnswer::sold_out);
    if (answer == ReserveAnswer::held) held += 1 + i % 2;
  }
  EXPECT_EQ(held, seats);
  EXPECT_EQ(sellable(), 0);
}

TEST_F(RedisGateTest, AThousandFlightsAreSyncedAtOnce) {
  SeededRandom random(1);
  std::vector<SeatUpdate> all;
  for (std::int64_t i = 0; i < 1000; ++i) all.push_back(updates(1, i, FlightId{make_uuid_v7(now, random)}));
  EXPECT_TRUE(loop.finish(gate.sync(all)));
  for (std::size_t i = 0; i < all.size(); i += 111)
    EXPECT_EQ(loop.finish(gate.sellable(all[i].flight)), static_cast<std::int64_t>(i));
}

TEST_F(RedisGateTest, RepeatedLooksFindEveryStaleHold) {
  constexpr std::size_t flights = 2'500;
  SeededRandom random(1);
  std::set<FlightId> left;
  std::vector<SeatUpdate> all;
  while (left.size() < flights) left.insert(FlightId{make_uuid_v7(now, random)});
  for (const FlightId one : left) all.push_back(updates(1, 5, one));
  ASSERT_TRUE(loop.finish(gate.sync(all)));
  for (const FlightId one : left)
    ASSERT_EQ(loop.finish(gate.reserve(one, id_of<BookingId>(1), 1, now)), ReserveAnswer::held);
  for (std::size_t states = 0; states < 2 * flights; ++states) {
    const std::vector<Hold> stale = loop.finish(gate.stale_holds(now + Milliseconds{1}, 100));
    ASSERT_LE(stale.size(), 100U);
    if (stale.empty()) break;
    std::vector<SeatUpdate> drops;
    for (const Hold& hold : stale) {
      ASSERT_EQ(left.erase(hold.flight), 1U);
      ASSERT_EQ(hold.booking, id_of<BookingId>(1));
      drops.emplace_back();
      drops.back().flight = hold.flight;
      drops.back().holds_to_drop = {hold.booking};
    }
    ASSERT_TRUE(loop.finish(gate.sync(drops)));
  }
  EXPECT_THAT(left, IsEmpty());
}

TEST_F(RedisGateTest, APrefixIsNoPattern) {
  RedisSeatGate odd(loop.connection(), prefix + "*?[a-z]\\:");
  RedisSeatGate other(loop.connection(), prefix + "xxb:");
  for (RedisSeatGate* one : {&odd, &other}) EXPECT_TRUE(loop.finish(one->sync({updates(1, 5)})));
  ASSERT_EQ(loop.finish(other.reserve(flight, id_of<BookingId>(2), 1, now)), ReserveAnswer::held);
  EXPECT_THAT(loop.finish(odd.stale_holds(now + Milliseconds{1}, 10)), IsEmpty());
  ASSERT_EQ(loop.finish(odd.reserve(flight, id_of<BookingId>(1), 1, now)), ReserveAnswer::held);
  const auto stale = loop.finish(odd.stale_holds(now + Milliseconds{1}, 10));
  ASSERT_EQ(stale.size(), 1U);
  EXPECT_EQ(stale.front().booking, id_of<BookingId>(1));
}

// A ledger that was put back and came as far again: the same version, of another history.
TEST_F(RedisGateTest, ASecondFutureOfTheSameVersionIsNotForgotten) {
  RedisFlightIndex index(loop.connection(), prefix);
  flights::Flight row = flights::make_flight(flight, test::flight_draft(10), now);
  row.version = 8;
  row.departure = now + std::chrono::hours{1};
  ASSERT_TRUE(loop.finish(index.update({row}, now)));
  SeatUpdate told = updates(9, 4);
  told.count->updated_at = now;
  ASSERT_TRUE(loop.finish(gate.sync({told})));
  const auto of_gate = loop.finish(gate.versions({flight}));
  const auto of_index = loop.finish(index.versions({flight}));
  told.count->updated_at = now + Milliseconds{1};
  ASSERT_TRUE(loop.finish(gate.sync({told})));
  EXPECT_TRUE(loop.finish(gate.forget_versions(of_gate)));
  EXPECT_TRUE(loop.finish(index.forget_versions(of_index)));
  EXPECT_EQ(loop.finish(gate.versions({flight})).at(0).version, 9);
  EXPECT_EQ(loop.finish(index.versions({flight})).at(0).version, 9);
}

}  // namespace
}  // namespace flightdeck::redis
