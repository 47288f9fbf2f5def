#include "stress/arrivals.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace flightdeck::stress {
namespace {

std::vector<double> seconds_of_arrivals(double per_second, std::uint64_t seed, std::size_t count) {
  Arrivals arrivals(per_second, seed);
  std::vector<double> all;
  for (std::size_t i = 0; i < count; ++i, arrivals.advance()) {
    all.push_back(std::chrono::duration<double>(arrivals.next()).count());
  }
  return all;
}

TEST(Arrivals, AreTheSameForTheSameSeed) {
  EXPECT_EQ(seconds_of_arrivals(1000, 7, 100), seconds_of_arrivals(1000, 7, 100));
  EXPECT_NE(seconds_of_arrivals(1000, 7, 100), seconds_of_arrivals(1000, 8, 100));
}

TEST(Arrivals, NeverGoBack) {
  const auto all = seconds_of_arrivals(1e6, 3, 10'000);
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
  EXPECT_GE(all.front(), 0);
}

TEST(Arrivals, ComeAtTheirRateWithExponentialGaps) {
  constexpr std::size_t count = 200'000;
  constexpr double rate = 5000;
  const auto all = seconds_of_arrivals(rate, 11, count);
  EXPECT_NEAR(static_cast<double>(count) / all.back(), rate, rate * 0.02);
  // Of exponential gaps, the standard deviation is the mean, and 1/e of them are longer than it.
  double squares = 0;
  std::size_t longer = 0;
  for (std::size_t i = 1; i < count; ++i) {
    const double gap = (all[i] - all[i - 1]) * rate;
    squares += gap * gap;
    if (gap > 1) ++longer;
  }
  EXPECT_NEAR(squares / static_cast<double>(count), 2, 0.05);
  EXPECT_NEAR(static_cast<double>(longer) / static_cast<double>(count), std::exp(-1), 0.01);
}

}  // namespace
}  // namespace flightdeck::stress
