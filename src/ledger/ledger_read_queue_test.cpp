// Reads on threads of their own, a kind each. The tests wait for what happens, never for time to pass.
#include "ledger/ledger_read_queue.h"

#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "core/limits.h"
#include "doubles/booking_world.h"
#include "doubles/commit_nobody_hears.h"
#include "doubles/ids.h"
#include "ledger/ledger_client.h"

namespace flightdeck::ledger {
namespace {

using test::ManualLoop;
using test::world_start;

using Query = std::function<void(LedgerReader&)>;

// A query that hangs until it is let go, and then fails or not.
class Hanging {
 public:
  void let_go() { let_go_.set_value(); }
  void wait_until_begun() { begun_.get_future().wait(); }
  template <class Failure>
  Query failing_with(Failure failure) {
    return [this, failure](LedgerReader&) {
      begun_.set_value();
      let_go_.get_future().wait();
      throw failure;
    };
  }

 private:
  std::promise<void> begun_;
  std::promise<void> let_go_;
};

class LedgerReadQueueTest : public ::testing::Test {
 protected:
  template <class T>
  auto wait(Task<T> task) {
    return test::finish_with_threads(loop, std::move(task));
  }
  LedgerReadQueueTest() {
    AddFlight add{flight, test::flight_draft(10), false};
    EXPECT_TRUE(wait(client.apply(std::move(add))).has_value());
  }
  ~LedgerReadQueueTest() override { loop.run(); }

  // Begins one that hangs, and returns when it has begun.
  template <class Failure>
  auto start_hanging(ReadKind kind, Failure failure) {
    auto started = test::start(client.run(kind, hanging.failing_with(failure)));
    loop.run();
    hanging.wait_until_begun();
    return started;
  }

  const FlightId flight = test::flight_1;
  test::ManualClock clock{world_start};
  ManualLoop loop{clock};
  test::SilentLog log;
  Counters counters;
  memory::MemoryLedger rows;
  test::CommitNobodyHears observer;
  Hanging hanging;
  LedgerWriter writer{rows, observer, clock, counters, log};
  LedgerReadQueue by_id{rows, clock};
  LedgerReadQueue lists{rows, clock};
  LedgerReadQueue background{rows, clock};
  LedgerReadQueue health{rows, clock};
  LedgerClient client{{{&writer}, writer, by_id, lists, background, health}, loop};
};

TEST_F(LedgerReadQueueTest, ASlowReadDelaysItsOwnKindAlone) {
  auto slow = start_hanging(ReadKind::list, UnavailableError("gone"));
  const Query any = [](LedgerReader& reader) { reader.any_flight(); };
  EXPECT_TRUE(wait(client.find_flight(flight)).has_value());
  wait(client.run(ReadKind::health, any));
  wait(client.run(ReadKind::background, any));
  auto behind = test::start(client.run(ReadKind::list, any));
  loop.run();
  EXPECT_FALSE(slow.done());
  EXPECT_FALSE(behind.done());
  hanging.let_go();
  loop.run_until([&] { return slow.done() && behind.done(); });
  EXPECT_THROW(slow.take(), UnavailableError);
  EXPECT_THROW(behind.take(), UnavailableError) << "the database is away";
}

TEST_F(LedgerReadQueueTest, AReadThatTheDatabaseRejectsFailsAlone) {
  auto slow = start_hanging(ReadKind::list, RejectedError("canceling statement due to statement timeout"));
  bool asked = false;
  const Query next = [&asked](LedgerReader&) { asked = true; };
  auto behind = test::start(client.run(ReadKind::list, next));
  loop.run();
  hanging.let_go();
  loop.run_until([&] { return slow.done() && behind.done(); });
  EXPECT_THROW(slow.take(), RejectedError);
  behind.take();
  EXPECT_TRUE(asked);
}

TEST_F(LedgerReadQueueTest, WhoWaitsBehindAnOutageDoesNotWaitForAnother) {
  auto first = start_hanging(ReadKind::list, UnavailableError("gone"));
  bool asked = false;
  const Query next = [&asked](LedgerReader&) { asked = true; };
  auto behind = test::start(client.run(ReadKind::list, next));
  loop.run();
  hanging.let_go();
  loop.run_until([&] { return first.done() && behind.done(); });
  EXPECT_THROW(behind.take(), UnavailableError);
  EXPECT_FALSE(asked);
  wait(client.run(ReadKind::list, next));
  EXPECT_TRUE(asked) << "and the thread lives on";
}

TEST_F(LedgerReadQueueTest, OneThatHasWaitedForTooLongIsNotBegun) {
  auto first = start_hanging(ReadKind::list, RejectedError("too slow"));
  bool asked_late = false;
  bool asked = false;
  const Query too_late = [&asked_late](LedgerReader&) { asked_late = true; };
  const Query in_time = [&asked](LedgerReader&) { asked = true; };
  auto waited = test::start(client.run(ReadKind::list, too_late));
  loop.run();
  clock.set(clock.now() + limits::ledger_read_wait + Milliseconds{1});
  auto fresh = test::start(client.run(ReadKind::list, in_time));
  loop.run();
  hanging.let_go();
  loop.run_until([&] { return first.done() && waited.done() && fresh.done(); });
  EXPECT_THROW(waited.take(), OverloadedError);
  EXPECT_FALSE(asked_late);
  fresh.take();
  EXPECT_TRUE(asked);
}

TEST_F(LedgerReadQueueTest, AFullQueueTakesNothingMore) {
  auto first = start_hanging(ReadKind::list, RejectedError("too slow"));
  const Query any = [](LedgerReader&) {};
  std::vector<test::Started<test::Nothing>> queued;
  for (std::size_t i = 0; i < limits::ledger_queue_reads; ++i)
    queued.push_back(test::start(client.run(ReadKind::list, any)));
  auto refused = test::start(client.run(ReadKind::list, any));
  loop.run();
  ASSERT_TRUE(refused.done()) << "at once";
  EXPECT_THROW(refused.take(), OverloadedError);
  hanging.let_go();
  loop.run_until([&] { return queued.back().done(); });
}

}  // namespace
}  // namespace flightdeck::ledger
