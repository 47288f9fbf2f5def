#include "net/event_loop.h"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>
#include <vector>

#include "core/ticker.h"

namespace flightdeck::net {
namespace {

using testing::ElementsAre;

TEST(EventLoop, RunsWhatIsPostedInOrderAndOnItsOwnThread) {
  EventLoop loop;
  std::vector<int> ran;
  loop.post([&] { ran.push_back(1); });
  loop.post([&] {
    ran.push_back(2);
    loop.post([&] { ran.push_back(4); });
    loop.stop();
    loop.post([&] { ran.push_back(5); });
  });
  loop.post([&] { ran.push_back(3); });
  loop.run();
  EXPECT_THAT(ran, ElementsAre(1, 2, 3, 4, 5));
}

TEST(EventLoop, NeverRunsWhatIsPostedInline) {
  EventLoop loop;
  bool later = false;
  loop.post([&] {
    loop.post([&] { later = true; });
    EXPECT_FALSE(later);
    loop.stop();
  });
  loop.run();
  EXPECT_TRUE(later);
}

TEST(EventLoop, TakesPostsFromManyThreads) {
  EventLoop loop;
  constexpr int each = 5000;
  // Only touched on the loop's thread.
  int ran = 0;
  std::thread own([&] { loop.run(); });
  std::vector<std::thread> posters;
  posters.reserve(4);
  for (int i = 0; i < 4; ++i) {
    posters.emplace_back([&] {
      for (int n = 0; n < each; ++n) loop.post([&] { ++ran; });
    });
  }
  for (std::thread& poster : posters) poster.join();
  loop.stop();
  own.join();
  EXPECT_EQ(ran, 4 * each);
}

TEST(EventLoop, FiresTimersInTheOrderOfTheirTime) {
  EventLoop loop;
  std::vector<int> fired;
  loop.start(Milliseconds(20), [&](bool) { fired.push_back(2); });
  loop.start(Milliseconds(5), [&](bool) { fired.push_back(1); });
  loop.start(Milliseconds(30), [&](bool) {
    fired.push_back(3);
    loop.stop();
  });
  const auto begin = std::chrono::steady_clock::now();
  loop.run();
  EXPECT_THAT(fired, ElementsAre(1, 2, 3));
  EXPECT_GE(std::chrono::steady_clock::now() - begin, Milliseconds(30));
}

TEST(EventLoop, ATimerStartedByATimerFires) {
  EventLoop loop;
  bool second = false;
  loop.start(Milliseconds(1), [&](bool) {
    loop.start(Milliseconds(1), [&](bool fired) {
      second = fired;
      loop.stop();
    });
  });
  loop.run();
  EXPECT_TRUE(second);
}

TEST(EventLoop, TellsACancelledTimerOnceAndLater) {
  EventLoop loop;
  std::vector<bool> heard;
  loop.post([&] {
    const auto id = loop.start(Milliseconds(1), [&](bool fired) { heard.push_back(fired); });
    loop.cancel(id);
    loop.cancel(id);
    EXPECT_TRUE(heard.empty());
    loop.start(Milliseconds(20), [&](bool) { loop.stop(); });
  });
  loop.run();
  EXPECT_THAT(heard, ElementsAre(false));
}

TEST(EventLoop, TellsEveryTimerWhenItStops) {
  EventLoop loop;
  int cancelled = 0;
  for (int i = 0; i < 100; ++i) {
    loop.start(std::chrono::hours(1), [&](bool fired) { cancelled += fired ? 0 : 1; });
  }
  loop.stop();
  loop.run();
  EXPECT_EQ(cancelled, 100);
}

Task<void> tick(Ticker& ticker, int& ticks, bool& ended) {
  // A variable at the top: without one, g++ 12 lays a frame out wrongly that awaits in a condition (GCC bug
  // 106188).
  bool more = true;
  while (more) {
    more = co_await ticker.next();
    if (more) ++ticks;
  }
  ended = true;
}

TEST(EventLoop, ALoopOfATaskComesToItsEndWhenItStops) {
  EventLoop loop;
  TaskScope scope([](const std::exception_ptr&) { FAIL(); });
  Ticker ticker(loop, Milliseconds(1));
  int ticks = 0;
  bool ended = false;
  loop.post([&] { scope.spawn(tick(ticker, ticks, ended)); });
  loop.start(Milliseconds(30), [&](bool) { loop.stop(); });
  loop.run();
  EXPECT_GT(ticks, 0);
  EXPECT_TRUE(ended);
  EXPECT_EQ(scope.running(), 0U);
}

}  // namespace
}  // namespace flightdeck::net
