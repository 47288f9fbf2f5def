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
using flights::Telling;
using test::id_of;
using test::RedisLoop;
using ::testing::ElementsAre;

class RedisIndexTelling : public ::testing::Test {
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
  bool mark() { return loop.finish(index.mark_complete()); }
  bool complete() { return loop.finish(index.begin_telling()) == Telling::unneeded; }

  const std::string prefix = test::fresh_prefix();
  const std::string elsewhere = "telling:1000000000.000000";
  RedisLoop loop{test::shared_endpoint()};
  RedisFlightIndex index{loop.connection(), prefix};
  RedisFlightIndex other{loop.connection(), prefix};  // as another process has it
  RedisFlightIndex patient{loop.connection(), prefix, nullptr, limits::telling_forgotten};
  test::RedisProbe probe{test::shared_redis().port()};
};

TEST_F(RedisIndexTelling, WhatWasEmptiedWhileItWasToldIsNotComplete) {
  EXPECT_FALSE(complete());
  update({flight(1)});
  probe.command({"FLUSHALL"});
  update({flight(2)});
  EXPECT_FALSE(loop.finish(index.mark_complete())) << "flight 1 is gone";
  EXPECT_FALSE(searched());
  EXPECT_FALSE(complete());
  update({flight(1), flight(2)});
  EXPECT_TRUE(loop.finish(index.mark_complete()));
  EXPECT_THAT(probe.command({"HKEYS", prefix + "flight_index"}), ElementsAre("complete"));
}

TEST_F(RedisIndexTelling, WhatWasNotToldMakesItIncompleteAndEveryTellingUnderWayVain) {
  ASSERT_TRUE(mark());
  update({flight(1)});
  EXPECT_EQ(loop.finish(other.begin_telling()), Telling::begun);
  EXPECT_TRUE(loop.finish(index.mark_incomplete()));
  EXPECT_FALSE(searched());
  EXPECT_FALSE(loop.finish(other.mark_complete())) << "it may have passed by what was not told";
  EXPECT_FALSE(complete());
  EXPECT_TRUE(mark());
  EXPECT_TRUE(searched());
}

TEST_F(RedisIndexTelling, TwoThatKnewItCompleteMayTellAtOnce) {
  ASSERT_TRUE(mark());
  ASSERT_TRUE(loop.finish(other.mark_complete()));
  probe.command({"FLUSHALL"});
  EXPECT_EQ(loop.finish(index.begin_telling()), Telling::begun);
  EXPECT_EQ(loop.finish(other.begin_telling()), Telling::begun) << "what it was told last may be lost";
  EXPECT_TRUE(loop.finish(index.mark_complete()));
  EXPECT_TRUE(loop.finish(other.mark_complete()));
  EXPECT_TRUE(complete());
  EXPECT_EQ(loop.finish(other.begin_telling()), Telling::unneeded);
}

TEST_F(RedisIndexTelling, WhoStartsLeavesItToAnotherForAWhile) {
  tell_elsewhere(std::to_string(second()));
  probe.command({"HSET", prefix + "flight_index", "complete", "1"});
  EXPECT_EQ(loop.finish(patient.begin_telling()), Telling::left_to_another);
  EXPECT_FALSE(loop.finish(patient.mark_complete())) << "it has told nothing";
  EXPECT_TRUE(searched()) << "what is there is whole all the while";
  probe.command({"HDEL", prefix + "flight_index", elsewhere});
  EXPECT_EQ(loop.finish(patient.begin_telling()), Telling::begun) << "its turn";
  EXPECT_TRUE(loop.finish(patient.mark_complete()));

  tell_elsewhere(std::to_string(second() - limits::telling_patience.count()));
  EXPECT_EQ(loop.finish(other.begin_telling()), Telling::begun) << "its teller may have died";
  EXPECT_TRUE(told_elsewhere()) << "or is slow, and may still come to an end";
  EXPECT_TRUE(loop.finish(other.mark_complete()));
}

