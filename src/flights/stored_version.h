// What gate or index have of a flight, to tell whether it can be true.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/ids.h"

namespace flightdeck::flights {

struct StoredVersion {
  FlightId flight;
  // The highest that is stored.
  std::int64_t version = 0;
  // The store's own, to know whether anything was taken in since.
  std::string state;
};

}  // namespace flightdeck::flights
