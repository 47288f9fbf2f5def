#include "stress/latency_histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "core/random.h"

namespace flightdeck::stress {
namespace {

TEST(LatencyHistogram, IsZeroWhileEmpty) {
  const LatencyHistogram histogram;
  EXPECT_EQ(histogram.count(), 0U);
  EXPECT_EQ(histogram.quantile(0.5), Nanoseconds(0));
  EXPECT_EQ(histogram.max(), Nanoseconds(0));
  EXPECT_EQ(histogram.mean(), Nanoseconds(0));
}

TEST(LatencyHistogram, KeepsSmallValuesExactly) {
  LatencyHistogram histogram;
  for (int i = 1; i <= 100; ++i) histogram.record(Nanoseconds(i));
  EXPECT_EQ(histogram.quantile(0), Nanoseconds(1));
  EXPECT_EQ(histogram.quantile(0.5), Nanoseconds(50));
  EXPECT_EQ(histogram.quantile(0.99), Nanoseconds(99));
  EXPECT_EQ(histogram.quantile(1), Nanoseconds(100));
  EXPECT_EQ(histogram.mean(), Nanoseconds(50));
}

TEST(LatencyHistogram, TakesNegativeForZeroAndTheLargestThereIs) {
  LatencyHistogram histogram;
  histogram.record(Nanoseconds(-5));
  histogram.record(Nanoseconds::max());
  EXPECT_EQ(histogram.quantile(0.5), Nanoseconds(0));
  EXPECT_EQ(histogram.quantile(1), Nanoseconds::max());
}

TEST(LatencyHistogram, ForgetsEverythingWhenCleared) {
  LatencyHistogram histogram;
  histogram.record(Nanoseconds(7));
  histogram.clear();
  EXPECT_EQ(histogram.count(), 0U);
  EXPECT_EQ(histogram.quantile(1), Nanoseconds(0));
}

// Values of every size, against the sorted list of all of them.
TEST(LatencyHistogram, IsWithinItsErrorOfTheTrueQuantiles) {
  static_assert(LatencyHistogram::relative_error <= 0.01);
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    SCOPED_TRACE(seed);
    SeededRandom random(seed);
    LatencyHistogram histogram;
    std::vector<std::int64_t> values;
    const std::size_t count = 1 + random.next() % 2000;
    for (std::size_t i = 0; i < count; ++i) {
      values.push_back(static_cast<std::int64_t>(random.next() >> (2 + random.next() % 60)));
      histogram.record(Nanoseconds(values.back()));
    }
    std::sort(values.begin(), values.end());
    EXPECT_EQ(histogram.count(), count);
    EXPECT_EQ(histogram.max().count(), values.back());
    for (const double share : {0.0, 0.1, 0.5, 0.9, 0.99, 0.999, 1.0}) {
      const double rank = std::max(1.0, std::ceil(share * static_cast<double>(count)));
      const double exact = static_cast<double>(values[static_cast<std::size_t>(rank) - 1]);
      const double told = static_cast<double>(histogram.quantile(share).count());
      EXPECT_GE(told, exact);
      EXPECT_LE(told, exact * (1 + LatencyHistogram::relative_error));
    }
  }
}

}  // namespace
}  // namespace flightdeck::stress
