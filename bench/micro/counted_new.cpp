// The counting operator new. A file of its own: g++ would inline it into code that frees with the other half,
// and warn.
#include <cstdint>
#include <cstdlib>
#include <new>

#include "micro/cost.h"

namespace {

thread_local std::int64_t allocation_count = 0;

void* counted(void* memory) {
  ++allocation_count;
  if (!memory) throw std::bad_alloc();
  return memory;
}

}  // namespace

// The standard library's array forms call these. So do its nothrow forms, but not those of a sanitizer.
void* operator new(std::size_t size) { return counted(std::malloc(size == 0 ? 1 : size)); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  const auto step = static_cast<std::size_t>(alignment);
  return counted(std::aligned_alloc(step, (size + step - 1) / step * step));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++allocation_count;
  return std::malloc(size == 0 ? 1 : size);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

namespace flightdeck::bench {

std::int64_t allocations() { return allocation_count; }

}  // namespace flightdeck::bench
