// Whether seat gate and flight index say of a flight what the ledger says. Pure.
#pragma once

#include <optional>
#include <vector>

#include "audit/audit_report.h"
#include "booking/seat_gate.h"
#include "flights/flight_index.h"

namespace flightdeck::audit {

// Ledger, gate and index cannot be read at one moment, so the flight is read from the ledger before and after
// the others: they may not be behind the one nor ahead of the other.
struct FlightStates {
  flights::Flight before;
  // Nullopt: not looked at.
  std::optional<booking::GateState> gate;
  // Nullopt: not looked at.
  std::optional<flights::IndexState> index;
  flights::Flight after;
};

// Everything that is not as it should be at `now`. A commit is told a moment after it was made, and what a
// crash left pending_updates within seconds: only what is found again and again is wrong.
std::vector<Finding> differences(const FlightStates& states, Instant now);

}  // namespace flightdeck::audit
