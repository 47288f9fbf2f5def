#include "core/task.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/gather.h"
#include "core/ticker.h"
#include "doubles/manual_loop.h"

namespace flightdeck {
namespace {

using test::finish_inline;
using test::ManualClock;
using test::ManualLoop;
using ::testing::ElementsAre;

struct Loop {
  ManualClock clock{Instant{}};
  ManualLoop loop{clock};
};

Task<int> answer(int value) { co_return value; }
Task<int> fail(std::string why) {
  throw std::runtime_error(why);
  co_return 0;
}
Task<int> later(ManualLoop& loop, int value) {
  auto wait = callback_awaiter<int>(
      [&loop, value](auto done) { loop.post([done, value]() mutable { done(value); }); });
  co_return co_await wait;
}

TEST(Task, StartsOnlyWhenAwaited) {
  bool ran = false;
  auto work = [](bool& flag) -> Task<void> {
    flag = true;
    co_return;
  };
  { const Task<void> never = work(ran); }
  EXPECT_FALSE(ran) << "an unstarted task can be destroyed";
  finish_inline(work(ran));
  EXPECT_TRUE(ran);
}

TEST(Task, CarriesValuesThroughLevels) {
  auto sum = [](int depth, auto& self) -> Task<int> {
    if (depth == 0) co_return 0;
    const int below = co_await self(depth - 1, self);
    co_return below + 1;
  };
  EXPECT_EQ(finish_inline(sum(200, sum)), 200);
}

TEST(Task, ALoopCanAwaitManyInlineTasks) {
  auto loop = []() -> Task<int> {
    int sum = 0;
    for (int i = 0; i < 500; ++i) sum += co_await answer(1);
    co_return sum;
  };
  EXPECT_EQ(finish_inline(loop()), 500);
}

TEST(Task, CarriesExceptionsThroughLevels) {
  auto outer = [](bool& after) -> Task<int> {
    const int value = co_await fail("broken");
    after = true;
    co_return value;
  };
  bool after = false;
  EXPECT_THROW(finish_inline(outer(after)), std::runtime_error);
  EXPECT_FALSE(after);
  auto careful = []() -> Task<std::string> {
    std::string what;
    try {
      co_await fail("broken");
    } catch (const std::runtime_error& error) {
      what = error.what();
    }
    co_return what;
  };
  EXPECT_EQ(finish_inline(careful()), "broken");
}

TEST(Task, CarriesMoveOnlyValues) {
  auto make = []() -> Task<std::unique_ptr<int>> { co_return std::make_unique<int>(7); };
  EXPECT_EQ(*finish_inline(make()), 7);
}

TEST(Task, AssignmentDestroysTheOldFrame) {
  auto guard = std::make_shared<int>(1);
  auto hold = [](std::shared_ptr<int>) -> Task<void> { co_return; };
  Task<void> task = hold(guard);
  EXPECT_EQ(guard.use_count(), 2);
  task = hold(nullptr);
  EXPECT_EQ(guard.use_count(), 1);
}

TEST(CallbackAwaiter, GoesOnWhenDoneInlineOrLater) {
  auto inline_done = []() -> Task<int> {
    auto wait = callback_awaiter<int>([](auto done) { done(3); });
    co_return co_await wait;
  };
  EXPECT_EQ(finish_inline(inline_done()), 3);
  Loop at;
  auto started = test::start(later(at.loop, 4));
  EXPECT_FALSE(started.done());
  at.loop.run();
  EXPECT_EQ(started.take(), 4);
}

TEST(TaskScope, CountsWhatRunsAndHearsOfErrors) {
  Loop at;
  std::vector<std::string> errors;
  TaskScope scope([&](std::exception_ptr failure) {
    try {
      std::rethrow_exception(failure);
    } catch (const std::exception& error) {
      errors.emplace_back(error.what());
    }
  });
  auto work = [](ManualLoop& loop, bool fails) -> Task<void> {
    co_await later(loop, 1);
    if (fails) throw std::runtime_error("late");
  };
  auto broken = []() -> Task<void> { co_await fail("at once"); };
  scope.spawn(work(at.loop, false));
  scope.spawn(work(at.loop, true));
  scope.spawn(broken());
  EXPECT_EQ(scope.running(), 2U);
  EXPECT_THAT(errors, ElementsAre("at once"));
  at.loop.run();
  EXPECT_EQ(scope.running(), 0U);
  EXPECT_THAT(errors, ElementsAre("at once", "late"));
}

TEST(Gather, WaitsForAllWhateverTheirOrder) {
  Loop at;
  std::vector<int> ended;
  TaskScope scope([](std::exception_ptr) { FAIL(); });
  auto work = [&ended](ManualLoop& loop, int turns) -> Task<void> {
    for (int i = 0; i < turns; ++i) co_await later(loop, 0);
    ended.push_back(turns);
  };
  std::vector<Task<void>> tasks;
  for (const int turns : {3, 0, 2, 1}) tasks.push_back(work(at.loop, turns));
  auto all = test::start(gather(scope, std::move(tasks)));
  EXPECT_FALSE(all.done());
  EXPECT_THAT(ended, ElementsAre(0));
  at.loop.run();
  EXPECT_TRUE(all.done());
  EXPECT_THAT(ended, ElementsAre(0, 1, 2, 3));
}

TEST(Gather, EndsAtOnceWithNothingOrInlineTasks) {
  TaskScope scope([](std::exception_ptr) { FAIL(); });
  finish_inline(gather(scope, {}));
  auto nothing = []() -> Task<void> { co_return; };
  std::vector<Task<void>> tasks;
  tasks.push_back(nothing());
  tasks.push_back(nothing());
  finish_inline(gather(scope, std::move(tasks)));
  EXPECT_EQ(scope.running(), 0U);
}

TEST(Gather, AFailedTaskCountsAsEndedAndTheScopeHearsOfIt) {
  Loop at;
  int errors = 0;
  TaskScope scope([&](std::exception_ptr) { ++errors; });
  auto inline_failure = []() -> Task<void> { co_await fail("now"); };
  auto late_failure = [](ManualLoop& loop) -> Task<void> {
    co_await later(loop, 0);
    co_await fail("later");
  };
  std::vector<Task<void>> tasks;
  tasks.push_back(inline_failure());
  tasks.push_back(late_failure(at.loop));
  auto all = test::start(gather(scope, std::move(tasks)));
  at.loop.run();
  EXPECT_TRUE(all.done());
  EXPECT_EQ(errors, 2);
}

TEST(Gather, Nests) {
  Loop at;
  TaskScope scope([](std::exception_ptr) { FAIL(); });
  int ended = 0;
  auto leaf = [&ended](ManualLoop& loop) -> Task<void> {
    co_await later(loop, 0);
    ++ended;
  };
  auto branch = [&](ManualLoop& loop) -> Task<void> {
    std::vector<Task<void>> leaves;
    for (int i = 0; i < 3; ++i) leaves.push_back(leaf(loop));
    co_await gather(scope, std::move(leaves));
  };
  std::vector<Task<void>> branches;
  for (int i = 0; i < 4; ++i) branches.push_back(branch(at.loop));
  auto all = test::start(gather(scope, std::move(branches)));
  at.loop.run();
  EXPECT_TRUE(all.done());
  EXPECT_EQ(ended, 12);
  EXPECT_EQ(scope.running(), 0U);
}

TEST(Ticker, TicksUntilStopped) {
  Loop at;
  Ticker ticker(at.loop, Milliseconds{100});
  int ticks = 0;
  auto work = [&]() -> Task<void> {
    while (co_await ticker.next()) ++ticks;
  };
  auto loop = test::start(work());
  at.loop.advance(Milliseconds{99});
  EXPECT_EQ(ticks, 0);
  at.loop.advance(Milliseconds{1});
  EXPECT_EQ(ticks, 1);
  at.loop.advance(Milliseconds{350});
  EXPECT_EQ(ticks, 4);
  ticker.stop();
  EXPECT_FALSE(loop.done());
  at.loop.run();
  EXPECT_TRUE(loop.done());
  EXPECT_EQ(ticks, 4);
  EXPECT_EQ(at.loop.timers_running(), 0U);
}

TEST(Ticker, StoppedWhileItsOwnerWorksItEndsAtTheNextTick) {
  Loop at;
  Ticker ticker(at.loop, Milliseconds{100});
  auto work = [&]() -> Task<int> {
    int ticks = 0;
    while (co_await ticker.next()) {
      ++ticks;
      ticker.stop();
    }
    co_return ticks;
  };
  auto loop = test::start(work());
  at.loop.advance(Milliseconds{100});
  ASSERT_TRUE(loop.done());
  EXPECT_EQ(loop.take(), 1);
}

}  // namespace
}  // namespace flightdeck
