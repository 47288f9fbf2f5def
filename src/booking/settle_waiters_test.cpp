#include "booking/settle_waiters.h"

#include <gtest/gtest.h>

#include "doubles/manual_loop.h"

namespace flightdeck::booking {
namespace {

class SettleWaitersTest : public ::testing::Test {
 protected:
  std::uint64_t subscribe(const ledger::Booking& booking) {
    return waiters.subscribe(booking.id, loop,
                             [this](std::optional<ledger::Booking> settled) { woken.push_back(settled); });
  }
  static ledger::Booking booking_of(std::uint8_t n) {
    ledger::Booking booking;
    booking.id.value.data()[15] = n;
    booking.status = ledger::BookingStatus::confirmed;
    return booking;
  }

  test::ManualClock clock{Instant{}};
  test::ManualLoop loop{clock};
  SettleWaiters waiters;
  std::vector<std::optional<ledger::Booking>> woken;
};

TEST_F(SettleWaitersTest, WakesThoseWhoWaitForThatBookingOnce) {
  const ledger::Booking first = booking_of(1);
  subscribe(first);
  subscribe(first);
  subscribe(booking_of(2));
  waiters.notify(std::span(&first, 1));
  EXPECT_TRUE(woken.empty()) << "never inline";
  loop.run();
  ASSERT_EQ(woken.size(), 2U);
  EXPECT_EQ(woken[0], first);
  EXPECT_EQ(woken[1], first);
  waiters.notify(std::span(&first, 1));
  loop.run();
  EXPECT_EQ(woken.size(), 2U);
}

TEST_F(SettleWaitersTest, DoesNotWakeWhoLeft) {
  const ledger::Booking booking = booking_of(1);
  const std::uint64_t token = subscribe(booking);
  subscribe(booking);
  waiters.unsubscribe(booking.id, token);
  waiters.unsubscribe(booking.id, 999);
  waiters.notify(std::span(&booking, 1));
  loop.run();
  EXPECT_EQ(woken.size(), 1U);
}

TEST_F(SettleWaitersTest, ClosingWakesAllNowAndLater) {
  subscribe(booking_of(1));
  subscribe(booking_of(2));
  waiters.close();
  loop.run();
  ASSERT_EQ(woken.size(), 2U);
  EXPECT_EQ(woken[0], std::nullopt);
  subscribe(booking_of(3));
  EXPECT_EQ(woken.size(), 2U);
  loop.run();
  EXPECT_EQ(woken.size(), 3U);
}

}  // namespace
}  // namespace flightdeck::booking
