#include "net/scheduling.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <thread>

namespace flightdeck::net {
namespace {

const sched_param no_priority{};

// In a thread of its own: the policy stays with the thread that was asked for it.
template <class Body>
void on_a_thread(const Body& body) {
  std::thread(body).join();
}

TEST(SchedulingTest, ThreadsStartedLaterAreBatchesToo) {
  on_a_thread([] {
    // Whatever the tests run under.
    ASSERT_EQ(::sched_setscheduler(0, SCHED_OTHER, &no_priority), 0);
    ASSERT_TRUE(schedule_as_batch());
    EXPECT_EQ(::sched_getscheduler(0), SCHED_BATCH);
    on_a_thread([] { EXPECT_EQ(::sched_getscheduler(0), SCHED_BATCH); });
  });
}

TEST(SchedulingTest, APolicyThatSomebodyChoseIsKept) {
  on_a_thread([] {
    ASSERT_EQ(::sched_setscheduler(0, SCHED_IDLE, &no_priority), 0);
    EXPECT_FALSE(schedule_as_batch());
    EXPECT_EQ(::sched_getscheduler(0), SCHED_IDLE);
  });
}

}  // namespace
}  // namespace flightdeck::net
