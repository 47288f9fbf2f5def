// A fixed number of histories, and that a seed repeats one exactly. `./dev simulate` runs many more.
#include "simulation/simulation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/sanitizers.h"

namespace flightdeck::simulation {
namespace {

using ::testing::IsEmpty;

constexpr std::uint64_t histories = test::kSanitized ? 150 : 2500;

TEST(Simulation, NothingIsLostInAnyHistory) {
  int booked = 0;
  int confirmed = 0;
  int sold_out = 0;
  for (std::uint64_t seed = 1; seed <= histories; ++seed) {
    const Outcome outcome = run_history(seed);
    ASSERT_THAT(outcome.violations, IsEmpty()) << "again, step by step: ./dev simulate --seed " << seed;
    booked += outcome.booked;
    confirmed += outcome.confirmed;
    sold_out += outcome.sold_out;
  }
  // Histories in which nothing happens would prove nothing.
  const int count = static_cast<int>(histories);
  EXPECT_GT(booked, 10 * count);
  EXPECT_GT(confirmed, 5 * count);
  EXPECT_GT(sold_out, count);
}

TEST(Simulation, ASeedRepeatsItsHistoryExactly) {
  for (std::uint64_t seed = 1; seed <= histories / 50; ++seed) {
    const Outcome once = run_history(seed);
    const Outcome again = run_history(seed);
    EXPECT_EQ(once.trace_hash, again.trace_hash) << "seed " << seed;
    EXPECT_EQ(once.events, again.events) << "seed " << seed;
  }
  EXPECT_NE(run_history(1).trace_hash, run_history(2).trace_hash);
}

}  // namespace
}  // namespace flightdeck::simulation
