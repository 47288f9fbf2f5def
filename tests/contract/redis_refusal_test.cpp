// A Redis that answers and refuses writes, and one that is no primary any more.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>

#include "contract/redis_loop.h"
#include "contract/temporary_ledger.h"
#include "core/limits.h"
#include "redis/change_feed.h"
#include "redis/redis_seat_gate.h"
#include "redis/refusal_log.h"
#include "support/tcp_proxy.h"

namespace flightdeck::redis {
namespace {

using booking::ReserveAnswer;
using booking::SeatUpdate;
using test::endpoint_of;
using test::id_of;
using test::RedisLoop;
using test::RedisServer;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

const FlightId flight = id_of<FlightId>(1);
const Instant now = from_unix_ms(1'900'000'000'000);

SeatUpdate updates(std::int64_t version, std::int64_t available) {
  SeatUpdate made;
  made.flight = flight;
  made.count = SeatUpdate::Count{version, available};
  return made;
}

RedisEndpoint endpoint_of(const test::TcpProxy& proxy) {
  return RedisEndpoint{.host = "127.0.0.1", .port = proxy.port()};
}

class RedisRefusal : public ::testing::TestWithParam<std::string> {
 protected:
  RedisCondition condition() { return loop.connection().condition(); }
  bool becomes(RedisCondition expected) {
    return loop.run_until([this, expected] { return condition() == expected; });
  }
  bool may_lag() { return loop.lag().possible(std::chrono::steady_clock::now()); }
  ReserveAnswer reserve(std::uint8_t booking, std::int64_t seats) {
    return loop.finish(gate.reserve(flight, id_of<BookingId>(booking), seats, now));
  }
  auto named(const std::string& command) {
    return AllOf(StartsWith("warn Redis refuses a command"), HasSubstr("refusal=" + GetParam()),
                 HasSubstr("command=" + command));
  }
  auto over() { return StartsWith("info Redis refuses nothing any more"); }

