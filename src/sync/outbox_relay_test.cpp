#include "sync/outbox_relay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/limits.h"
#include "doubles/booking_world.h"

namespace flightdeck::sync {
namespace {

using test::BookingWorld;
using test::finish;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ListeningSink final : public events::EventSink {
 public:
  Task<bool> publish(std::span<const events::OutboxRow> rows) override {
    if (away) co_return false;
    for (const events::OutboxRow& row : rows) heard.push_back(row.data);
    co_return !answer_lost;
  }
  bool away = false;
  // They arrive, but nobody says so.
  bool answer_lost = false;
  std::vector<std::string> heard;
};

class OutboxRelayTest : public ::testing::Test {
 protected:
  OutboxRelayTest() { world.add_flight(500); }
  std::size_t run_once() { return finish(world.loop, relay.run_once()); }

  BookingWorld world;
  ListeningSink sink;
  OutboxRelay relay{world.ledger, sink, world.clock};
};

TEST_F(OutboxRelayTest, EveryRowIsPublishedOnceInOrderAndLeavesTheOutbox) {
  world.add_flight(1, "FD2");
  EXPECT_EQ(run_once(), 2U);
  EXPECT_THAT(sink.heard, ElementsAre(HasSubstr("FD101"), HasSubstr("FD2")));
  EXPECT_THAT(world.rows.outbox(), IsEmpty());
  EXPECT_EQ(run_once(), 0U);
}

TEST_F(OutboxRelayTest, ManyRowsGoInBatches) {
  const std::size_t more = limits::relay_batch * 2 + 1;
  for (std::size_t i = 0; i < more; ++i) world.add_flight(1, "FD" + std::to_string(1000 + i));
  EXPECT_EQ(run_once(), more + 1);
  EXPECT_EQ(sink.heard.size(), more + 1);
  EXPECT_THAT(world.rows.outbox(), IsEmpty());
}

TEST_F(OutboxRelayTest, ASinkThatIsAwayGetsThemAsSoonAsItIsBack) {
  sink.away = true;
  EXPECT_THROW(run_once(), UnavailableError);
  world.add_flight(1, "FD2");
  EXPECT_THROW(run_once(), UnavailableError);
  sink.away = false;
  EXPECT_EQ(run_once(), 1U) << "by whoever has claimed them";
  EXPECT_EQ(run_once(), 1U);
  EXPECT_THAT(sink.heard, ElementsAre(HasSubstr("FD101"), HasSubstr("FD2")));
  EXPECT_THAT(world.rows.outbox(), IsEmpty());
}

TEST_F(OutboxRelayTest, RowsThatAreNeverTakenDoNotHoldUpTheOthers) {
  sink.away = true;
  for (int i = 0; i < limits::relay_tries; ++i) EXPECT_THROW(run_once(), UnavailableError);
  sink.away = false;
  world.add_flight(1, "FD2");
  EXPECT_EQ(run_once(), 1U);
  EXPECT_THAT(sink.heard, ElementsAre(HasSubstr("FD2")));
  world.loop.advance(limits::relay_lease);
  EXPECT_EQ(run_once(), 1U);
}

TEST_F(OutboxRelayTest, WhatARelayClaimedIsAnothersWhenTheLeaseHasEnded) {
  OutboxRelay other{world.ledger, sink, world.clock};
  sink.away = true;
  EXPECT_THROW(run_once(), UnavailableError);
  sink.away = false;
  EXPECT_EQ(finish(world.loop, other.run_once()), 0U) << "leased";
  world.loop.advance(limits::relay_lease);
  EXPECT_EQ(finish(world.loop, other.run_once()), 1U);
  EXPECT_EQ(run_once(), 0U);
  EXPECT_EQ(sink.heard.size(), 1U);
}

TEST_F(OutboxRelayTest, WhatMayHaveArrivedIsPublishedAgain) {
  sink.answer_lost = true;
  EXPECT_THROW(run_once(), UnavailableError);
  sink.answer_lost = false;
  EXPECT_EQ(run_once(), 1U);
  ASSERT_EQ(sink.heard.size(), 2U);
  EXPECT_EQ(sink.heard[0], sink.heard[1]) << "the same events, by their ids";
}

TEST_F(OutboxRelayTest, TwoRelaysShareTheWork) {
  OutboxRelay other{world.ledger, sink, world.clock};
  auto first = test::start(relay.run_once());
  auto second = test::start(other.run_once());
  world.loop.run();
  EXPECT_EQ(first.take() + second.take(), 1U);
  EXPECT_EQ(sink.heard.size(), 1U);
}

TEST_F(OutboxRelayTest, ALedgerThatDoesNotAnswerIsSaid) {
  world.ledger.fail_reads(true);
  EXPECT_THROW(run_once(), UnavailableError);
}

}  // namespace
}  // namespace flightdeck::sync
