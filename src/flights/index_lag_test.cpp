#include "flights/index_lag.h"

#include <gtest/gtest.h>

namespace flightdeck::flights {
namespace {

using std::chrono::seconds;

const IndexLag::SteadyTime now{seconds{1000}};

TEST(IndexLagTest, LastsUntilEveryReasonIsOver) {
  IndexLag lag;
  EXPECT_FALSE(lag.possible(now));
  lag.begin();
  lag.begin();
  lag.end();
  EXPECT_TRUE(lag.possible(now));
  lag.end();
  EXPECT_FALSE(lag.possible(now));
}

TEST(IndexLagTest, LastsUntilTheLatestTimeThatWasSaid) {
  IndexLag lag;
  lag.last_until(now + seconds{2});
  lag.last_until(now + seconds{1});
  EXPECT_TRUE(lag.possible(now + seconds{2} - std::chrono::nanoseconds{1}));
  EXPECT_FALSE(lag.possible(now + seconds{2}));
  lag.begin();
  EXPECT_TRUE(lag.possible(now + seconds{2}));
}

}  // namespace
}  // namespace flightdeck::flights
