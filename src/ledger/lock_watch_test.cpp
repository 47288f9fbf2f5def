#include "ledger/lock_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/limits.h"
#include "doubles/booking_world.h"
#include "doubles/decide_samples.h"
#include "doubles/ids.h"

namespace flightdeck::ledger {
namespace {

using test::booking_1;
using test::flight_1;
using test::flight_2;
using test::world_start;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(LockWatch, RowsAreWatchedUntilALookFindsThemFree) {
  LockWatch watch;
  EXPECT_TRUE(watch.empty());
  watch.found({{flight_2}, {booking_1}}, world_start);
  watch.found({{flight_1}, {}}, world_start);
  EXPECT_THAT(watch.rows().flights, ElementsAre(flight_1, flight_2));
  EXPECT_THAT(watch.rows().bookings, ElementsAre(booking_1));
  watch.looked({{flight_2}, {}});
  EXPECT_THAT(watch.rows().flights, ElementsAre(flight_2));
  EXPECT_THAT(watch.rows().bookings, IsEmpty());
  watch.looked({});
  EXPECT_TRUE(watch.empty());
}

TEST(LockWatch, ARowIsOverdueByTheTimeItWasFoundFirst) {
  LockWatch watch;
  watch.found({{flight_1}, {booking_1}}, world_start);
  const Instant later = world_start + limits::ledger_lock_wait;
  watch.found({{flight_1, flight_2}, {}}, later);
  EXPECT_TRUE(watch.overdue(later - Milliseconds{1}).empty());
  EXPECT_THAT(watch.overdue(later).flights, ElementsAre(flight_1));
  EXPECT_THAT(watch.overdue(later).bookings, ElementsAre(booking_1));
  watch.looked({});
  watch.found({{flight_1}, {}}, later);
  EXPECT_TRUE(watch.overdue(later).empty()) << "it was free in between";
}

}  // namespace
}  // namespace flightdeck::ledger
