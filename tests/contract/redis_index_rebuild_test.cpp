// When the index in Redis counts as complete: who tells it of every flight, and what makes a telling vain.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "contract/redis_loop.h"
#include "contract/temporary_ledger.h"
#include "core/limits.h"
#include "doubles/booking_world.h"
#include "redis/redis_flight_index.h"

namespace flightdeck::redis {
namespace {

using flights::Flight;
using flights::RebuildStart;
using test::id_of;
using test::RedisLoop;
using ::testing::ElementsAre;

class RedisIndexRebuild : public ::testing::Test {
 protected:
  static constexpr Instant now = test::world_start;

  static Flight flight(std::uint8_t n) {
    return flights::make_flight(id_of<FlightId>(n), test::flight_draft(10), now);
  }
  void update(std::vector<Flight> flights) {
    EXPECT_TRUE(loop.finish(index.update(std::move(flights), now)));
  }
  bool searched() { return loop.finish(index.search({}, now)).has_value(); }
  std::int64_t second() { return std::stoll(probe.command({"TIME"}).front()); }
  // As by a teller that began long ago and gave its last sign of life then.
  void tell_elsewhere(const std::string& last_sign) {
    probe.command({"HSET", prefix + "flight_index", elsewhere, last_sign});
  }
  bool told_elsewhere() {
    return probe.command({"HEXISTS", prefix + "flight_index", elsewhere}).front() == "1";
  }
  bool mark() { return loop.finish(index.complete_rebuild()); }
  bool complete() { return loop.finish(index.begin_rebuild()) == RebuildStart::unneeded; }

