#include "core/frame_pool.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <set>
#include <thread>
#include <vector>

#include "core/limits.h"
#include "core/task.h"
#include "doubles/manual_loop.h"

namespace flightdeck {
namespace {

// The last given is the first taken: it is the one still in the processor's cache.
TEST(FramePool, GivesTheLastFrameOfAboutTheSizeAgain) {
  FramePool pool;
  void* const first = pool.take(1300);
  void* const second = pool.take(1336);
  pool.give(first, 1300);
  pool.give(second, 1336);
  EXPECT_EQ(pool.take(1310), second);
  EXPECT_EQ(pool.take(1290), first);
  pool.give(first, 1290);
  pool.give(second, 1310);
}

TEST(FramePool, AFrameHasRoomForWhateverItIsTakenFor) {
  FramePool pool;
  for (const std::size_t size : {1U, 127U, 128U, 129U, 1032U, 4095U, 4096U, 4097U, 100'000U}) {
    void* const small = pool.take(size);
    std::memset(small, 0xAB, size);
    pool.give(small, size);
    // Of the same shelf.
    const std::size_t larger = (size + 127) / 128 * 128;
    void* const again = pool.take(larger);
    // AddressSanitizer sees an overrun.
    std::memset(again, 0xCD, larger);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(again) % alignof(std::max_align_t), 0U);
    pool.give(again, larger);
  }
}

TEST(FramePool, FramesInUseAreDistinct) {
  FramePool pool;
  std::set<void*> in_use;
  std::vector<void*> frames;
  for (std::size_t i = 0; i < 3 * limits::frames_kept; ++i) frames.push_back(pool.take(600));
  for (void* frame : frames) EXPECT_TRUE(in_use.insert(frame).second);
  // More than are kept.
  for (void* frame : frames) pool.give(frame, 600);
  in_use.clear();
  for (void*& frame : frames) {
    frame = pool.take(600);
    EXPECT_TRUE(in_use.insert(frame).second);
  }
  for (void* frame : frames) pool.give(frame, 600);
}

Task<int> number(int value) { co_return value; }

// As at a shutdown: what one thread began another one may end.
TEST(FramePool, AFrameMayBeGivenOnAnotherThread) {
  std::vector<Task<int>> tasks;
  std::thread([&tasks] {
    for (int i = 0; i < 100; ++i) tasks.push_back(number(i));
  }).join();
  for (int i = 0; i < 100; ++i)
    EXPECT_EQ(test::finish_inline(std::move(tasks[static_cast<std::size_t>(i)])), i);
}

TEST(FramePool, AFrameMayOutliveItsThreadsStock) {
  struct Leftover {
    std::vector<Task<int>> tasks;
  };
  std::thread([] {
    // Made before the stock, so it goes after it.
    static thread_local Leftover leftover;
    leftover.tasks.push_back(number(1));
    leftover.tasks.push_back(number(2));
  }).join();
}

}  // namespace
}  // namespace flightdeck