  RedisServer server;
  RedisLoop loop{endpoint_of(server)};
  RedisSeatGate gate{loop.connection(), ""};
};

INSTANTIATE_TEST_SUITE_P(, RedisRefusal, ::testing::Values("OOM", "MISCONF", "READONLY", "NOREPLICAS"),
                         [](const auto& word) { return word.param; });

// It could not be told of the seats that were given back, by this process or another.
TEST_P(RedisRefusal, TheGateDoesNotSaySoldOut) {
  ASSERT_TRUE(loop.finish(gate.sync({updates(1, 1)})));
  ASSERT_EQ(reserve(1, 2), ReserveAnswer::sold_out);
  server.refuse_writes(GetParam());
  EXPECT_EQ(reserve(2, 2), ReserveAnswer::away) << "the first to notice asked for seats";
  EXPECT_TRUE(may_lag());
  EXPECT_THAT(loop.log().lines, ElementsAre(named("evalsha reserve")));
}

TEST_P(RedisRefusal, IsNamedOnceAndOnceThatItIsOver) {
  ASSERT_TRUE(loop.finish(gate.sync({updates(1, 1)})));
  ASSERT_EQ(condition(), RedisCondition::well);
  server.refuse_writes(GetParam());
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(loop.finish(gate.sync({updates(2, 2)})));
  EXPECT_EQ(condition(), RedisCondition::refusing);
  EXPECT_FALSE(loop.connection().takes_writes());
  EXPECT_THAT(loop.log().lines, ElementsAre(named("evalsha sync_seats")));
  const auto refused_until = std::chrono::steady_clock::now();
  server.take_writes();
  ASSERT_TRUE(becomes(RedisCondition::well));
  EXPECT_TRUE(loop.connection().takes_writes());
  EXPECT_THAT(loop.log().lines, ElementsAre(named("evalsha sync_seats"), over()));
  EXPECT_TRUE(loop.lag().possible(refused_until + limits::index_lag_grace)) << "others may owe it something";
  EXPECT_FALSE(loop.lag().possible(std::chrono::steady_clock::time_point::max())) << "not for ever";
  EXPECT_TRUE(loop.finish(gate.sync({updates(2, 2)})));
  EXPECT_EQ(reserve(2, 2), ReserveAnswer::held);
  // A server that was a replica for a while has lost what it was told, perhaps.
  EXPECT_EQ(loop.connection().generation(), GetParam() == "READONLY" ? 2U : 1U);
}

TEST_P(RedisRefusal, IsNoticedWithoutAnyCall) {
  server.refuse_writes(GetParam());
  ASSERT_TRUE(becomes(RedisCondition::refusing));
  EXPECT_TRUE(may_lag());
  EXPECT_THAT(loop.log().lines, ElementsAre(named("set")));
  server.take_writes();
  ASSERT_TRUE(becomes(RedisCondition::well));
  EXPECT_THAT(loop.log().lines, ElementsAre(named("set"), over()));
}

TEST_P(RedisRefusal, IsNoticedThoughTheScriptsWereForgotten) {
  test::RedisProbe(server.port()).command({"SCRIPT", "FLUSH"});
  server.refuse_writes(GetParam());
  ASSERT_TRUE(becomes(RedisCondition::refusing));
  server.take_writes();
  ASSERT_TRUE(becomes(RedisCondition::well));
}

TEST_P(RedisRefusal, IsNoticedWhenItIsConnectedTo) {
  server.refuse_writes(GetParam());
  RedisLoop late(endpoint_of(server), false);
  ASSERT_TRUE(late.run_until([&] { return late.connection().condition() == RedisCondition::refusing; }));
  EXPECT_EQ(late.connection().up(), GetParam() != "READONLY") << "reads are answered";
  EXPECT_TRUE(late.lag().possible(std::chrono::steady_clock::now()));
  EXPECT_THAT(late.log().lines, ElementsAre(named("set")));
  server.take_writes();
  ASSERT_TRUE(late.run_until([&] { return late.connection().condition() == RedisCondition::well; }));
  EXPECT_THAT(late.log().lines, ElementsAre(named("set"), over()));
}

TEST_P(RedisRefusal, LeavesNothingThatLagsBehindWhenItIsClosed) {
  server.refuse_writes(GetParam());
  ASSERT_TRUE(becomes(RedisCondition::refusing));
  loop.connection().close();
  EXPECT_FALSE(loop.lag().possible(std::chrono::steady_clock::time_point::max()));
  EXPECT_THAT(loop.log().lines, ElementsAre(named("set"))) << "nobody knows whether it is over";
}

TEST_P(RedisRefusal, TheChangeFeedIsNotReliedOn) {
  boost::asio::io_context context;
  test::RecordingLog log;
  flights::IndexLag lag;
  const auto changes = std::make_unique<flights::ChangeClock>();
  ChangeFeed feed(context, endpoint_of(server), "", *changes, log);
  feed.doubt(lag);
  feed.start();
  const auto run_until = [&context](const std::function<bool()>& done) {
    const test::Deadline deadline(test::patient(std::chrono::seconds(30)));
    while (!done() && !deadline.passed()) context.run_one_for(Milliseconds(20));
    return done();
  };
  const auto hears = [&] { return changes->hears(std::chrono::steady_clock::now()); };
  ASSERT_TRUE(run_until(hears));
  server.refuse_writes(GetParam());
  EXPECT_TRUE(run_until([&] { return !hears(); }));
  EXPECT_TRUE(lag.possible(std::chrono::steady_clock::now()));
  server.take_writes();
  EXPECT_TRUE(run_until(hears));
  EXPECT_TRUE(run_until([&] { return log.lines.size() == 2; }));
  feed.close();
  EXPECT_THAT(log.lines, ElementsAre(named("set"), over()));
}

// All connections of a process say it together.
TEST(RedisRefusalLog, SpeaksForAllConnections) {
  RedisServer server;
  boost::asio::io_context context;
  test::RecordingLog log;
  RefusalLog refusals(log);
  RedisConnection one(context, endpoint_of(server), log);
  RedisConnection other(context, endpoint_of(server), log);
  for (RedisConnection* connection : {&one, &other}) {
    connection->try_writes_under("", &refusals);
    connection->start();
  }
  const auto both = [&](RedisCondition expected) {
    const test::Deadline deadline(test::patient(std::chrono::seconds(30)));
    const auto done = [&] { return one.condition() == expected && other.condition() == expected; };
    while (!done() && !deadline.passed()) context.run_one_for(Milliseconds(20));
    return done();
  };
  ASSERT_TRUE(both(RedisCondition::well));
  server.refuse_writes("OOM");
  ASSERT_TRUE(both(RedisCondition::refusing));
  EXPECT_THAT(log.lines, ElementsAre(HasSubstr("refusal=OOM")));
  server.take_writes();
  ASSERT_TRUE(both(RedisCondition::well));
  EXPECT_THAT(log.lines, ElementsAre(HasSubstr("refusal=OOM"), HasSubstr("refuses nothing any more")));
}

class RedisFailover : public ::testing::Test {
 protected:
  RedisServer first;
  RedisServer second;
  test::TcpProxy address{first.port()};
  RedisLoop loop{endpoint_of(address)};
  RedisSeatGate gate{loop.connection(), ""};
};

// The old server goes on answering reads on connections that stay.
TEST_F(RedisFailover, AnIdleConnectionGoesWhereTheAddressLeads) {
  first.fail_over_to(second);
  ASSERT_TRUE(loop.run_until([this] { return loop.connection().condition() == RedisCondition::refusing; }));
  EXPECT_FALSE(loop.connection().up()) << "nothing of it is believed";
  EXPECT_EQ(loop.connection().generation(), 1U);
  address.lead_to(second.port());
  ASSERT_TRUE(loop.run_until([this] { return loop.connection().condition() == RedisCondition::well; }));
  EXPECT_EQ(loop.connection().generation(), 2U) << "the index is to be told again";
  EXPECT_TRUE(loop.lag().possible(std::chrono::steady_clock::now()));
  EXPECT_TRUE(loop.finish(gate.sync({updates(1, 5)})));
  EXPECT_EQ(test::RedisProbe(second.port()).text({"GET", "flight_seats:{" + flight.str() + "}"}), "5");
}

TEST_F(RedisFailover, ABusyConnectionNeedsOneRefusal) {
  ASSERT_TRUE(loop.finish(gate.sync({updates(1, 1)})));
  address.lead_to(second.port());
  first.fail_over_to(second);
  EXPECT_EQ(loop.finish(gate.reserve(flight, id_of<BookingId>(1), 2, now)), ReserveAnswer::away);
  EXPECT_FALSE(loop.connection().up());
  ASSERT_TRUE(loop.run_until([this] { return loop.connection().up(); }));
  EXPECT_EQ(loop.finish(gate.reserve(flight, id_of<BookingId>(2), 1, now)), ReserveAnswer::held);
  EXPECT_THAT(loop.log().lines,
              ElementsAre(HasSubstr("refusal=READONLY"), HasSubstr("refuses nothing any more")));
}

}  // namespace
}  // namespace flightdeck::redis