  const std::string prefix = test::fresh_prefix();
  const std::string elsewhere = "telling:1000000000.000000";
  RedisLoop loop{test::shared_endpoint()};
  RedisFlightIndex index{loop.connection(), prefix};
  // As another process has it.
  RedisFlightIndex other{loop.connection(), prefix};
  RedisFlightIndex patient{loop.connection(), prefix, nullptr, limits::rebuild_forgotten};
  test::RedisProbe probe{test::shared_redis().port()};
};

TEST_F(RedisIndexRebuild, WhatWasEmptiedWhileItWasToldIsNotComplete) {
  EXPECT_FALSE(complete());
  update({flight(1)});
  probe.command({"FLUSHALL"});
  update({flight(2)});
  EXPECT_FALSE(loop.finish(index.complete_rebuild())) << "flight 1 is gone";
  EXPECT_FALSE(searched());
  EXPECT_FALSE(complete());
  update({flight(1), flight(2)});
  EXPECT_TRUE(loop.finish(index.complete_rebuild()));
  EXPECT_THAT(probe.command({"HKEYS", prefix + "flight_index"}), ElementsAre("complete"));
}

TEST_F(RedisIndexRebuild, WhatWasNotToldMakesItIncompleteAndEveryTellingUnderWayVain) {
  ASSERT_TRUE(mark());
  update({flight(1)});
  EXPECT_EQ(loop.finish(other.begin_rebuild()), RebuildStart::begun);
  EXPECT_TRUE(loop.finish(index.mark_incomplete()));
  EXPECT_FALSE(searched());
  EXPECT_FALSE(loop.finish(other.complete_rebuild())) << "it may have passed by what was not told";
  EXPECT_FALSE(complete());
  EXPECT_TRUE(mark());
  EXPECT_TRUE(searched());
}

TEST_F(RedisIndexRebuild, TwoThatKnewItCompleteMayTellAtOnce) {
  ASSERT_TRUE(mark());
  ASSERT_TRUE(loop.finish(other.complete_rebuild()));
  probe.command({"FLUSHALL"});
  EXPECT_EQ(loop.finish(index.begin_rebuild()), RebuildStart::begun);
  EXPECT_EQ(loop.finish(other.begin_rebuild()), RebuildStart::begun) << "what it was told last may be lost";
  EXPECT_TRUE(loop.finish(index.complete_rebuild()));
  EXPECT_TRUE(loop.finish(other.complete_rebuild()));
  EXPECT_TRUE(complete());
  EXPECT_EQ(loop.finish(other.begin_rebuild()), RebuildStart::unneeded);
}

TEST_F(RedisIndexRebuild, WhoStartsLeavesItToAnotherForAWhile) {
  tell_elsewhere(std::to_string(second()));
  probe.command({"HSET", prefix + "flight_index", "complete", "1"});
  EXPECT_EQ(loop.finish(patient.begin_rebuild()), RebuildStart::left_to_another);
  EXPECT_FALSE(loop.finish(patient.complete_rebuild())) << "it has told nothing";
  EXPECT_TRUE(searched()) << "what is there is whole all the while";
  probe.command({"HDEL", prefix + "flight_index", elsewhere});
  EXPECT_EQ(loop.finish(patient.begin_rebuild()), RebuildStart::begun) << "its turn";
  EXPECT_TRUE(loop.finish(patient.complete_rebuild()));

  tell_elsewhere(std::to_string(second() - limits::rebuild_patience.count()));
  EXPECT_EQ(loop.finish(other.begin_rebuild()), RebuildStart::begun) << "its teller may have died";
  EXPECT_TRUE(told_elsewhere()) << "or is slow, and may still come to an end";
  EXPECT_TRUE(loop.finish(other.complete_rebuild()));
}

TEST_F(RedisIndexRebuild, AMarkThatSaysNothingOfALivingTellerIsNotWaitedForAndGoes) {
  const std::int64_t hour = limits::rebuild_forgotten.count();
  // Its teller has died; Redis had another clock, as after a failover; written by hand.
  for (const std::string& last_sign :
       {std::to_string(second() - hour), std::to_string(second() + 2 * hour), std::string("9e99"),
        std::string("inf"), std::string("-inf"), std::string("nan"), std::string("now"), std::string()}) {
    SCOPED_TRACE(last_sign);
    RedisFlightIndex starting(loop.connection(), prefix, nullptr, limits::rebuild_forgotten);
    tell_elsewhere(last_sign);
    EXPECT_EQ(loop.finish(starting.begin_rebuild()), RebuildStart::begun);
    EXPECT_FALSE(told_elsewhere());
    EXPECT_TRUE(loop.finish(starting.complete_rebuild()));
  }
  // A clock that was set back.
  tell_elsewhere(std::to_string(second() + hour / 2));
  EXPECT_EQ(loop.finish(patient.begin_rebuild()), RebuildStart::begun);
}

TEST_F(RedisIndexRebuild, WhoGoesOnTellingIsWaitedFor) {
  ASSERT_EQ(loop.finish(index.begin_rebuild()), RebuildStart::begun);
  const std::string own = probe.command({"HKEYS", prefix + "flight_index"}).front();
  // As if it had begun then.
  probe.command({"HSET", prefix + "flight_index", own, "1000000000"});
  EXPECT_TRUE(loop.finish(index.renew_rebuild()));
  const std::int64_t last_sign = std::stoll(probe.command({"HGET", prefix + "flight_index", own}).front());
  EXPECT_GT(last_sign, 1'000'000'000);
  EXPECT_EQ(loop.finish(patient.begin_rebuild()), RebuildStart::left_to_another);
  EXPECT_TRUE(mark());
}

TEST_F(RedisIndexRebuild, ATellingThatWasLostIsNotGoneOnWith) {
  EXPECT_FALSE(loop.finish(index.renew_rebuild())) << "none has begun";
  ASSERT_EQ(loop.finish(index.begin_rebuild()), RebuildStart::begun);
  EXPECT_TRUE(loop.finish(index.renew_rebuild()));
  probe.command({"FLUSHALL"});
  EXPECT_FALSE(loop.finish(index.renew_rebuild()));
  EXPECT_FALSE(loop.finish(index.complete_rebuild()));
  EXPECT_THAT(probe.command({"HKEYS", prefix + "flight_index"}), ::testing::IsEmpty());
}

TEST(RedisIndexRebuildRestart, EverythingMustBeToldAgain) {
  // It keeps everything on disk: what it lost of the last seconds cannot be seen, only feared.
  test::RedisServer server({"--appendonly", "yes"});
  RedisLoop loop(parse_redis_url(server.url()).value());
  RedisFlightIndex index(loop.connection(), "");
  RedisFlightIndex of_another_thread(loop.connection(), "");
  EXPECT_EQ(loop.finish(index.begin_rebuild()), RebuildStart::begun);
  ASSERT_TRUE(loop.finish(index.complete_rebuild()));
  EXPECT_EQ(loop.finish(index.begin_rebuild()), RebuildStart::unneeded);
  server.stop();
  ASSERT_TRUE(loop.run_until([&loop] { return !loop.connection().up(); }));
  server.start();
  ASSERT_TRUE(loop.run_until([&loop] { return loop.connection().up(); }));
  EXPECT_EQ(loop.finish(index.begin_rebuild()), RebuildStart::begun);
  EXPECT_FALSE(loop.finish(of_another_thread.search({}, test::world_start)))
      << "what is there may be of a while ago";

  // Once more, while it is being told.
  server.stop();
  ASSERT_TRUE(loop.run_until([&loop] { return !loop.connection().up(); }));
  server.start();
  ASSERT_TRUE(loop.run_until([&loop] { return loop.connection().up(); }));
  EXPECT_FALSE(loop.finish(index.complete_rebuild())) << "what was told before may be lost";
  EXPECT_EQ(loop.finish(index.begin_rebuild()), RebuildStart::begun);
  EXPECT_TRUE(loop.finish(index.complete_rebuild()));
  EXPECT_EQ(loop.finish(index.begin_rebuild()), RebuildStart::unneeded);
}

}  // namespace
}  // namespace flightdeck::redis
