#pragma once

#include <cstddef>
#include <string>

namespace flightdeck {

// Makes `out` longer by `size` bytes and returns where they begin. For short text of known length: written in
// place it is not copied from where it was put together, which stalls a processor that still has those bytes
// on the way to memory.
inline char* extend(std::string& out, std::size_t size) {
  const std::size_t begin = out.size();
  out.resize(begin + size);
  return out.data() + begin;
}

}  // namespace flightdeck
