#include "net/descriptors.h"

#include <gtest/gtest.h>

#include "core/limits.h"

namespace flightdeck::net {
namespace {

TEST(DescriptorsTest, ConnectionsOfAllThreadsLeaveAPartToOthers) {
  for (const std::size_t descriptors : {64U, 256U, 1024U, 20'000U}) {
    for (const std::size_t threads : {1U, 2U, 7U, 16U}) {
      const std::size_t taken = connections_per_thread(descriptors, threads) * threads;
      EXPECT_LE(taken, descriptors - descriptors / limits::descriptors_kept_share);
    }
  }
}

TEST(DescriptorsTest, MoreDescriptorsThanNeededAreNotUsed) {
  EXPECT_EQ(connections_per_thread(1'000'000, 2), limits::connections_per_thread);
}

TEST(DescriptorsTest, ClientsAndPaymentsLeaveAPartForDatabaseAndRedis) {
  for (const std::size_t descriptors : {256U, 512U, 1024U, 65'536U}) {
    for (const std::size_t threads : {1U, 2U, 8U}) {
      const std::size_t taken = threads * (connections_per_thread(descriptors, threads) +
                                           payment_connections_per_thread(descriptors, threads));
      EXPECT_LE(taken, descriptors - descriptors / limits::descriptors_kept_share / 2);
    }
  }
  EXPECT_EQ(payment_connections_per_thread(1'000'000, 2), limits::payment_connections_per_thread);
  EXPECT_EQ(payment_connections_per_thread(8, 16), 1U);
}

TEST(DescriptorsTest, AThreadTakesAtLeastOneConnection) { EXPECT_EQ(connections_per_thread(8, 16), 1U); }

TEST(DescriptorsTest, TheLimitIsRaisedToWhatTheSystemAllows) {
  EXPECT_EQ(raise_descriptor_limit(), descriptor_limit());
}

}  // namespace
}  // namespace flightdeck::net
