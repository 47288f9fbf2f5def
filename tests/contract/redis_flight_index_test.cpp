// The index in Redis: its keys, what it does when Redis forgets, and what crashes and other processes leave
// in it.
#include "redis/redis_flight_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>

#include "contract/redis_loop.h"
#include "contract/temporary_ledger.h"
#include "core/limits.h"
#include "doubles/booking_world.h"
#include "redis/redis_seat_gate.h"
#include "redis/scripts.h"

namespace flightdeck::redis {
namespace {

using flights::Flight;
using flights::RebuildStart;
using flights::SearchPage;
using flights::SearchQuery;
using test::id_of;
using test::RedisLoop;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class RedisIndexTest : public ::testing::Test {
 protected:
  static constexpr Instant now = test::world_start;

  static Flight flight(std::uint8_t n, std::int64_t version = 1) {
    Flight made = flights::make_flight(id_of<FlightId>(n), test::flight_draft(10), now);
    made.version = version;
    return made;
  }
  void update(std::vector<Flight> flights, Instant at = now) {
    EXPECT_TRUE(loop.finish(index.update(std::move(flights), at)));
  }
  std::optional<SearchPage> search(std::string destination = "lhr", std::size_t limit = 100) {
    SearchQuery query;
    query.source = "jfk";
    query.destination = std::move(destination);
    query.date = flight(1).date;
    query.seats = 0;
    query.limit = limit;
    return loop.finish(index.search(query, now));
  }
  std::vector<FlightId> found(std::string destination = "lhr") {
    std::vector<FlightId> ids;
    const SearchPage page = search(std::move(destination)).value();
    for (const Flight& one : page.flights) ids.push_back(one.id);
    return ids;
  }
  bool mark() { return loop.finish(index.complete_rebuild()); }
  bool complete() { return loop.finish(index.begin_rebuild()) == RebuildStart::unneeded; }
  std::string key(std::string_view kind, std::uint8_t n = 1) const {
    return prefix + std::string(kind) + "{" + id_of<FlightId>(n).str() + "}";
  }
  std::string set(std::string_view destination, std::string_view sort = "price") const {
    return prefix + "search:jfk:" + std::string(destination) + ":" + format_date(flight(1).date) + ":" +
           std::string(sort);
  }
  std::string place_field(std::uint8_t n = 1) { return probe.text({"HGET", key("flight:", n), "place"}); }
  // How often Redis was asked for that so far.
  std::int64_t calls_of(const std::string& command) {
    const std::string stats = probe.text({"INFO", "commandstats"});
    const std::size_t at = stats.find("cmdstat_" + command + ":calls=");
    return at == std::string::npos ? 0 : std::stoll(stats.substr(stats.find('=', at) + 1));
  }

  const std::string prefix = test::fresh_prefix();
  RedisLoop loop{test::shared_endpoint()};
  RedisFlightIndex index{loop.connection(), prefix};
  RedisSeatGate gate{loop.connection(), prefix};
  test::RedisProbe probe{test::shared_redis().port()};
};

TEST_F(RedisIndexTest, ItsKeysAreThoseOfTheContract) {
  update({flight(1)});
  ASSERT_TRUE(mark());
  EXPECT_THAT(probe.command({"KEYS", prefix + "*"}),
              UnorderedElementsAre(key("flight:"), prefix + "flight_departures", prefix + "flight_index",
                                   set("lhr", "price"), set("lhr", "fastest"), set("lhr", "departure")));
  EXPECT_EQ(probe.text({"TYPE", key("flight:")}), "hash");
  EXPECT_EQ(probe.text({"TYPE", set("lhr")}), "zset");
  EXPECT_EQ(probe.text({"TYPE", prefix + "flight_departures"}), "zset");
  EXPECT_EQ(probe.text({"HGET", key("flight:"), "available_seats"}), "10");
  EXPECT_EQ(probe.text({"HGET", key("flight:"), "version"}), "1");
  const std::string member = member_of(flight(1).departure, flight(1).id);
  EXPECT_EQ(probe.text({"ZSCORE", set("lhr"), member}), std::to_string(flight(1).price.minor));
  EXPECT_EQ(loop.finish(index.drop_departed(flight(1).departure)).size(), 1U);
  EXPECT_THAT(probe.command({"KEYS", prefix + "*"}), ElementsAre(prefix + "flight_index"));
}

TEST_F(RedisIndexTest, DepartedFlightsTakeTheGatesKeysWithThem) {
  booking::SeatUpdate updates;
  updates.flight = flight(1).id;
  updates.count = booking::SeatUpdate::Count{1, 10};
  ASSERT_TRUE(loop.finish(gate.sync({updates})));
  update({flight(1)});
  ASSERT_EQ(loop.finish(gate.reserve(updates.flight, id_of<BookingId>(1), 1, now)),
            booking::ReserveAnswer::held);
  loop.finish(index.drop_departed(flight(1).departure));
  EXPECT_THAT(probe.command({"KEYS", prefix + "*"}), IsEmpty());
}

TEST_F(RedisIndexTest, IsAwayUntilItIsComplete) {
  update({flight(1)});
  EXPECT_FALSE(search());
  EXPECT_FALSE(complete());
  ASSERT_TRUE(mark());
  EXPECT_TRUE(complete());
  EXPECT_THAT(found(), ElementsAre(flight(1).id));
}

TEST_F(RedisIndexTest, AFlushIsNoticedAtOnce) {
  update({flight(1)});
  ASSERT_TRUE(mark());
  probe.command({"FLUSHALL"});
  EXPECT_FALSE(search());
  EXPECT_FALSE(complete());
  update({flight(1)});
  EXPECT_FALSE(search()) << "the others are still missing";
  ASSERT_TRUE(mark());
  EXPECT_THAT(found(), ElementsAre(flight(1).id));
}

TEST_F(RedisIndexTest, ASortedSetThatWasDeletedIsRestored) {
  update({flight(1), flight(2)});
  ASSERT_TRUE(mark());
  probe.command({"DEL", set("lhr", "price")});
  update({flight(1), flight(2)});
  EXPECT_THAT(found(), IsEmpty()) << "a commit tells only what has changed";
  EXPECT_TRUE(loop.finish(index.restore({flight(1), flight(2)}, now)));
  EXPECT_THAT(found(), UnorderedElementsAre(flight(1).id, flight(2).id));
  EXPECT_EQ(place_field().find('\n'), std::string::npos) << "settled";
}

TEST_F(RedisIndexTest, KeysOfAnotherTypeArePutRight) {
  update({flight(1), flight(2)});
  ASSERT_TRUE(mark());
  probe.command({"DEL", key("flight:")});
  probe.command({"SET", key("flight:"), "scribble"});
  EXPECT_FALSE(search()) << "away: nobody knows what flight 1 is";
  update({flight(1), flight(2)});
  EXPECT_THAT(found(), UnorderedElementsAre(flight(1).id, flight(2).id));
  probe.command({"HSET", key("flight:"), "total_seats", "many"});
  EXPECT_FALSE(search());
  update({flight(1), flight(2)});
  EXPECT_THAT(found(), UnorderedElementsAre(flight(1).id, flight(2).id));

  probe.command({"DEL", set("lhr", "price")});
  probe.command({"SET", set("lhr", "price"), "scribble"});
  EXPECT_FALSE(search()) << "away: the ledger answers";
  EXPECT_TRUE(loop.finish(index.restore({flight(1)}, now)));
  EXPECT_FALSE(search()) << "flight 2 is still missing";
  EXPECT_FALSE(complete());
  EXPECT_TRUE(loop.finish(index.restore({flight(1), flight(2)}, now)));
  ASSERT_TRUE(loop.finish(index.complete_rebuild()));
  EXPECT_THAT(found(), UnorderedElementsAre(flight(1).id, flight(2).id));

  probe.command({"DEL", prefix + "flight_index"});
  probe.command({"SET", prefix + "flight_index", "scribble"});
  EXPECT_FALSE(search());
  EXPECT_FALSE(complete());
  ASSERT_TRUE(loop.finish(index.complete_rebuild()));
  EXPECT_THAT(found(), UnorderedElementsAre(flight(1).id, flight(2).id));
}

TEST_F(RedisIndexTest, ADamagedFlightDoesNotKeepOthersFromDeparting) {
  update({flight(1), flight(2)});
  probe.command({"DEL", key("flight:")});
  probe.command({"SET", key("flight:"), "scribble"});
  EXPECT_THAT(loop.finish(index.drop_departed(flight(2).departure)), ElementsAre(flight(2).id));
  EXPECT_EQ(probe.text({"EXISTS", key("flight:", 2)}), "0");
}

TEST_F(RedisIndexTest, AnUnknownFlightWithoutATimeDoesNotKeepOthersFromDeparting) {
  update({flight(1), flight(2)});
  probe.command({"DEL", key("flight:")});
  probe.command({"HSET", key("flight:"), "departure", "abc"});
  EXPECT_THAT(loop.finish(index.drop_departed(flight(2).departure)), ElementsAre(flight(2).id));
  EXPECT_EQ(probe.text({"EXISTS", prefix + "flight_departures"}), "0");
}

// `restore` finds it in its place, but for half a unit.
TEST_F(RedisIndexTest, AFractionalScoreIsPutRight) {
  ASSERT_TRUE(mark());
  update({flight(1)});
  const std::string member = probe.text({"ZRANGE", set("lhr"), "0", "0"});
  const std::string score = probe.text({"ZSCORE", set("lhr"), member});
  probe.command({"ZADD", set("lhr"), score + ".5", member});
  EXPECT_TRUE(loop.finish(index.restore({flight(1)}, now)));
  EXPECT_EQ(probe.text({"ZSCORE", set("lhr"), member}), score);
}

TEST_F(RedisIndexTest, WhatIsNoEntryDoesNotKeepFlightsFromDeparting) {
  update({flight(1)});
  std::vector<std::string> add{"ZADD", prefix + "flight_departures"};
  for (std::size_t i = 0; i < 3 * limits::sweep_batch; ++i)
    add.insert(add.end(), {"0", "junk" + std::to_string(i)});
  probe.command(add);
  EXPECT_THAT(loop.finish(index.drop_departed(flight(1).departure)), ElementsAre(flight(1).id));
  EXPECT_THAT(probe.command({"KEYS", prefix + "*"}), IsEmpty());
}

TEST_F(RedisIndexTest, ASearchTakesAwayWhatIsNoEntry) {
  ASSERT_TRUE(mark());
  update({flight(1), flight(2)});
  std::vector<std::string> add{"ZADD", set("lhr")};
  for (int i = 0; i < 1000; ++i) add.insert(add.end(), {"-1", "junk" + std::to_string(i)});
  std::string capitals = probe.text({"ZRANGE", set("lhr"), "0", "0"});
  std::transform(capitals.begin(), capitals.end(), capitals.begin(),
                 [](unsigned char c) { return std::toupper(c); });
  add.insert(add.end(), {"-1", capitals});
  probe.command(add);
  EXPECT_THAT(found(), ElementsAre(flight(1).id, flight(2).id));
  EXPECT_EQ(probe.text({"ZCARD", set("lhr")}), "2");
}

// As nobody ever writes: it would be read and written again with every look, a line at a time.
TEST_F(RedisIndexTest, APlaceOfManyLinesIsForgotten) {
  update({flight(1)});
  const std::string place = place_field();
  std::string lines;
  for (int i = 0; i < 20'000; ++i) lines += "1|1||a:b:" + std::to_string(i) + "\n";
  probe.command({"HSET", key("flight:"), "place", lines});
  update({flight(1)});
  EXPECT_EQ(place_field(), place);
}

TEST_F(RedisIndexTest, AwayIsSaid) {
  ASSERT_TRUE(mark());
  loop.connection().close();
  EXPECT_FALSE(search());
  EXPECT_FALSE(complete());
  EXPECT_FALSE(mark());
  EXPECT_FALSE(loop.finish(index.update({flight(1)}, now)));
  EXPECT_THAT(loop.finish(index.drop_departed(flight(1).departure)), IsEmpty());
}

TEST_F(RedisIndexTest, SeatsAreWhatTheLedgerSaidLast) {
  ASSERT_TRUE(mark());
  booking::SeatUpdate updates;
  updates.flight = flight(1).id;
  updates.count = booking::SeatUpdate::Count{1, 10};
  update({flight(1)});
  ASSERT_TRUE(loop.finish(gate.sync({updates})));
  ASSERT_EQ(loop.finish(gate.reserve(updates.flight, id_of<BookingId>(1), 3, now)),
            booking::ReserveAnswer::held);
  EXPECT_EQ(search()->flights.front().available_seats, 10) << "a hold is no booking yet";
  updates.count = booking::SeatUpdate::Count{2, 1};
  ASSERT_TRUE(loop.finish(gate.sync({updates})));
  EXPECT_EQ(loop.finish(gate.sellable(updates.flight)), -2);
  EXPECT_EQ(search()->flights.front().available_seats, 1);
  ASSERT_TRUE(loop.finish(index.restore({flight(1)}, now)));
  EXPECT_EQ(search()->flights.front().available_seats, 1) << "and an older row does not undo it";
  probe.command({"HDEL", key("flight:"), "seats_version", "seats_available"});
  ASSERT_TRUE(loop.finish(index.restore({flight(1)}, now)));
  EXPECT_EQ(search()->flights.front().available_seats, 1) << "nor when the gate has forgotten the flight";
  Flight later = flight(1, 3);
  later.available_seats = 8;
  update({later});
  EXPECT_EQ(search()->flights.front().available_seats, 8);
}

TEST_F(RedisIndexTest, AFlightThatComesLateHasTheSeatsThatTheGateKnowsOf) {
  ASSERT_TRUE(mark());
  booking::SeatUpdate updates;
  updates.flight = flight(1).id;
  updates.count = booking::SeatUpdate::Count{3, 6};
  ASSERT_TRUE(loop.finish(gate.sync({updates})));
  update({flight(1, 2)});
  EXPECT_EQ(search()->flights.front().available_seats, 6);
}

TEST_F(RedisIndexTest, SearchShowsTheVersionThatTheGateWasTold) {
  ASSERT_TRUE(mark());
  booking::SeatUpdate updates;
  updates.flight = flight(1).id;
  updates.count = booking::SeatUpdate::Count{3, 8, now + std::chrono::seconds{3}};
  ASSERT_TRUE(loop.finish(gate.sync({updates})));
  EXPECT_THAT(search()->flights, IsEmpty()) << "a count alone is no flight";
  update({flight(1)});
  updates.count = booking::SeatUpdate::Count{4, 7, now + std::chrono::seconds{4}};
  ASSERT_TRUE(loop.finish(gate.sync({updates})));
  Flight expected = flight(1, 4);
  expected.available_seats = 7;
  expected.updated_at = now + std::chrono::seconds{4};
  EXPECT_THAT(search()->flights, ElementsAre(expected));
  updates.count = booking::SeatUpdate::Count{2, 9, now + std::chrono::seconds{2}};
  ASSERT_TRUE(loop.finish(gate.sync({updates})));
  EXPECT_THAT(search()->flights, ElementsAre(expected)) << "an older one changes nothing";
}

TEST_F(RedisIndexTest, WhatTheSeatsOvertookIsTakenInAllTheSame) {
  ASSERT_TRUE(mark());
  update({flight(1)});
  booking::SeatUpdate updates;
  updates.flight = flight(1).id;
  updates.count = booking::SeatUpdate::Count{3, 7, now + std::chrono::seconds{3}};
  ASSERT_TRUE(loop.finish(gate.sync({updates})));
  Flight dearer = flight(1, 2);
  dearer.price = Money{99'900};
  dearer.updated_at = now + std::chrono::seconds{2};
  update({dearer});
  Flight expected = dearer;
  expected.version = 3;
  expected.available_seats = 7;
  expected.updated_at = now + std::chrono::seconds{3};
  EXPECT_THAT(search()->flights, ElementsAre(expected));
  update({flight(1, 1)});
  EXPECT_THAT(search()->flights, ElementsAre(expected)) << "an older row changes nothing";
}

TEST_F(RedisIndexTest, AChangeOfSeatsCostsOneCommand) {
  std::vector<Flight> flights;
  for (std::uint8_t n = 1; n <= 10; ++n) flights.push_back(flight(n));
  update(flights);
  for (Flight& one : flights) {
    ++one.version;
    one.available_seats = 3;
  }
  const std::int64_t scripts = calls_of("evalsha");
  const std::int64_t sets = calls_of("zadd") + calls_of("zrem");
  update(flights);
  EXPECT_EQ(calls_of("evalsha") - scripts, 10);
  EXPECT_EQ(calls_of("zadd") + calls_of("zrem") - sets, 0);
}

TEST_F(RedisIndexTest, StaleEntriesAreSkipped) {
  update({flight(1), flight(2)});
  ASSERT_TRUE(mark());
  const auto member = [](const Flight& one) { return member_of(one.departure, one.id); };
  probe.command({"ZADD", set("lhr"), "1", member(flight(9))});
  probe.command({"ZADD", set("lhr"), "2", "nonsense"});
  probe.command({"ZADD", set("lhr"), "3", member(flight(1))});
  probe.command({"ZADD", set("cdg"), std::to_string(flight(2).price.minor), member(flight(2))});
  EXPECT_THAT(found(), ElementsAre(flight(2).id));
  EXPECT_THAT(found("cdg"), IsEmpty());
  const SearchPage page = search("lhr", 1).value();
  EXPECT_EQ(page.flights.size(), 1U);
  EXPECT_FALSE(page.more);
}

TEST_F(RedisIndexTest, ManyThatCannotBeShownAreReadOver) {
  ASSERT_TRUE(mark());
  std::vector<Flight> flights;
  SeededRandom random(1);
  for (std::int64_t i = 0; i < 1000; ++i) {
    flights.push_back(flight(1));
    flights.back().id = FlightId{make_uuid_v7(now, random)};
    flights.back().price = Money{i / 300};
    flights.back().available_seats = i % 100 == 99 ? 5 : 0;
  }
  update(flights);
  SearchQuery query;
  query.source = "jfk";
  query.destination = "lhr";
  query.date = flight(1).date;
  query.limit = 4;
  std::size_t shown = 0;
  for (int pages = 1; pages <= 3; ++pages) {
    const auto page = loop.finish(index.search(query, now));
    ASSERT_TRUE(page);
    shown += page->flights.size();
    EXPECT_EQ(page->more, pages < 3);
    query.after = position_of(page->flights.back(), query.sort);
  }
  EXPECT_EQ(shown, 10U);
}

TEST_F(RedisIndexTest, AnUpdateRepairsWhatACrashLeft) {
  ASSERT_TRUE(mark());
  update({flight(1)});
  const std::string old_place = place_field();
  const std::string member = member_of(flight(1).departure, flight(1).id);

  // It died before the sets were told of a new flight.
  probe.command({"HSET", key("flight:"), "place", old_place + "\n"});
  probe.command(
      {"DEL", set("lhr"), set("lhr", "fastest"), set("lhr", "departure"), prefix + "flight_departures"});
  EXPECT_THAT(found(), IsEmpty());
  update({flight(1)});
  EXPECT_THAT(found(), ElementsAre(flight(1).id));
  EXPECT_EQ(place_field(), old_place);
  EXPECT_EQ(loop.finish(index.drop_departed(now)).size(), 0U);

  // It died after a moved flight was put at its new place.
  Flight moved = flight(1, 2);
  moved.destination = "CDG";
  update({moved});
  const std::string new_place = place_field();
  probe.command({"HSET", key("flight:"), "place", new_place + "\n" + old_place + "\n"});
  probe.command({"ZADD", set("lhr"), std::to_string(flight(1).price.minor), member});
  EXPECT_THAT(found(), IsEmpty()) << "the entry left is no flight on that route";
  EXPECT_THAT(found("cdg"), ElementsAre(moved.id));
  update({moved});
  EXPECT_EQ(probe.text({"ZSCORE", set("lhr"), member}), "") << "and goes";
  EXPECT_THAT(found("cdg"), ElementsAre(moved.id));
  EXPECT_EQ(place_field(), new_place);

  // Another process that was slower says that the old place is the right one now.
  Command settle = script_call(settle_position_script, {key("flight:")});
  settle.add(old_place + "\n").add(1);
  EXPECT_TRUE(loop.finish(loop.connection().call({settle})).value().front().is_text("contested"));
  EXPECT_EQ(place_field(), new_place + "\n" + old_place + "\n");
  update({moved});
  EXPECT_EQ(place_field(), new_place);
}

TEST_F(RedisIndexTest, ADropThatACrashCutShortIsDoneAgain) {
  ASSERT_TRUE(mark());
  const std::string member = member_of(flight(1).departure, flight(1).id);
  update({flight(1)});
  probe.command({"DEL", key("flight:")});
  EXPECT_THAT(loop.finish(index.drop_departed(flight(1).departure)), IsEmpty());
  EXPECT_EQ(probe.text({"ZCARD", prefix + "flight_departures"}), "0");

  // An entry of an earlier departure than the flight now has.
  Flight late = flight(2);
  late.departure += std::chrono::hours{5};
  update({late});
  probe.command({"ZADD", prefix + "flight_departures", std::to_string(to_unix_ms(flight(2).departure)),
                 member_of(flight(2).departure, late.id)});
  EXPECT_THAT(loop.finish(index.drop_departed(flight(2).departure)), IsEmpty());
  EXPECT_THAT(found(), ElementsAre(late.id));
  EXPECT_THAT(loop.finish(index.drop_departed(late.departure)), ElementsAre(late.id));
}

TEST_F(RedisIndexTest, AFlightThatDepartedBeforeItWasHeardOfStaysOut) {
  ASSERT_TRUE(mark());
  update({flight(1)}, flight(1).departure);
  EXPECT_THAT(probe.command({"KEYS", prefix + "flight*:*"}), IsEmpty());
  // One that an admin moved into the past.
  update({flight(2)});
  Flight past = flight(2, 2);
  past.departure = now - std::chrono::hours{1};
  update({past});
  EXPECT_THAT(found(), IsEmpty());
  EXPECT_THAT(loop.finish(index.drop_departed(now)), ElementsAre(past.id));
  EXPECT_THAT(probe.command({"KEYS", prefix + "search*"}), IsEmpty());
}

// Two processes tell of the same flight as it moves to and fro, crossing each other; whatever they leave, the
// latest row told once or twice more (as the sweeper does) puts it right.
TEST_F(RedisIndexTest, CrossingUpdatesEndInOnePlace) {
  ASSERT_TRUE(mark());
  RedisLoop other_loop(test::shared_endpoint());
  RedisFlightIndex other(other_loop.connection(), prefix);
  const std::vector<std::string> destinations{"LHR", "CDG", "AMS"};
  SeededRandom random(1);
  std::int64_t version = 0;
  for (int round = 0; round < 200; ++round) {
    std::vector<test::Started<bool>> told;
    Flight latest;
    for (int i = 0; i < 8; ++i) {
      latest = flight(1, ++version);
      latest.destination = destinations[random.next() % destinations.size()];
      latest.departure += std::chrono::minutes{static_cast<int>(random.next() % 2)};
      told.push_back(test::start((i % 2 == 0 ? index : other).update({latest}, now)));
      for (std::uint64_t steps = random.next() % 10; steps > 0; --steps)
        (random.next() % 2 == 0 ? loop : other_loop).step();
    }
    const test::Deadline deadline(test::patient(std::chrono::seconds(60)));
    for (auto& one : told) {
      while (!one.done() && !deadline.passed()) (random.next() % 2 == 0 ? loop : other_loop).step();
      ASSERT_TRUE(one.take());
    }
    update({latest});
    update({latest});
    for (const std::string& destination : destinations) {
      const std::string_view expected = destination == latest.destination ? "1" : "0";
      for (const char* sort : {"price", "fastest", "departure"})
        ASSERT_EQ(probe.text({"ZCARD", set(flights::place_key(destination), sort)}), expected) << round;
    }
    ASSERT_EQ(probe.text({"ZCARD", prefix + "flight_departures"}), "1") << round;
    ASSERT_THAT(found(flights::place_key(latest.destination)), ElementsAre(latest.id)) << round;
  }
}

// It had stopped the telling of every other flight, too.
TEST_F(RedisIndexTest, ACountOfMovesThatCannotGrowIsDamage) {
  update({flight(1)});
  for (const char* moves : {"9223372036854775807", "007", "-0"}) {
    SCOPED_TRACE(moves);
    probe.command({"HSET", key("flight:"), "moves", moves, "place", "junk"});
    EXPECT_TRUE(loop.finish(index.restore({flight(1), flight(2)}, now)));
    EXPECT_TRUE(mark());
    EXPECT_THAT(found(), UnorderedElementsAre(id_of<FlightId>(1), id_of<FlightId>(2)));
    EXPECT_NE(place_field(), "junk");
  }
}

}  // namespace
}  // namespace flightdeck::redis
