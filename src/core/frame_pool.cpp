#include "core/frame_pool.h"

#include <new>

#include "core/limits.h"

namespace flightdeck {

FramePool::~FramePool() {
  for (FreeList& list : free_lists_) {
    while (Frame* const frame = list.first) {
      list.first = frame->next;
      ::operator delete(frame);
    }
  }
}

void* FramePool::take(std::size_t size) {
  if (size > largest) return ::operator new(size);
  FreeList& list = free_lists_[free_list_of(size)];
  Frame* const frame = list.first;
  if (!frame) return ::operator new(free_list_of(size) * step);
  list.first = frame->next;
  --list.count;
  return frame;
}

void FramePool::give(void* frame, std::size_t size) noexcept {
  if (size <= largest) {
    FreeList& list = free_lists_[free_list_of(size)];
    if (list.count < limits::frames_kept) {
      list.first = ::new (frame) Frame{list.first};
      ++list.count;
      return;
    }
  }
  ::operator delete(frame);
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)

void* take_frame(std::size_t size) { return ::operator new(size); }
void give_frame(void* frame, std::size_t) noexcept { ::operator delete(frame); }

#else

namespace {

// A frame may end after its thread's stock, with what else the thread leaves behind.
thread_local FramePool* open_pool = nullptr;
thread_local bool closed = false;

struct PoolOfThread {
  FramePool frames;
  PoolOfThread() { open_pool = &frames; }
  ~PoolOfThread() {
    open_pool = nullptr;
    closed = true;
  }
  PoolOfThread(const PoolOfThread&) = delete;
  PoolOfThread& operator=(const PoolOfThread&) = delete;
};

void open() { [[maybe_unused]] static thread_local PoolOfThread own; }

FramePool* pool() {
  if (!open_pool && !closed) open();
  return open_pool;
}

}  // namespace

void* take_frame(std::size_t size) {
  if (FramePool* const frames = pool()) return frames->take(size);
  // As large as one that is given to another thread's stock must be.
  return FramePool().take(size);
}

void give_frame(void* frame, std::size_t size) noexcept {
  if (FramePool* const frames = pool()) return frames->give(frame, size);
  ::operator delete(frame);
}

#endif

}  // namespace flightdeck
