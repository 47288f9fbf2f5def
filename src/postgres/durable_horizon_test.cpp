#include "postgres/durable_horizon.h"

#include <gtest/gtest.h>

namespace flightdeck::postgres {
namespace {

TEST(DurableHorizon, CoversNothingBeforeAWriteGotThrough) {
  const DurableHorizon horizon;
  for (const std::uint32_t writer : {0U, 3U, 700U, 0xFFFFFFFFU}) EXPECT_FALSE(horizon.covers({writer}));
}

TEST(DurableHorizon, CoversWhatHadFinishedAndNothingElse) {
  DurableHorizon horizon;
  horizon.raise(1000);
  EXPECT_TRUE(horizon.covers({999}));
  EXPECT_TRUE(horizon.covers({3}));
  EXPECT_FALSE(horizon.covers({1000}));
  EXPECT_FALSE(horizon.covers({1001}));
}

TEST(DurableHorizon, IsNeverLowered) {
  DurableHorizon horizon;
  horizon.raise(1000);
  horizon.raise(500);
  EXPECT_TRUE(horizon.covers({999}));
}

TEST(DurableHorizon, GoesOnWhenTheNumbersOfRowsBeginAgain) {
  DurableHorizon horizon;
  const std::uint64_t second_round = 1ULL << 32U;
  horizon.raise(second_round + 10);
  EXPECT_TRUE(horizon.covers({9}));
  EXPECT_TRUE(horizon.covers({0xFFFFFFF0U})) << "of the round before";
  EXPECT_FALSE(horizon.covers({10}));
  EXPECT_FALSE(horizon.covers({0x7FFFFFFFU}));
}

TEST(DurableHorizon, ARowTooOldToTellIsNotCovered) {
  DurableHorizon horizon;
  horizon.raise(0xF0000000ULL);
  EXPECT_FALSE(horizon.covers({100}));
}

}  // namespace
}  // namespace flightdeck::postgres
