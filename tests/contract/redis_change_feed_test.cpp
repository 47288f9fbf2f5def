// The change feed against a real Redis: what it hears, and that it knows when it hears nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <thread>

#include "contract/redis_loop.h"
#include "contract/temporary_ledger.h"
#include "core/limits.h"
#include "doubles/booking_world.h"
#include "redis/change_feed.h"
#include "redis/keys.h"
#include "redis/redis_flight_index.h"
#include "redis/redis_seat_gate.h"

namespace flightdeck::redis {
namespace {

using flights::ChangeClock;
using test::endpoint_of;
using test::id_of;
using test::RedisLoop;
using test::RedisProbe;
using test::RedisServer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

// A feed with a clock of its own, on a loop that the test runs.
class Listener {
 public:
  explicit Listener(RedisEndpoint endpoint, std::string prefix = {})
      : feed_(context_, std::move(endpoint), std::move(prefix), changes(), log) {
    feed_.start();
  }
  ~Listener() {
    feed_.close();
    EXPECT_TRUE(run_until([this] { return context_.stopped(); })) << "nothing is left of it";
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  ChangeClock& changes() { return *changes_; }
  bool hears() const { return changes_->hears(std::chrono::steady_clock::now()); }
  bool starts_to_hear() {
    return run_until([this] { return hears(); });
  }
  bool run_until(const std::function<bool()>& done) {
    const test::Deadline deadline(test::patient(std::chrono::seconds(30)));
    while (!done()) {
      if (deadline.passed()) return false;
      context_.restart();
      context_.run_one_for(Milliseconds(20));
    }
    return true;
  }
  // Sooner or later, of the change, in that slot.
  bool hears_of(ChangeClock::Slot slot, const std::function<void()>& change) {
    const ChangeClock::Moment before = changes_->now();
    change();
    return run_until([this, slot, before] { return !changes_->unchanged(before, std::span(&slot, 1)); });
  }

  test::RecordingLog log;

 private:
  boost::asio::io_context context_;
  std::unique_ptr<ChangeClock> changes_ = std::make_unique<ChangeClock>();
  ChangeFeed feed_;
};

ChangeClock::Slot slot(std::uint8_t n) { return ChangeClock::slot_of(id_of<FlightId>(n)); }
std::string flight_key(const std::string& prefix, std::uint8_t n) {
  return Keys(prefix).flight(id_of<FlightId>(n));
}

TEST(RedisChangeFeed, HearsOfFlightsAndRoutesAndOfNothingElse) {
  const std::string prefix = test::fresh_prefix();
  Listener listener(test::shared_endpoint(), prefix);
  ASSERT_TRUE(listener.starts_to_hear());
  RedisProbe probe(test::shared_redis().port());
  const ChangeClock::Moment before = listener.changes().now();
  probe.command({"SET", prefix + "flight_seats:{" + id_of<FlightId>(1).str() + "}", "1"});
  probe.command({"HSET", prefix + "flight_holds:{" + id_of<FlightId>(1).str() + "}", "a", "1"});
  probe.command({"SET", "other:" + flight_key(prefix, 1), "1"});
  EXPECT_TRUE(listener.hears_of(slot(2), [&] { probe.command({"HSET", flight_key(prefix, 2), "a", "1"}); }));
  EXPECT_EQ(listener.changes().now(), before + 1) << "in the order of Redis, and only of what search reads";

  const Date date = parse_date("2030-06-01").value();
  const std::string route = route_key("jfk", "st. john's", date);
  EXPECT_TRUE(listener.hears_of(ChangeClock::slot_of_route(route), [&] {
    probe.command({"ZADD", Keys(prefix).search(route, "price"), "1", "m"});
  }));
  EXPECT_EQ(listener.changes().now(), before + 2);
  EXPECT_TRUE(listener.hears_of(slot(9), [&] {
    probe.command({"HSET", Keys(prefix).index(), "complete", "1"});
  })) << "whether the index is complete concerns everything";
}

// What gate and index are told, and a listener.
class RedisChangeFeedOfRebuilds : public ::testing::Test {
 protected:
  const std::string prefix = test::fresh_prefix();
  Listener listener{test::shared_endpoint(), prefix};
  RedisLoop loop{test::shared_endpoint()};
  RedisFlightIndex index{loop.connection(), prefix};
  RedisSeatGate gate{loop.connection(), prefix};
  const Instant now = test::world_start;
};

TEST_F(RedisChangeFeedOfRebuilds, HearsOfEveryScriptThatChangesAFlight) {
  ASSERT_TRUE(listener.starts_to_hear());
  flights::Flight flight = flights::make_flight(id_of<FlightId>(1), test::flight_draft(10), now);
  const auto hears_of_it = [&](const std::function<void()>& change) {
    return listener.hears_of(slot(1), change);
  };
  EXPECT_TRUE(hears_of_it([&] { loop.finish(index.update({flight}, now)); }));
  booking::SeatUpdate updates;
  updates.flight = flight.id;
  updates.count = booking::SeatUpdate::Count{1, 10};
  EXPECT_TRUE(hears_of_it([&] { loop.finish(gate.sync({updates})); }));
  flight.version = 2;
  flight.price.minor += 1;
  const auto route = ChangeClock::slot_of_route(route_key("jfk", "lhr", flight.date));
  EXPECT_TRUE(listener.hears_of(route, [&] { loop.finish(index.update({flight}, now)); }));
  EXPECT_TRUE(listener.hears_of(route, [&] { loop.finish(index.drop_departed(flight.departure)); }));
}

TEST_F(RedisChangeFeedOfRebuilds, WhatIsToldAgainIsNoChange) {
  ASSERT_TRUE(listener.starts_to_hear());
  const flights::Flight flight = flights::make_flight(id_of<FlightId>(1), test::flight_draft(10), now);
  booking::SeatUpdate updates;
  updates.flight = flight.id;
  // Later than the row.
  updates.count = booking::SeatUpdate::Count{3, 7, now};
  const auto tell = [&] {
    // A hold is for the gate alone.
    loop.finish(gate.reserve(flight.id, id_of<BookingId>(1), 2, now));
    EXPECT_TRUE(loop.finish(gate.sync({updates})));
    EXPECT_TRUE(loop.finish(index.update({flight}, now)));
    EXPECT_TRUE(loop.finish(index.restore({flight}, now)));
  };
  const auto something_else = [&] {
    loop.finish(loop.connection().call({Command("HINCRBY").add(flight_key(prefix, 2)).add("n").add("1")}));
  };
  tell();
  tell();
  ASSERT_TRUE(listener.hears_of(slot(2), something_else));
  const ChangeClock::Moment before = listener.changes().now();
  tell();
  ASSERT_TRUE(listener.hears_of(slot(2), something_else));
  const ChangeClock::Slot told = slot(1);
  EXPECT_TRUE(listener.changes().unchanged(before, std::span(&told, 1)));
}

TEST(RedisChangeFeed, ThousandsOfChangesAreHeardToTheLast) {
  const std::string prefix = test::fresh_prefix();
  Listener listener(test::shared_endpoint(), prefix);
  ASSERT_TRUE(listener.starts_to_hear());
  RedisLoop loop(test::shared_endpoint());
  for (int round = 0; round < 5; ++round) {
    std::vector<Command> commands;
    for (int i = 0; i < 4000; ++i) {
      commands.push_back(Command("HSET").add(flight_key(prefix, static_cast<std::uint8_t>(i % 250))));
      commands.back().add("n").add(std::int64_t{i});
    }
    ASSERT_TRUE(loop.finish(loop.connection().call(std::move(commands))));
  }
  EXPECT_TRUE(listener.hears_of(slot(251), [&] {
    loop.finish(loop.connection().call({Command("HSET").add(flight_key(prefix, 251)).add("n").add("1")}));
  }));
  for (int i = 0; i < 250; ++i) {
    const ChangeClock::Slot one = slot(static_cast<std::uint8_t>(i));
    EXPECT_FALSE(listener.changes().unchanged(1, std::span(&one, 1))) << i;
  }
}

TEST(RedisChangeFeed, AFlushChangesEverything) {
  RedisServer server;
  Listener listener(endpoint_of(server));
  ASSERT_TRUE(listener.starts_to_hear());
  RedisProbe probe(server.port());
  for (const char* flush : {"FLUSHALL", "FLUSHDB"}) {
    EXPECT_TRUE(listener.hears_of(slot(1), [&] { probe.command({flush}); })) << flush;
    EXPECT_TRUE(listener.hears());
  }
}

TEST(RedisChangeFeed, ABrokenConnectionIsNoticedAtOnceAndMadeAnew) {
  RedisServer server;
  Listener listener(endpoint_of(server));
  ASSERT_TRUE(listener.starts_to_hear());
  RedisProbe probe(server.port());
  const ChangeClock::Moment before = listener.changes().now();
  probe.command({"CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"});
  ASSERT_TRUE(listener.run_until([&] { return listener.changes().now() > before; }));
  EXPECT_FALSE(listener.hears()) << "what changes now is not heard";
  EXPECT_FALSE(listener.changes().unchanged(before, {}));
  const ChangeClock::Moment lost = listener.changes().now();
  ASSERT_TRUE(listener.starts_to_hear());
  EXPECT_FALSE(listener.changes().unchanged(lost, {})) << "what changed meanwhile was not heard";
  EXPECT_TRUE(listener.hears_of(slot(1), [&] { probe.command({"HSET", flight_key("", 1), "a", "1"}); }));
  EXPECT_THAT(listener.log.lines, ElementsAre(StartsWith("warn changes in Redis are not heard"),
                                              StartsWith("info changes in Redis are heard again")));
}

TEST(RedisChangeFeed, HearsAgainAfterARestart) {
  RedisServer server;
  Listener listener(endpoint_of(server));
  ASSERT_TRUE(listener.starts_to_hear());
  server.stop();
  ASSERT_TRUE(listener.run_until([&] { return !listener.hears(); }));
  const ChangeClock::Moment away = listener.changes().now();
  server.start();
  ASSERT_TRUE(listener.starts_to_hear());
  EXPECT_FALSE(listener.changes().unchanged(away, {}));
  RedisProbe probe(server.port());
  EXPECT_TRUE(listener.hears_of(slot(1), [&] { probe.command({"HSET", flight_key("", 1), "a", "1"}); }));
}

TEST(RedisChangeFeed, DoesNotTrustARedisThatStandsStill) {
  RedisServer server;
  Listener listener(endpoint_of(server));
  ASSERT_TRUE(listener.starts_to_hear());
  server.freeze();
  EXPECT_TRUE(listener.run_until([&] { return !listener.hears(); }));
  server.go_on();
  EXPECT_TRUE(listener.starts_to_hear());
}

TEST(RedisChangeFeed, ARightThatIsMissingIsNamed) {
  RedisServer server;
  RedisProbe(server.port())
      .command({"ACL", "SETUSER", "weak", "on", ">pw", "~*", "+hello", "+ping", "+script|load"});
  RedisEndpoint endpoint = endpoint_of(server);
  endpoint.user = "weak";
  endpoint.password = "pw";
  Listener listener(endpoint);
  ASSERT_TRUE(listener.run_until([&] { return !listener.log.lines.empty(); }));
  EXPECT_THAT(listener.log.lines.front(), HasSubstr("client|tracking"));
  EXPECT_FALSE(listener.hears());
}

TEST(RedisChangeFeed, TheDocumentedRightsAreEnough) {
  RedisServer server;
  RedisProbe probe(server.port());
  probe.command({"ACL", "SETUSER", "flightdeck", "on", ">pw", "~shop:*", "+hello", "+select", "+ping",
                 "+client|tracking", "+set"});
  RedisEndpoint endpoint = endpoint_of(server);
  endpoint.user = "flightdeck";
  endpoint.password = "pw";
  endpoint.database = 2;
  Listener listener(endpoint, "shop:");
  ASSERT_TRUE(listener.starts_to_hear());
  probe.command({"SELECT", "2"});
  EXPECT_TRUE(listener.hears_of(slot(1), [&] { probe.command({"HSET", flight_key("shop:", 1), "a", "1"}); }));
  EXPECT_THAT(listener.log.lines, IsEmpty());
}

// A feed that goes away with whatever is under way at the moment.
class Leaver {
 public:
  explicit Leaver(RedisEndpoint endpoint)
      : feed_(std::make_unique<ChangeFeed>(context, std::move(endpoint), "", *changes_, log_)) {
    feed_->start();
  }
  bool hears() const { return changes_->hears(std::chrono::steady_clock::now()); }
  void run_until_it_hears() {
    const test::Deadline deadline(test::patient(std::chrono::seconds(30)));
    while (!hears() && !deadline.passed()) context.run_one_for(Milliseconds(20));
    ASSERT_TRUE(hears());
  }
  void turn(int turns) {
    for (int i = 0; i < turns; ++i) context.run_one_for(test::patient(Milliseconds{20}));
  }
  void leave() { feed_.reset(); }
  bool nothing_is_left() {
    context.restart();
    context.run_for(test::patient(std::chrono::seconds{20}));
    return context.stopped() && !hears();
  }

