// The connection against a real Redis: what it says when Redis errs, stands still, goes away or comes back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <thread>

#include "contract/redis_loop.h"
#include "redis/scripts.h"
#include "support/socket.h"

namespace flightdeck::redis {
namespace {

using test::endpoint_of;
using test::fresh_prefix;
using test::RedisLoop;
using test::RedisServer;
using test::shared_endpoint;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

std::vector<Command> one(Command command) {
  std::vector<Command> commands;
  commands.push_back(std::move(command));
  return commands;
}
std::vector<Command> ping() { return one(Command("PING")); }

Reply reply_to(RedisLoop& loop, Command command) {
  return loop.finish(loop.connection().call(one(std::move(command)))).value().front();
}

// Away without waiting for anything: the loop does not run.
bool away_at_once(RedisConnection& connection) {
  auto call = test::start(connection.call(ping()));
  return call.done() && !call.take();
}

TEST(RedisConnection, RepliesAreOfTheirKind) {
  RedisLoop loop(shared_endpoint());
  const std::string key = fresh_prefix() + "k";
  EXPECT_TRUE(reply_to(loop, Command("PING")).is_text("PONG"));
  EXPECT_EQ(reply_to(loop, Command("GET").add(key)).kind, Reply::Kind::nil);
  EXPECT_EQ(reply_to(loop, Command("INCR").add(key)).kind, Reply::Kind::integer);
  const Reply text = reply_to(loop, Command("GET").add(key));
  EXPECT_TRUE(text.is_text("1"));
  EXPECT_EQ(text.integer(), 1);
  EXPECT_TRUE(reply_to(loop, Command("HGET").add(key).add("f")).is_error("WRONGTYPE"));
  const std::string map = key + "map";
  reply_to(loop, Command("HSET").add(map).add("a").add("1").add("b").add(""));
  EXPECT_THAT(reply_to(loop, Command("HMGET").add(map).add("a").add("c").add("b")).texts,
              ElementsAre("1", "", ""));
  EXPECT_THAT(reply_to(loop, Command("HGETALL").add(map)).texts, SizeIs(4));
  const std::string binary("a\0\r\n\xff", 5);
  reply_to(loop, Command("SET").add(key).add(binary));
  EXPECT_EQ(reply_to(loop, Command("GET").add(key)).text, binary);
  const std::string set = key + "set";
  reply_to(loop, Command("ZADD").add(set).add("1900000000123").add("m").add("+inf").add("n"));
  EXPECT_THAT(reply_to(loop, Command("ZRANGE").add(set).add("0").add("-1").add("WITHSCORES")).texts,
              ElementsAre("m", "1900000000123", "n", "inf"));
  EXPECT_EQ(reply_to(loop, Command("LRANGE").add(key + "none").add("0").add("-1")).kind, Reply::Kind::list);
}

TEST(RedisConnection, AnErrorLeavesTheOthersOfItsPipelineRight) {
  RedisLoop loop(shared_endpoint());
  const std::string key = fresh_prefix() + "k";
  std::vector<Command> commands;
  commands.push_back(Command("SET").add(key).add("a"));
  commands.push_back(Command("LPUSH").add(key).add("x"));
  commands.push_back(Command("NOSUCHCOMMAND"));
  commands.push_back(Command("APPEND").add(key).add("b"));
  commands.push_back(Command("GET").add(key));
  const Replies replies = loop.finish(loop.connection().call(std::move(commands))).value();
  ASSERT_THAT(replies, SizeIs(5));
  EXPECT_TRUE(replies[0].is_text("OK"));
  EXPECT_TRUE(replies[1].is_error("WRONGTYPE"));
  EXPECT_TRUE(replies[2].is_error("ERR"));
  EXPECT_EQ(replies[3].integer(), 2);
  EXPECT_TRUE(replies[4].is_text("ab"));
  EXPECT_TRUE(reply_to(loop, Command("GET").add(key)).is_text("ab")) << "nor those of later calls";
}

TEST(RedisConnection, ManyCommandsAreAnsweredInOrder) {
  RedisLoop loop(shared_endpoint());
  const std::string key = fresh_prefix() + "k";
  const std::size_t count = 4 * limits::redis_pipeline_commands + 1;
  std::vector<Command> commands(count, Command("INCR").add(key));
  const Replies replies = loop.finish(loop.connection().call(std::move(commands))).value();
  ASSERT_THAT(replies, SizeIs(count));
  for (std::size_t i = 0; i < count; ++i) ASSERT_EQ(replies[i].integer(), static_cast<std::int64_t>(i + 1));
  EXPECT_THAT(loop.finish(loop.connection().call({})).value(), IsEmpty());
}

TEST(RedisConnection, CallsAtTheSameTimeShareIt) {
  RedisLoop loop(shared_endpoint());
  const std::string prefix = fresh_prefix();
  std::vector<test::Started<std::optional<Replies>>> calls;
  for (int i = 0; i < 2000; ++i) {
    const std::string key = prefix + std::to_string(i);
    calls.push_back(test::start(loop.connection().call(one(Command("SET").add(key).add(key)))));
    std::vector<Command> read(static_cast<std::size_t>(i % 3), Command("GET").add(key));
    calls.push_back(test::start(loop.connection().call(std::move(read))));
  }
  const auto all_done = [&calls] {
    return std::all_of(calls.begin(), calls.end(), [](const auto& call) { return call.done(); });
  };
  ASSERT_TRUE(loop.run_until(all_done));
  for (int i = 0; i < 2000; ++i) {
    EXPECT_TRUE(calls[2 * static_cast<std::size_t>(i)].take().value().front().is_text("OK"));
    const Replies read = calls[2 * static_cast<std::size_t>(i) + 1].take().value();
    ASSERT_THAT(read, SizeIs(i % 3));
    for (const Reply& reply : read) EXPECT_TRUE(reply.is_text(prefix + std::to_string(i)));
  }
}

TEST(RedisConnection, MoreThanTheLimitUnderWayIsAway) {
  RedisLoop loop(shared_endpoint());
  std::vector<test::Started<std::optional<Replies>>> calls;
  for (std::size_t i = 0; i < limits::redis_calls_under_way; ++i)
    calls.push_back(test::start(loop.connection().call(ping())));
  EXPECT_TRUE(away_at_once(loop.connection()));
  EXPECT_TRUE(loop.connection().up());
  ASSERT_TRUE(loop.run_until([&calls] { return calls.back().done(); }));
  for (auto& call : calls) ASSERT_TRUE(call.take());
  EXPECT_TRUE(reply_to(loop, Command("PING")).is_text("PONG"));
}

TEST(RedisConnection, AForgottenScriptIsLoadedAgain) {
  RedisServer server;
  RedisLoop loop(endpoint_of(server));
  test::RedisProbe probe(server.port());
  probe.command({"SCRIPT", "FLUSH"});
  std::vector<Command> commands;
  commands.push_back(Command("SET").add("counter:{1}").add("3"));
  for (int i = 0; i < 2; ++i) {
    commands.push_back(script_call(reserve_script, {"counter:{1}", "holds:{1}"}));
    commands.back().add("booking" + std::to_string(i)).add(2).add(1000);
  }
  commands.push_back(Command("ECHO").add("last"));
  const Replies replies = loop.finish(loop.connection().call(commands)).value();
  ASSERT_THAT(replies, SizeIs(4));
  EXPECT_TRUE(replies[0].is_text("OK"));
  EXPECT_TRUE(replies[1].is_text("held"));
  EXPECT_TRUE(replies[2].is_text("sold_out"));
  EXPECT_TRUE(replies[3].is_text("last"));
  for (const Script& script : all_scripts())
    EXPECT_EQ(probe.text({"SCRIPT", "EXISTS", std::string(script.sha1)}), "1") << script.text;
}

TEST(RedisConnection, ARestartIsSaidOnceAndHealsByItself) {
  RedisServer server;
  RedisLoop loop(endpoint_of(server));
  RedisConnection& connection = loop.connection();
  EXPECT_EQ(connection.generation(), 1U);
  EXPECT_THAT(loop.log().lines, IsEmpty());
  server.stop();
  ASSERT_TRUE(loop.run_until([&connection] { return !connection.up(); }));
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(away_at_once(connection));
  EXPECT_THAT(loop.log().lines, ElementsAre(StartsWith("warn Redis is away")));
  server.start();
  ASSERT_TRUE(loop.run_until([&connection] { return connection.up(); }));
  EXPECT_EQ(connection.generation(), 2U);
  EXPECT_THAT(loop.log().lines, ElementsAre(StartsWith("warn"), "info Redis is back host=127.0.0.1 port=" +
                                                                    std::to_string(server.port())));
  EXPECT_TRUE(reply_to(loop, Command("PING")).is_text("PONG"));
}

TEST(RedisConnection, CallsUnderWayAreAwayWhenRedisDies) {
  RedisServer server;
  RedisLoop loop(endpoint_of(server));
  server.freeze();
  auto call = test::start(loop.connection().call(ping()));
  int turns = 0;
  ASSERT_TRUE(loop.run_until([&turns] { return ++turns > 3; })) << "waiting stops nothing else";
  EXPECT_FALSE(call.done());
  server.kill();
  ASSERT_TRUE(loop.run_until([&call] { return call.done(); }));
  EXPECT_FALSE(call.take());
  ASSERT_TRUE(loop.run_until([&loop] { return !loop.connection().up(); }));
}

TEST(RedisConnection, AFrozenRedisCostsOneDeadline) {
  RedisServer server;
  RedisLoop loop(endpoint_of(server), true, test::patient(Milliseconds{400}));
  RedisConnection& connection = loop.connection();
  server.freeze();
  auto first = test::start(connection.call(ping()));
  auto second = test::start(connection.call(ping()));
  ASSERT_TRUE(loop.run_until([&] { return first.done() && second.done(); }));
  EXPECT_FALSE(first.take());
  EXPECT_FALSE(second.take());
  EXPECT_FALSE(connection.up());
  EXPECT_TRUE(away_at_once(connection));
  EXPECT_THAT(loop.log().lines, ElementsAre(StartsWith("warn Redis is away")));
  server.go_on();
  ASSERT_TRUE(loop.run_until([&connection] { return connection.up(); }));
  EXPECT_THAT(loop.log().lines, Contains(StartsWith("info Redis is back")));
}

// What a process' search goes by: nobody knows what others could not tell meanwhile.
TEST(RedisConnection, ARedisThatStoodStillIsDoubtedForAWhile) {
  RedisServer server;
  flights::IndexLag lag;
  boost::asio::io_context context;
  test::RecordingLog log;
  RedisConnection connection(context, endpoint_of(server), log, test::patient(Milliseconds{100}));
  connection.doubt(lag);
  connection.start();
  const auto run_until = [&context](const std::function<bool()>& done) {
    const test::Deadline deadline(test::patient(std::chrono::seconds(30)));
    while (!done() && !deadline.passed()) context.run_one_for(Milliseconds(20));
    return done();
  };
  const auto may_lag = [&lag] { return lag.possible(std::chrono::steady_clock::now()); };
  ASSERT_TRUE(run_until([&] { return connection.up(); }));
  EXPECT_FALSE(may_lag()) << "a first connection is no trouble";
  server.freeze();
  const auto frozen = std::chrono::steady_clock::now();
  ASSERT_TRUE(run_until([&] { return !connection.up(); })) << "by the health check";
  EXPECT_TRUE(lag.possible(std::chrono::steady_clock::time_point::max())) << "for as long as it lasts";
  server.go_on();
  ASSERT_TRUE(run_until([&] { return connection.up(); }));
  EXPECT_TRUE(lag.possible(frozen + limits::index_lag_grace)) << "and for a while longer";
  EXPECT_FALSE(lag.possible(std::chrono::steady_clock::now() + limits::index_lag_grace));
  connection.close();
  EXPECT_FALSE(lag.possible(std::chrono::steady_clock::time_point::max()));
}

TEST(RedisConnection, AFreezeIsNoticedWithoutAnyCall) {
  RedisServer server;
  RedisLoop loop(endpoint_of(server), true, test::patient(Milliseconds{400}));
  server.freeze();
  EXPECT_TRUE(loop.run_until([&loop] { return !loop.connection().up(); })) << "by the health check";
  server.go_on();
  EXPECT_TRUE(loop.run_until([&loop] { return loop.connection().up(); }));
}

// Somebody accepts and says nothing: it is given up, and tried again.
TEST(RedisConnection, ASilentServerIsTriedAgain) {
  test::Socket listener = test::Socket::listen_loopback(0);
  std::atomic<int> accepted = 0;
  std::thread server([&listener, &accepted] {
    std::vector<test::Socket> held;
    while (held.emplace_back(listener.accept()).valid()) ++accepted;
  });
  {
    RedisLoop loop(RedisEndpoint{.host = "127.0.0.1", .port = listener.local_port()}, false);
    EXPECT_TRUE(loop.run_until([&accepted] { return accepted == 2; }));
    EXPECT_TRUE(away_at_once(loop.connection()));
    EXPECT_THAT(loop.log().lines, ElementsAre(StartsWith("warn Redis is away")));
  }
  listener.shut_down();
  server.join();
}

TEST(RedisConnection, IsAwayBeforeItIsStartedAndWhenNobodyIsThere) {
  RedisLoop loop(RedisEndpoint{.host = "127.0.0.1", .port = test::free_port()}, false);
  EXPECT_TRUE(away_at_once(loop.connection()));
  ASSERT_TRUE(loop.run_until([&loop] { return !loop.log().lines.empty(); }));
  EXPECT_TRUE(away_at_once(loop.connection()));
  EXPECT_EQ(loop.connection().generation(), 0U);

  boost::asio::io_context context;
  test::RecordingLog log;
  RedisConnection idle(context, shared_endpoint(), log);
  EXPECT_TRUE(away_at_once(idle));
}

TEST(RedisConnection, ClosingEndsWhatIsUnderWay) {
  RedisServer server;
  RedisLoop loop(endpoint_of(server));
  server.freeze();
  auto sent = test::start(loop.connection().call(ping()));
  loop.run_until([turns = 0]() mutable { return ++turns > 3; });
  auto unsent = test::start(loop.connection().call(ping()));
  loop.connection().close();
  ASSERT_TRUE(sent.done() && unsent.done());
  EXPECT_FALSE(sent.take() || unsent.take());
  EXPECT_TRUE(away_at_once(loop.connection()));
  EXPECT_TRUE(loop.run_out()) << "nothing is left of it";
  EXPECT_FALSE(loop.connection().up());
  EXPECT_THAT(loop.log().lines, IsEmpty()) << "it was asked for";
  server.go_on();
}

TEST(RedisConnection, MayBeClosedAtAnyMoment) {
  for (int turns = 0; turns < 12; ++turns) {
    boost::asio::io_context context;
    test::RecordingLog log;
    RedisConnection connection(context, shared_endpoint(), log);
    connection.start();
    for (int i = 0; i < turns; ++i) context.run_one_for(test::patient(Milliseconds{20}));
    connection.close();
    context.restart();
    context.run_for(test::patient(std::chrono::seconds{20}));
    ASSERT_TRUE(context.stopped()) << "after " << turns << " turns";
  }
}

TEST(RedisConnection, MayGoWithoutItsLoopBeingRun) {
  test::RecordingLog log;
  boost::asio::io_context context;
  auto connection = std::make_unique<RedisConnection>(context, shared_endpoint(), log);
  connection->start();
  while (!connection->up()) context.run_one();
  auto call = test::start(connection->call(ping()));
  connection.reset();
  EXPECT_TRUE(call.done());
}

}  // namespace
}  // namespace flightdeck::redis
