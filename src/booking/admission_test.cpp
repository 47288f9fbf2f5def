#include "booking/admission.h"

#include <gtest/gtest.h>

#include <vector>

namespace flightdeck::booking {
namespace {

constexpr Instant start{Milliseconds{1'000'000}};
constexpr Milliseconds patience{500};
constexpr AdmissionLimits few{.placing = {.standing = 4, .burst = 10},
                              .waited_ms = {.standing = 50, .burst = 500},
                              .patience = patience};

// As many as are admitted at that moment.
std::vector<AdmissionSlot> fill(Admission& admission, Instant now) {
  std::vector<AdmissionSlot> slots;
  for (;;) {
    AdmissionSlot slot(admission, now);
    if (!slot.admitted()) return slots;
    slots.push_back(std::move(slot));
  }
}

TEST(Admission, PlacingHasALimitOfItsOwn) {
  Admission admission(3, {.placing = {.standing = 2, .burst = 2}});
  AdmissionSlot first(admission, start);
  AdmissionSlot second(admission, start);
  ASSERT_TRUE(first.admitted() && second.admitted());
  EXPECT_TRUE(admission.full(start));
  EXPECT_FALSE(AdmissionSlot(admission, start).admitted());
  first.placed();
  // Again.
  first.placed();
  EXPECT_FALSE(admission.full(start));
  AdmissionSlot third(admission, start);
  ASSERT_TRUE(third.admitted());
  second.placed();
  EXPECT_TRUE(admission.full(start)) << "three in flight";
  EXPECT_FALSE(AdmissionSlot(admission, start).admitted());
  { const AdmissionSlot gone(std::move(third)); }
  EXPECT_EQ(admission.in_flight(), 2);
  EXPECT_EQ(admission.placing(), 0);
}

TEST(Admission, AQueueMayBecomeLongOnce) {
  Admission admission(100, few);
  EXPECT_EQ(fill(admission, start).size(), 10U);
}

TEST(Admission, WhileSomebodyIsRefusedItIsKeptShorter) {
  Admission admission(100, few);
  auto slots = fill(admission, start);
  while (slots.size() > 4) slots.pop_back();
  EXPECT_TRUE(admission.full(start + patience));
  slots.pop_back();
  EXPECT_FALSE(admission.full(start + 2 * patience)) << "four may stand";
  const AdmissionSlot fourth(admission, start + 2 * patience);
  EXPECT_TRUE(fourth.admitted());
  EXPECT_FALSE(AdmissionSlot(admission, start + 2 * patience).admitted());
}

TEST(Admission, ItMayBecomeLongAgainWhenNobodyWasRefusedForAWhile) {
  Admission admission(100, few);
  auto slots = fill(admission, start);
  slots.clear();
  EXPECT_EQ(fill(admission, start + patience + Milliseconds{1}).size(), 10U);
}

TEST(Admission, WhoIsToldThatItIsFullCountsAsRefused) {
  Admission admission(100, few);
  auto slots = fill(admission, start);
  EXPECT_TRUE(admission.full(start + patience));
  slots.clear();
  EXPECT_EQ(fill(admission, start + patience + patience).size(), 4U);
}

TEST(Admission, AClockThatIsSetBackDoesNotKeepItShort) {
  Admission admission(100, few);
  auto slots = fill(admission, start);
  slots.clear();
  EXPECT_EQ(fill(admission, start - Milliseconds{1}).size(), 10U);
}

// ---- A process that is behind ----

bool admits(Admission& admission, Instant now, std::int64_t waited_ms) {
  return AdmissionSlot(admission, now, Milliseconds{waited_ms}).admitted();
}

TEST(Admission, AProcessThatStoodStillForAMomentRefusesNobody) {
  Admission admission(100, few);
  EXPECT_TRUE(admits(admission, start, 499));
  EXPECT_TRUE(admits(admission, start + Milliseconds{1}, 480));
  EXPECT_FALSE(admits(admission, start + Milliseconds{2}, 500)) << "not even then";
}

TEST(Admission, AProcessThatStaysBehindRefusesUntilItHasCaughtUp) {
  Admission admission(100, few);
  EXPECT_TRUE(admission.full(start, Milliseconds{500}));
  EXPECT_FALSE(admits(admission, start + Milliseconds{1}, 50));
  EXPECT_TRUE(admits(admission, start + Milliseconds{1}, 49));
  EXPECT_FALSE(admits(admission, start + Milliseconds{2}, 51));
  EXPECT_TRUE(admits(admission, start + Milliseconds{2} + patience + Milliseconds{1}, 499));
}

}  // namespace
}  // namespace flightdeck::booking