  boost::asio::io_context context;

 private:
  test::RecordingLog log_;
  std::unique_ptr<ChangeClock> changes_ = std::make_unique<ChangeClock>();
  std::unique_ptr<ChangeFeed> feed_;
};

TEST(RedisChangeFeed, MayBeClosedAtAnyMoment) {
  for (int turns = 0; turns < 12; ++turns) {
    Leaver feed(test::shared_endpoint());
    feed.turn(turns);
    feed.leave();
    ASSERT_TRUE(feed.nothing_is_left()) << "after " << turns << " turns";
  }
}

TEST(RedisChangeFeed, MayBeClosedWhileABeatIsDue) {
  Leaver feed(test::shared_endpoint());
  ASSERT_NO_FATAL_FAILURE(feed.run_until_it_hears());
  boost::asio::steady_timer closing(feed.context);
  // So it comes first of all that is due.
  closing.expires_at({});
  closing.async_wait([&feed](const boost::system::error_code&) { feed.leave(); });
  std::this_thread::sleep_for(limits::change_feed_beat);
  EXPECT_TRUE(feed.nothing_is_left());
}

TEST(RedisChangeFeed, MayBeClosedWhileRedisStandsStillOrWhenItGoesOn) {
  RedisServer server;
  for (const bool goes_on : {false, true}) {
    for (const bool was_up : {false, true}) {
      for (int turns = 0; turns < 8; ++turns) {
        Leaver feed(endpoint_of(server));
        if (was_up) {
          ASSERT_NO_FATAL_FAILURE(feed.run_until_it_hears());
        }
        server.freeze();
        feed.turn(turns);
        if (goes_on) {
          server.go_on();
          feed.turn(turns);
        }
        feed.leave();
        EXPECT_TRUE(feed.nothing_is_left()) << goes_on << was_up << " after " << turns << " turns";
        server.go_on();
      }
    }
  }
}

// Own changes are known before the call that makes them ends, however late Redis tells of them.
TEST(RedisFlightIndexChanges, TheIndexTellsOfItsOwn) {
  const std::string prefix = test::fresh_prefix();
  RedisLoop loop(test::shared_endpoint());
  const auto changes = std::make_unique<ChangeClock>();
  RedisFlightIndex index(loop.connection(), prefix, changes.get());
  const Instant now = test::world_start;
  flights::Flight flight = flights::make_flight(id_of<FlightId>(1), test::flight_draft(10), now);
  const auto changed = [&](ChangeClock::Slot one, Task<bool> update) {
    const ChangeClock::Moment before = changes->now();
    EXPECT_TRUE(loop.finish(std::move(update)));
    return !changes->unchanged(before, std::span(&one, 1));
  };
  const auto there = ChangeClock::slot_of_route(route_key("jfk", "lhr", flight.date));
  const auto elsewhere = ChangeClock::slot_of_route(route_key("jfk", "cdg", flight.date));
  EXPECT_TRUE(changed(there, index.update({flight}, now)));
  flight.version = 2;
  flight.available_seats = 9;
  EXPECT_FALSE(changed(there, index.update({flight}, now))) << "a booking moves no flight";
  flight.version = 3;
  EXPECT_TRUE(changed(slot(1), index.update({flight}, now)));
  flight.version = 4;
  flight.destination = "CDG";
  EXPECT_TRUE(changed(elsewhere, index.update({flight}, now)));
  flight.version = 5;
  flight.destination = "LHR";
  EXPECT_TRUE(changed(elsewhere, index.update({flight}, now))) << "also of the route that it leaves";
  const ChangeClock::Moment before = changes->now();
  EXPECT_EQ(loop.finish(index.drop_departed(flight.departure)).size(), 1U);
  const ChangeClock::Slot one = slot(1);
  EXPECT_FALSE(changes->unchanged(before, std::span(&one, 1)));
}

}  // namespace
}  // namespace flightdeck::redis
