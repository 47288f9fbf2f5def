// Ids that a test can tell apart.
#pragma once

#include <cstdint>

#include "core/ids.h"

namespace flightdeck::test {

template <class IdType>
IdType id_of(std::uint8_t n) {
  IdType id;
  id.value.data()[15] = n;
  return id;
}

inline const FlightId flight_1 = id_of<FlightId>(1);
inline const FlightId flight_2 = id_of<FlightId>(2);

}  // namespace flightdeck::test
