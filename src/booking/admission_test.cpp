#include "booking/admission.h"

#include <gtest/gtest.h>

#include <vector>

namespace flightdeck::booking {
namespace {

constexpr Instant start{Milliseconds{1'000'000}};
constexpr limits::QueueLimits placing{.standing = 4, .burst = 10, .few = 2, .patience = Milliseconds{500}};
constexpr limits::QueueLimits waited{.standing = 50, .burst = 500, .few = 25, .patience = Milliseconds{500}};
constexpr AdmissionLimits both{placing, waited};

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
  Admission admission(3, {{.standing = 2, .burst = 2, .few = 0, .patience = {}}, waited});
  AdmissionSlot first(admission, start);
  AdmissionSlot second(admission, start);
  ASSERT_TRUE(first.admitted() && second.admitted());
  EXPECT_TRUE(admission.full(start));
  EXPECT_FALSE(AdmissionSlot(admission, start).admitted());
  first.placed();
  first.placed();  // again
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

TEST(Admission, AQueueThatWasShortLatelyMayBecomeLong) {
  Admission admission(100, both);
  const auto slots = fill(admission, start);
  EXPECT_EQ(slots.size(), 10U);
  EXPECT_TRUE(admission.full(start));
}

TEST(Admission, AQueueThatStaysLongIsKeptShorter) {
  Admission admission(100, both);
  auto slots = fill(admission, start);
  const Instant later = start + placing.patience + Milliseconds{1};
  for (int i = 0; i < 5; ++i) slots.pop_back();
  EXPECT_TRUE(admission.full(later)) << "five, and four may stand";
  slots.pop_back();
  slots.pop_back();
  const AdmissionSlot one(admission, later);
  EXPECT_TRUE(one.admitted()) << "the fourth";
  EXPECT_FALSE(AdmissionSlot(admission, later).admitted());
}

TEST(Admission, AQueueThatBecameShortAgainMayBecomeLongOnceMore) {
  Admission admission(100, both);
  auto slots = fill(admission, start);
  const Instant later = start + placing.patience * 2;
  while (slots.size() > 1) slots.pop_back();
  EXPECT_EQ(fill(admission, later).size(), 9U);
}

TEST(Admission, AClockThatIsSetBackGivesNoMoreThanAStandingQueue) {
  Admission admission(100, both);
  auto slots = fill(admission, start);
  const Instant earlier = start - Milliseconds{1};
  while (slots.size() > 3) slots.pop_back();
  EXPECT_EQ(fill(admission, earlier).size(), 1U);
}

// ---- A process that is behind ----

bool admits(Admission& admission, Instant now, std::int64_t waited_ms) {
  const Milliseconds time{waited_ms};
  const bool full = admission.full(now, time);
  const bool admitted = AdmissionSlot(admission, now, time).admitted();
  EXPECT_EQ(full, !admitted);
  return admitted;
}

TEST(Admission, AProcessThatStoodStillForAMomentRefusesNobody) {
  Admission admission(100, both);
  EXPECT_TRUE(admits(admission, start, 0));
  EXPECT_TRUE(admits(admission, start + Milliseconds{450}, 449));
  EXPECT_FALSE(admits(admission, start + Milliseconds{500}, 500)) << "not even then";
}

TEST(Admission, AProcessThatStaysBehindRefusesUntilItHasCaughtUp) {
  Admission admission(100, both);
  EXPECT_TRUE(admits(admission, start, 24));
  const Instant later = start + waited.patience + Milliseconds{1};
  EXPECT_FALSE(admits(admission, later, 50));
  EXPECT_TRUE(admits(admission, later, 49)) << "nearly";
  EXPECT_FALSE(admits(admission, later, 51));
  EXPECT_TRUE(admits(admission, later, 10)) << "it has";
  EXPECT_TRUE(admits(admission, later, 499));
}

}  // namespace
}  // namespace flightdeck::booking
