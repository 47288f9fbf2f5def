// What gate or index have of a flight, to tell whether it can be true.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/ids.h"

namespace flightdeck::flights {

struct StoredVersion {
  FlightId flight;
  std::int64_t version = 0;  // the highest that is stored
  std::string state;         // the store's own, to know whether anything was taken in since
};

}  // namespace flightdeck::flights
