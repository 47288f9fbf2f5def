#include "booking/unfinished_worker.h"

#include <gtest/gtest.h>

#include "core/limits.h"
#include "doubles/booking_world.h"

namespace flightdeck::booking {
namespace {

using test::BookingWorld;
using Charge = test::ScriptedPaymentProvider::Charge;

class UnfinishedWorkerTest : public ::testing::Test {
 protected:
  // Bookings that have expired, and whose payments the provider has forgotten.
  std::vector<BookingId> expired(std::size_t count) {
    world.provider.on_charge(Charge::pending);
    const FlightId flight = world.add_flight(static_cast<std::int64_t>(count)).id;
    std::vector<BookingId> ids;
    for (std::size_t i = 0; i < count; ++i) ids.push_back(world.book(flight, 1)->booking.id);
    world.loop.run();
    for (const BookingId id : ids) world.provider.forget(id);
    world.loop.advance(world.rules.payment_timeout + Milliseconds{1});
    return ids;
  }
  std::size_t still_pending(const std::vector<BookingId>& ids) {
    std::size_t count = 0;
    for (const BookingId id : ids)
      if (world.booking(id).status == ledger::BookingStatus::pending) ++count;
    return count;
  }
  BookingWorld world{BookingRules(), 100'000};
};

TEST_F(UnfinishedWorkerTest, APaymentThatIsNeverAnsweredHoldsUpNoOther) {
  const std::vector<BookingId> ids = expired(2 * limits::unfinished_batch);
  world.provider.hang_finds_of(ids.front());
  world.work();
  world.work();
  EXPECT_EQ(still_pending(ids), 1U);
  EXPECT_EQ(world.worker.under_way(), 1U);
  world.provider.let_finds_go();
  world.loop.run();
  EXPECT_EQ(world.worker.under_way(), 0U);
}

TEST_F(UnfinishedWorkerTest, NoMoreThanAWindowAreUnderWay) {
  const std::vector<BookingId> ids = expired(limits::unfinished_window + limits::unfinished_batch);
  for (const BookingId id : ids) world.provider.hang_finds_of(id);
  const int asked_before = world.provider.find_calls();
  for (int i = 0; i < 5; ++i) world.work();
  EXPECT_EQ(world.worker.under_way(), limits::unfinished_window);
  EXPECT_EQ(world.provider.find_calls() - asked_before, static_cast<int>(limits::unfinished_window));
}

TEST_F(UnfinishedWorkerTest, OneThatOutlastsItsLeaseIsNotLookedAtTwice) {
  const std::vector<BookingId> ids = expired(1);
  world.provider.hang_finds_of(ids.front());
  world.work();
  world.loop.advance(limits::unfinished_lease + Milliseconds{1});
  world.work();
  EXPECT_EQ(world.provider.find_calls(), 1);
}

TEST_F(UnfinishedWorkerTest, ASilentProviderIsOnlyProbedUntilItAnswers) {
  const std::vector<BookingId> ids = expired(4 * limits::unfinished_batch);
  world.provider.finds_answered(false);
  world.work();
  ASSERT_TRUE(world.watched_provider.silent());
  int before = world.provider.find_calls();
  world.work();
  EXPECT_EQ(world.provider.find_calls() - before, static_cast<int>(limits::unfinished_probes));
  EXPECT_EQ(still_pending(ids), ids.size()) << "they may be paid";
  world.provider.finds_answered(true);
  world.work();
  EXPECT_FALSE(world.watched_provider.silent());
  before = world.provider.find_calls();
  world.work();
  EXPECT_EQ(world.provider.find_calls() - before, static_cast<int>(limits::unfinished_batch));
}

}  // namespace
}  // namespace flightdeck::booking
