#include "booking/admission.h"

#include <gtest/gtest.h>

#include <vector>

namespace flightdeck::booking {
namespace {

constexpr Instant start{Milliseconds{1'000'000}};
constexpr PlacingLimits placing{.standing = 4, .burst = 10, .short_queue = 2, .patience = Milliseconds{500}};

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
  Admission admission(3, {.standing = 2, .burst = 2});
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
  Admission admission(100, placing);
  const auto slots = fill(admission, start);
  EXPECT_EQ(slots.size(), 10U);
  EXPECT_TRUE(admission.full(start));
}

TEST(Admission, AQueueThatStaysLongIsKeptShorter) {
  Admission admission(100, placing);
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
  Admission admission(100, placing);
  auto slots = fill(admission, start);
  const Instant later = start + placing.patience * 2;
  while (slots.size() > 1) slots.pop_back();
  EXPECT_EQ(fill(admission, later).size(), 9U);
}

TEST(Admission, AClockThatIsSetBackGivesNoMoreThanAStandingQueue) {
  Admission admission(100, placing);
  auto slots = fill(admission, start);
  const Instant earlier = start - Milliseconds{1};
  while (slots.size() > 3) slots.pop_back();
  EXPECT_EQ(fill(admission, earlier).size(), 1U);
}

}  // namespace
}  // namespace flightdeck::booking
