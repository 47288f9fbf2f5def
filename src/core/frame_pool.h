// Keeps the memory of finished coroutine frames for the next ones. A booking makes a dozen frames of up to 2
// KB. malloc caches only a few small pieces (glibc: 7 of each size up to 1,032 bytes) and splits and joins
// all others each time.
#pragma once

#include <array>
#include <cstddef>

namespace flightdeck {

// Used from one thread only. A frame that it handed out may be given back to the pool of another thread.
class FramePool {
 public:
  FramePool() = default;
  ~FramePool();
  FramePool(const FramePool&) = delete;
  FramePool& operator=(const FramePool&) = delete;

  // Aligned as for `operator new`. Throws std::bad_alloc.
  void* take(std::size_t size);
  // `size` is the one it was taken with. At most `limits::frames_kept` frames of each size class are kept.
  void give(void* frame, std::size_t size) noexcept;

 private:
  // Sizes are rounded up to a multiple of this many bytes.
  static constexpr std::size_t step = 128;
  static constexpr std::size_t largest = 4096;

  struct Frame {
    Frame* next;
  };
  struct FreeList {
    Frame* first = nullptr;
    std::size_t count = 0;
  };
  static std::size_t free_list_of(std::size_t size) { return (size + step - 1) / step; }

  std::array<FreeList, largest / step + 1> free_lists_;
};

// These use the pool of the calling thread. Under the sanitizers they are plain `new` and `delete`, since a
// sanitizer would not notice the end of a frame in a pool.
void* take_frame(std::size_t size);
void give_frame(void* frame, std::size_t size) noexcept;

// Base of a promise whose coroutine frame comes from the pool.
struct FrameFromPool {
  static void* operator new(std::size_t size) { return take_frame(size); }
  static void operator delete(void* frame, std::size_t size) noexcept { give_frame(frame, size); }
};

// An allocator for objects that are as short-lived and as frequent as frames, such as Asio's state of a
// pending read.
template <class T>
struct PoolAllocator {
  using value_type = T;
  PoolAllocator() = default;
  template <class U>
  explicit(false) PoolAllocator(const PoolAllocator<U>&) {}
  T* allocate(std::size_t count) { return static_cast<T*>(take_frame(count * sizeof(T))); }
  void deallocate(T* at, std::size_t count) noexcept { give_frame(at, count * sizeof(T)); }
  friend bool operator==(PoolAllocator, PoolAllocator) { return true; }
};

}  // namespace flightdeck
