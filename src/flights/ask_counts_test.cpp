#include "flights/ask_counts.h"

#include <gtest/gtest.h>

#include "core/keyed_hash.h"

namespace flightdeck::flights {
namespace {

std::uint64_t key(std::uint64_t n) { return KeyedHash({1, 2}).add(n).finish(); }

TEST(AskCounts, CountsAsksUpToItsLimit) {
  AskCounts counts(100);
  EXPECT_EQ(counts.of(key(1)), 0);
  for (int i = 1; i <= 15; ++i) {
    counts.add(key(1));
    EXPECT_EQ(counts.of(key(1)), i);
  }
  counts.add(key(1));
  EXPECT_EQ(counts.of(key(1)), 15);
  EXPECT_EQ(counts.of(key(2)), 0);
}

TEST(AskCounts, ForgetsWhatWasAskedForLongAgo) {
  AskCounts counts(100);
  for (int i = 0; i < 8; ++i) counts.add(key(1));
  for (std::uint64_t n = 0; n < 4000; ++n) counts.add(key(1000 + n % 200));
  EXPECT_LE(counts.of(key(1)), 4);
}

TEST(AskCounts, ManyKeysAskedForOnceHardlySeemToBeOneAskedForOften) {
  AskCounts counts(1000);
  for (std::uint64_t n = 0; n < 100'000; ++n) counts.add(key(n));
  int often = 0;
  for (std::uint64_t n = 0; n < 100'000; ++n) often += counts.of(key(n)) > 4 ? 1 : 0;
  EXPECT_LT(often, 5000);
}

}  // namespace
}  // namespace flightdeck::flights
