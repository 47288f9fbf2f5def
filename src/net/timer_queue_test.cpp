#include "net/timer_queue.h"

#include <gmock/gmock.h>

#include <map>

#include "core/random.h"

namespace flightdeck::net {
namespace {

using testing::ElementsAre;
using Time = TimerQueue::Time;

Time at(int ms) { return Time{} + Milliseconds(ms); }

class TimerQueueTest : public testing::Test {
 protected:
  Timers::TimerId add(int ms, int number) {
    return timers.add(at(ms), [this, number](bool fired) { heard.push_back(fired ? number : -number); });
  }
  void fire_due(int ms) {
    while (auto callback = timers.take_due(at(ms))) (*callback)(true);
  }

  TimerQueue timers;
  std::vector<int> heard;
};

TEST_F(TimerQueueTest, FiresInTheOrderOfTheirTime) {
  add(30, 3);
  add(10, 1);
  add(20, 2);
  EXPECT_EQ(timers.earliest(), at(10));
  fire_due(9);
  EXPECT_THAT(heard, ElementsAre());
  fire_due(20);
  EXPECT_THAT(heard, ElementsAre(1, 2));
  fire_due(1000);
  EXPECT_THAT(heard, ElementsAre(1, 2, 3));
  EXPECT_TRUE(timers.empty());
  EXPECT_EQ(timers.earliest(), std::nullopt);
}

TEST_F(TimerQueueTest, OfOneTimeTheFirstAddedFiresFirst) {
  for (int i = 1; i <= 5; ++i) add(10, i);
  fire_due(10);
  EXPECT_THAT(heard, ElementsAre(1, 2, 3, 4, 5));
}

TEST_F(TimerQueueTest, ARemovedTimerHandsBackItsCallbackOnce) {
  const auto id = add(10, 1);
  auto callback = timers.remove(id);
  ASSERT_TRUE(callback);
  (*callback)(false);
  EXPECT_FALSE(timers.remove(id));
  fire_due(100);
  EXPECT_THAT(heard, ElementsAre(-1));
}

TEST_F(TimerQueueTest, AnIdIsNotTakenForTheNextTimerInItsPlace) {
  const auto old_id = add(10, 1);
  fire_due(10);
  const auto new_id = add(20, 2);
  EXPECT_NE(old_id, new_id);
  EXPECT_FALSE(timers.remove(old_id));
  EXPECT_FALSE(timers.remove(0));
  EXPECT_FALSE(timers.remove(~Timers::TimerId{0}));
  fire_due(20);
  EXPECT_THAT(heard, ElementsAre(1, 2));
}

TEST_F(TimerQueueTest, TellsTheSameStoryAsASortedMap) {
  SeededRandom random(11);
  std::multimap<Time, int> expected;
  std::map<int, Timers::TimerId> ids;
  for (int number = 1; number <= 2000; ++number) {
    const int due = static_cast<int>(random.next() % 500);
    ids[number] = add(due, number);
    expected.emplace(at(due), number);
    if (random.next() % 3 == 0) {
      const int victim = 1 + static_cast<int>(random.next() % static_cast<std::uint64_t>(number));
      const bool there = timers.remove(ids[victim]).has_value();
      const auto found =
          std::find_if(expected.begin(), expected.end(), [&](auto& e) { return e.second == victim; });
      ASSERT_EQ(there, found != expected.end());
      if (there) expected.erase(found);
    }
  }
  fire_due(500);
  std::vector<int> order;
  for (const auto& entry : expected) order.push_back(entry.second);
  EXPECT_EQ(heard, order);
}

}  // namespace
}  // namespace flightdeck::net