TEST_F(RedisIndexTelling, AMarkThatSaysNothingOfALivingTellerIsNotWaitedForAndGoes) {
  const std::int64_t hour = limits::telling_forgotten.count();
  // Its teller has died; Redis had another clock, as after a failover; written by hand.
  for (const std::string& last_sign :
       {std::to_string(second() - hour), std::to_string(second() + 2 * hour), std::string("9e99"),
        std::string("inf"), std::string("-inf"), std::string("nan"), std::string("now"), std::string()}) {
    SCOPED_TRACE(last_sign);
    RedisFlightIndex starting(loop.connection(), prefix, nullptr, limits::telling_forgotten);
    tell_elsewhere(last_sign);
    EXPECT_EQ(loop.finish(starting.begin_telling()), Telling::begun);
    EXPECT_FALSE(told_elsewhere());
    EXPECT_TRUE(loop.finish(starting.mark_complete()));
  }
  tell_elsewhere(std::to_string(second() + hour / 2));  // a clock that was set back
  EXPECT_EQ(loop.finish(patient.begin_telling()), Telling::begun);
}

TEST_F(RedisIndexTelling, WhoGoesOnTellingIsWaitedFor) {
  ASSERT_EQ(loop.finish(index.begin_telling()), Telling::begun);
  const std::string own = probe.command({"HKEYS", prefix + "flight_index"}).front();
  probe.command({"HSET", prefix + "flight_index", own, "1000000000"});  // as if it had begun then
  EXPECT_TRUE(loop.finish(index.keep_telling()));
  const std::int64_t last_sign = std::stoll(probe.command({"HGET", prefix + "flight_index", own}).front());
  EXPECT_GT(last_sign, 1'000'000'000);
  EXPECT_EQ(loop.finish(patient.begin_telling()), Telling::left_to_another);
  EXPECT_TRUE(mark());
}

TEST_F(RedisIndexTelling, ATellingThatWasLostIsNotGoneOnWith) {
  EXPECT_FALSE(loop.finish(index.keep_telling())) << "none has begun";
  ASSERT_EQ(loop.finish(index.begin_telling()), Telling::begun);
  EXPECT_TRUE(loop.finish(index.keep_telling()));
  probe.command({"FLUSHALL"});
  EXPECT_FALSE(loop.finish(index.keep_telling()));
  EXPECT_FALSE(loop.finish(index.mark_complete()));
  EXPECT_THAT(probe.command({"HKEYS", prefix + "flight_index"}), ::testing::IsEmpty());
}

TEST(RedisIndexTellingRestart, EverythingMustBeToldAgain) {
  // It keeps everything on disk: what it lost of the last seconds cannot be seen, only feared.
  test::RedisServer server({"--appendonly", "yes"});
  RedisLoop loop(parse_redis_url(server.url()).value());
  RedisFlightIndex index(loop.connection(), "");
  RedisFlightIndex of_another_thread(loop.connection(), "");
  EXPECT_EQ(loop.finish(index.begin_telling()), Telling::begun);
  ASSERT_TRUE(loop.finish(index.mark_complete()));
  EXPECT_EQ(loop.finish(index.begin_telling()), Telling::unneeded);
  server.stop();
  ASSERT_TRUE(loop.run_until([&loop] { return !loop.connection().up(); }));
  server.start();
  ASSERT_TRUE(loop.run_until([&loop] { return loop.connection().up(); }));
  EXPECT_EQ(loop.finish(index.begin_telling()), Telling::begun);
  EXPECT_FALSE(loop.finish(of_another_thread.search({}, test::world_start)))
      << "what is there may be of a while ago";

  // Once more, while it is being told.
  server.stop();
  ASSERT_TRUE(loop.run_until([&loop] { return !loop.connection().up(); }));
  server.start();
  ASSERT_TRUE(loop.run_until([&loop] { return loop.connection().up(); }));
  EXPECT_FALSE(loop.finish(index.mark_complete())) << "what was told before may be lost";
  EXPECT_EQ(loop.finish(index.begin_telling()), Telling::begun);
  EXPECT_TRUE(loop.finish(index.mark_complete()));
  EXPECT_EQ(loop.finish(index.begin_telling()), Telling::unneeded);
}

}  // namespace
}  // namespace flightdeck::redis
