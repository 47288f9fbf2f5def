// Compares what seat gate and flight index have of a flight with the ledger. Pure.
#pragma once

#include <optional>
#include <vector>

#include "audit/audit_report.h"
#include "booking/seat_gate.h"
#include "flights/flight_index.h"

namespace flightdeck::audit {

// Ledger, gate and index cannot be read at one moment. The flight is therefore read from the ledger before
// and after the others. They may not be behind the first row nor ahead of the second.
struct FlightStates {
  flights::Flight before;
  // nullopt: it was not inspected.
  std::optional<booking::GateState> gate;
  // nullopt: it was not inspected.
  std::optional<flights::IndexState> index;
  flights::Flight after;
};

// Every difference at `now`. An update arrives a moment after its commit, or some seconds later after a
// crash. A difference is therefore wrong only when it is found again and again.
std::vector<Finding> differences(const FlightStates& states, Instant now);

}  // namespace flightdeck::audit
