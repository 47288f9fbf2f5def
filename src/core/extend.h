#pragma once

#include <cstddef>
#include <string>

namespace flightdeck {

// Makes `out` longer by `size` bytes and returns where they begin. Use it to write short text of known length
// in place. Copying such text from a buffer right after it was written stalls the processor, since the bytes
// are still on their way to memory.
inline char* extend(std::string& out, std::size_t size) {
  const std::size_t begin = out.size();
  out.resize(begin + size);
  return out.data() + begin;
}

}  // namespace flightdeck
