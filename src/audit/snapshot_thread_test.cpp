#include "audit/snapshot_thread.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "doubles/inline_snapshots.h"
#include "doubles/manual_loop.h"

namespace flightdeck::audit {
namespace {

using ledger::LedgerSnapshot;

class SnapshotThreadTest : public ::testing::Test {
 protected:
  // Runs it to its end.
  void run(SnapshotThread& thread, std::function<void(LedgerSnapshot&)> query) {
    test::finish_with_threads(loop, thread.run(loop, std::move(query)));
  }

  test::ManualClock clock{Instant{}};
  test::ManualLoop loop{clock};
  memory::MemoryLedger ledger;
};

TEST_F(SnapshotThreadTest, QueriesRunElsewhereEachOnASnapshotOfItsOwn) {
  int opened = 0;
  SnapshotThread thread([&] {
    ++opened;
    return ledger.snapshot();
  });
  std::thread::id ran_on;
  for (int i = 0; i < 3; ++i) {
    run(thread, [&ran_on](LedgerSnapshot& snapshot) {
      ran_on = std::this_thread::get_id();
      EXPECT_TRUE(snapshot.flights({}, 1).empty());
    });
    EXPECT_NE(ran_on, std::this_thread::get_id());
  }
  EXPECT_EQ(opened, 3);
}

TEST_F(SnapshotThreadTest, WhatTheyThrowIsThrownToTheCaller) {
  SnapshotThread thread([&] { return ledger.snapshot(); });
  EXPECT_THROW(run(thread, [](LedgerSnapshot&) { throw UnavailableError("away"); }), UnavailableError);
  SnapshotThread closed([]() -> std::unique_ptr<LedgerSnapshot> { throw UnavailableError("no"); });
  EXPECT_THROW(run(closed, [](LedgerSnapshot&) {}), UnavailableError);
}

}  // namespace
}  // namespace flightdeck::audit
