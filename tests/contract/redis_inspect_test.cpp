// Looks at gate and index in Redis after somebody had a hand in it: they tell, and change nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "contract/redis_loop.h"
#include "contract/temporary_ledger.h"
#include "doubles/booking_world.h"
#include "redis/redis_flight_index.h"
#include "redis/redis_seat_gate.h"

namespace flightdeck::redis {
namespace {

using booking::GateState;
using flights::Flight;
using flights::IndexState;
using test::id_of;

class RedisInspectTest : public ::testing::Test {
 protected:
  static constexpr Instant now = test::world_start;

  RedisInspectTest() {
    EXPECT_TRUE(loop.finish(index.update({row}, now)));
    EXPECT_TRUE(loop.finish(index.complete_rebuild()));
    booking::SeatUpdate updates;
    updates.flight = row.id;
    updates.count = booking::SeatUpdate::Count{row.version, row.available_seats, row.updated_at};
    EXPECT_TRUE(loop.finish(gate.sync({updates})));
  }
  GateState gate_state() { return loop.finish(gate.inspect({row.id})).value().front(); }
  flights::IndexStates index_states() { return loop.finish(index.inspect({row}, now)).value(); }
  IndexState index_state() { return index_states().flights.front(); }
  std::string key(std::string_view kind) const {
    return prefix + std::string(kind) + ":{" + row.id.str() + "}";
  }
  std::string set(std::string_view sort) const {
    return prefix + "search:jfk:lhr:" + format_date(row.date) + ":" + std::string(sort);
  }

  const Flight row = flights::make_flight(id_of<FlightId>(1), test::flight_draft(10), now);
  const std::string prefix = test::fresh_prefix();
  test::RedisLoop loop{test::shared_endpoint()};
  RedisFlightIndex index{loop.connection(), prefix};
  RedisSeatGate gate{loop.connection(), prefix};
  test::RedisProbe probe{test::shared_redis().port()};
};

TEST_F(RedisInspectTest, SeatsOfSearchAreNotTheGates) {
  ASSERT_EQ(loop.finish(gate.reserve(row.id, id_of<BookingId>(9), 3, now)), booking::ReserveAnswer::held);
  EXPECT_EQ(gate_state().counter, 7);
  EXPECT_EQ(gate_state().available, 10);
  EXPECT_EQ(index_state().row->available_seats, 10);
  probe.command({"HSET", key("flight"), "available_seats", "4"});
  EXPECT_EQ(index_state().row->available_seats, 4);
  EXPECT_EQ(gate_state().available, 10);
  EXPECT_FALSE(gate_state().damaged);
}

TEST_F(RedisInspectTest, WhatTheProgramNeverWritesIsDamage) {
  probe.command({"HSET", key("flight_holds"), "nobody", "2:1"});
  EXPECT_TRUE(gate_state().damaged);
  probe.command({"DEL", key("flight_holds")});
  EXPECT_FALSE(gate_state().damaged);
  probe.command({"SET", key("flight_seats"), "many"});
  EXPECT_TRUE(gate_state().damaged);
  probe.command({"DEL", key("flight_seats")});
  EXPECT_FALSE(gate_state().damaged);
  probe.command({"RPUSH", key("flight_seats"), "1"});
  EXPECT_TRUE(gate_state().damaged);
  EXPECT_EQ(probe.text({"TYPE", key("flight_seats")}), "list") << "a look mends nothing";
}

TEST_F(RedisInspectTest, TheIndexTellsWhatIsMissingOrWrong) {
  EXPECT_EQ(index_state().row, row);
  EXPECT_EQ(index_state().missing, 0U);
  EXPECT_EQ(index_state().extra, 0U);
  probe.command({"DEL", set("fastest")});
  EXPECT_EQ(index_state().missing, 1U);
  const std::string member = probe.text({"ZRANGE", set("price"), "0", "0"});
  probe.command({"ZADD", set("price"), "1", member});
  EXPECT_EQ(index_state().missing, 2U) << "at another rank";
  probe.command({"DEL", key("flight")});
  EXPECT_FALSE(index_state().row);
  EXPECT_FALSE(index_state().unreadable) << "there is none";
  booking::SeatUpdate updates;
  updates.flight = row.id;
  updates.count = booking::SeatUpdate::Count{row.version, 9, row.updated_at};
  EXPECT_TRUE(loop.finish(gate.sync({updates})));
  EXPECT_FALSE(index_state().unreadable) << "what the gate keeps there is not the index's";
}

TEST_F(RedisInspectTest, FieldsThatTheProgramNeverWritesAreUnreadable) {
  const auto spoil = [&](const std::string& field, const std::string& value) {
    EXPECT_TRUE(loop.finish(index.restore({row}, now)));
    EXPECT_FALSE(index_state().unreadable);
    probe.command({"HSET", key("flight"), field, value});
    return index_state();
  };
  for (const char* field : {"total_seats", "price", "status", "date", "departure", "version", "created_at"}) {
    const IndexState inspect = spoil(field, "many");
    EXPECT_FALSE(inspect.row) << field;
    EXPECT_TRUE(inspect.unreadable) << field;
  }
  probe.command({"DEL", key("flight")});
  probe.command({"HSET", key("flight"), "source", "JFK"});
  EXPECT_TRUE(index_state().unreadable) << "half of it";
  probe.command({"DEL", key("flight")});
  probe.command({"RPUSH", key("flight"), "1"});
  EXPECT_TRUE(index_state().unreadable) << "no hash at all";
  EXPECT_EQ(probe.text({"TYPE", key("flight")}), "list") << "a look mends nothing";
}

TEST_F(RedisInspectTest, PlacesThatAMoveHasLeftBehindAreExtra) {
  const std::string place = probe.text({"HGET", key("flight"), "place"});
  std::string elsewhere = place;
  elsewhere.replace(elsewhere.find("lhr"), 3, "cdg");
  const std::string member = probe.text({"ZRANGE", set("price"), "0", "0"});
  probe.command({"HSET", key("flight"), "place", place + "\n" + elsewhere + "\n"});
  EXPECT_EQ(index_state().extra, 0U);
  probe.command({"ZADD", prefix + "search:jfk:cdg:" + format_date(row.date) + ":price", "1", member});
  EXPECT_EQ(index_state().extra, 1U);
}

TEST_F(RedisInspectTest, AnIndexThatIsBeingFilledSaysSo) {
  EXPECT_TRUE(index_states().complete);
  probe.command({"HDEL", prefix + "flight_index", "complete"});
  EXPECT_FALSE(index_states().complete);
}

TEST_F(RedisInspectTest, AwayIsSaid) {
  loop.connection().close();
  EXPECT_FALSE(loop.finish(gate.inspect({row.id})));
  EXPECT_FALSE(loop.finish(index.inspect({row}, now)));
}

}  // namespace
}  // namespace flightdeck::redis
