#include "core/frame_stock.h"

#include <new>

#include "core/limits.h"

namespace flightdeck {

FrameStock::~FrameStock() {
  for (Shelf& shelf : shelves_) {
    while (Frame* const frame = shelf.first) {
      shelf.first = frame->next;
      ::operator delete(frame);
    }
  }
}

void* FrameStock::take(std::size_t size) {
  if (size > largest) return ::operator new(size);
  Shelf& shelf = shelves_[shelf_of(size)];
  Frame* const frame = shelf.first;
  if (!frame) return ::operator new(shelf_of(size) * step);
  shelf.first = frame->next;
  --shelf.count;
  return frame;
}

void FrameStock::give(void* frame, std::size_t size) noexcept {
  if (size <= largest) {
    Shelf& shelf = shelves_[shelf_of(size)];
    if (shelf.count < limits::frames_kept) {
      shelf.first = ::new (frame) Frame{shelf.first};
      ++shelf.count;
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
thread_local FrameStock* open_stock = nullptr;
thread_local bool closed = false;

struct StockOfThread {
  FrameStock frames;
  StockOfThread() { open_stock = &frames; }
  ~StockOfThread() {
    open_stock = nullptr;
    closed = true;
  }
  StockOfThread(const StockOfThread&) = delete;
  StockOfThread& operator=(const StockOfThread&) = delete;
};

void open() { [[maybe_unused]] static thread_local StockOfThread own; }

FrameStock* stock() {
  if (!open_stock && !closed) open();
  return open_stock;
}

}  // namespace

void* take_frame(std::size_t size) {
  if (FrameStock* const frames = stock()) return frames->take(size);
  return FrameStock().take(size);  // as large as one that is given to another thread's stock must be
}

void give_frame(void* frame, std::size_t size) noexcept {
  if (FrameStock* const frames = stock()) return frames->give(frame, size);
  ::operator delete(frame);
}

#endif

}  // namespace flightdeck
