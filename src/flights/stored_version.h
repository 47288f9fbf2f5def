// The version of a flight that gate or index has stored.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/ids.h"

namespace flightdeck::flights {

struct StoredVersion {
  FlightId flight;
  // The highest version that is stored.
  std::int64_t version = 0;
  // The store's own description of its state. It shows whether the flight was updated since.
  std::string state;
};

}  // namespace flightdeck::flights
