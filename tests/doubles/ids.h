// Ids that a test can tell apart.
#pragma once

#include <cstdint>

namespace flightdeck::test {

template <class IdType>
IdType id_of(std::uint8_t n) {
  IdType id;
  id.value.data()[15] = n;
  return id;
}

}  // namespace flightdeck::test
