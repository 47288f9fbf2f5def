// The versions of flights that gate and index have stored, in maps by flight whose values have a `version`.
#pragma once

#include <vector>

#include "flights/stored_version.h"

namespace flightdeck::memory {

// The versions of those flights that the map has.
template <class Flights>
std::vector<flights::StoredVersion> versions_in(const Flights& stored, const std::vector<FlightId>& flights) {
  std::vector<flights::StoredVersion> versions;
  for (const FlightId flight : flights) {
    const auto found = stored.find(flight);
    if (found != stored.end()) versions.push_back({flight, found->second.version, {}});
  }
  return versions;
}

// Every update raises the version. A flight that still has the version `seen` was therefore not updated
// since.
template <class Flights>
void forget_versions_in(Flights& stored, const std::vector<flights::StoredVersion>& seen) {
  for (const flights::StoredVersion& one : seen) {
    const auto found = stored.find(one.flight);
    if (found != stored.end() && found->second.version == one.version) found->second.version = 0;
  }
}

}  // namespace flightdeck::memory
