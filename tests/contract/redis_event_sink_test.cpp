#include "redis/redis_event_sink.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "contract/redis_loop.h"
#include "core/limits.h"

namespace flightdeck::redis {
namespace {

using events::Event;
using events::OutboxRow;
using ::testing::ElementsAre;

Uuid uuid(std::uint8_t n) {
  Uuid made{};
  made.data()[15] = n;
  return made;
}

Event event(std::uint8_t n, std::string data = "{}") {
  return Event{uuid(n), events::booking_confirmed, uuid(100), std::move(data)};
}

class RedisEventSinkTest : public ::testing::Test {
 protected:
  bool publish(std::vector<OutboxRow> rows) { return loop.finish(sink.publish(std::move(rows))); }
  std::size_t length() { return std::stoul(probe.text({"XLEN", stream})); }
  // The values of `field`, in the order of the stream.
  std::vector<std::string> values(const std::string& field) {
    std::vector<std::string> found;
    const std::vector<std::string> texts = probe.command({"XRANGE", stream, "-", "+"});
    for (std::size_t i = 0; i + 1 < texts.size(); ++i)
      if (texts[i] == field) found.push_back(texts[i + 1]);
    return found;
  }

  const std::string prefix = test::fresh_prefix();
  const std::string stream = prefix + "booking_event_stream";
  test::RedisLoop loop{test::shared_endpoint()};
  RedisEventSink sink{loop.connection(), prefix};
  test::RedisProbe probe{test::shared_redis().port()};
};

TEST_F(RedisEventSinkTest, EventsAreInTheOrderOfRowsAndOfTheirRow) {
  const std::vector<Event> first{event(1), event(2)};
  const std::vector<Event> second{event(3, R"({"seats":2,"name":"a\"b – c"})")};
  EXPECT_TRUE(publish({{1, events::outbox_row(first)}, {2, events::outbox_row(second)}}));
  EXPECT_EQ(probe.text({"TYPE", stream}), "stream");
  EXPECT_THAT(values("id"), ElementsAre(format_uuid(uuid(1)), format_uuid(uuid(2)), format_uuid(uuid(3))));
  EXPECT_EQ(values("type").back(), "booking.confirmed");
  EXPECT_EQ(values("subject").back(), format_uuid(uuid(100)));
  EXPECT_EQ(values("data").back(), R"({"seats":2,"name":"a\"b – c"})");
}

TEST_F(RedisEventSinkTest, ARepeatIsPublishedAgainUnderTheSameId) {
  const std::vector<Event> batch{event(7)};
  const OutboxRow row{1, events::outbox_row(batch)};
  EXPECT_TRUE(publish({row}));
  EXPECT_TRUE(publish({row}));
  EXPECT_THAT(values("id"), ElementsAre(format_uuid(uuid(7)), format_uuid(uuid(7))));
  EXPECT_TRUE(publish({}));
  EXPECT_EQ(length(), 2U);
}

TEST_F(RedisEventSinkTest, WhatIsNoRowIsNotPublished) {
  const std::vector<Event> good{event(1)};
  for (const std::string_view bad :
       {"", "{}", "[1]", R"([{"id":"1"}])", R"([{"id":1,"type":"t","subject":"s","data":{}}])"}) {
    EXPECT_FALSE(publish({{1, events::outbox_row(good)}, {2, std::string(bad)}})) << bad;
  }
  EXPECT_EQ(length(), 0U);
}

TEST_F(RedisEventSinkTest, AKeyThatIsNoStreamMakesWay) {
  const std::vector<Event> first{event(1)};
  const std::vector<Event> second{event(2)};
  probe.command({"SET", stream, "in the way"});
  EXPECT_TRUE(publish({{1, events::outbox_row(first)}, {2, events::outbox_row(second)}}));
  EXPECT_THAT(values("id"), ElementsAre(format_uuid(uuid(1)), format_uuid(uuid(2))));
}

TEST_F(RedisEventSinkTest, AnErrorOfRedisIsNoSuccess) {
  const std::vector<Event> batch{event(1)};
  const std::string largest = "18446744073709551615-18446744073709551615";
  probe.command({"XADD", stream, largest, "id", "1"});
  EXPECT_FALSE(publish({{1, events::outbox_row(batch)}}));
  EXPECT_EQ(length(), 1U) << "what others may not have read stays";
  probe.command({"DEL", stream});
  loop.connection().close();
  EXPECT_FALSE(publish({{1, events::outbox_row(batch)}}));
}

TEST_F(RedisEventSinkTest, TheStreamIsKeptShort) {
  std::vector<Event> many(1000, event(1));
  const std::string data = events::outbox_row(many);
  for (std::size_t added = 0; added < limits::event_stream_length + 2000; added += many.size())
    ASSERT_TRUE(publish({{1, data}}));
  EXPECT_GE(length(), limits::event_stream_length);
  EXPECT_LT(length(), limits::event_stream_length + 1000) << "whole nodes of the stream go at a time";
}

}  // namespace
}  // namespace flightdeck::redis
