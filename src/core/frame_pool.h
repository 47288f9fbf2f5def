// Memory of coroutine frames, kept for the next ones. A booking makes a dozen frames of up to 2 KB; malloc
// keeps few and smaller pieces at hand (glibc: 7 of a size up to 1,032 bytes) and splits and joins the others
// each time.
#pragma once

#include <array>
#include <cstddef>

namespace flightdeck {

// Used from one thread only, but what it hands out may be given to another one.
class FramePool {
 public:
  FramePool() = default;
  ~FramePool();
  FramePool(const FramePool&) = delete;
  FramePool& operator=(const FramePool&) = delete;

  // Aligned as for `operator new`. Throws std::bad_alloc.
  void* take(std::size_t size);
  // With the size it was taken with. At most `limits::frames_kept` of about a size are kept.
  void give(void* frame, std::size_t size) noexcept;

 private:
  // Bytes; frames are rounded up to a multiple of it.
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

// Of the stock of the calling thread. Plain `new` and `delete` under the sanitizers, which would not see a
// frame's end.
void* take_frame(std::size_t size);
void give_frame(void* frame, std::size_t size) noexcept;

// Base of a promise whose coroutine's frame comes from there.
struct FrameFromPool {
  static void* operator new(std::size_t size) { return take_frame(size); }
  static void operator delete(void* frame, std::size_t size) noexcept { give_frame(frame, size); }
};

// For what lives as long and as often as a frame: Asio's memory of a read that waits.
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
