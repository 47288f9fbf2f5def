// Compares a flight's seat counts with each other, and with the run's own bookings on it.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/ids.h"
#include "stress/audit_result.h"
#include "stress/bookings_audit.h"

namespace flightdeck::stress {

// The seats of a flight, as the deployment answers them.
struct FlightSeats {
  FlightId id;
  std::int64_t total = 0;
  std::int64_t available = 0;
  std::int64_t pending = 0;
  std::int64_t confirmed = 0;
  // The seats that the gate would sell. nullopt: the gate is away.
  std::optional<std::int64_t> gate;
};

struct FlightUse {
  FlightSeats seats;
  OwnBookings own;
  // The run has added the flight, so nobody else books on it.
  bool fresh = false;
  std::uint64_t sold_out_answers = 0;
};

struct FlightFaults {
  std::int64_t oversold_seats = 0;
  std::int64_t lost_seats = 0;
  // Pending + confirmed + available is not the total.
  bool unbalanced = false;
  // Available seats are below zero.
  bool below_zero = false;
  // Nothing is pending, and the gate would sell another number of seats than are available.
  bool gate_differs = false;
  // The run's bookings hold more seats than the flight counts.
  bool own_unknown = false;
  // The flight is fresh and all is settled, but seats are taken that no booking of the run holds.
  bool not_own = false;

  bool any() const { return unbalanced || below_zero || gate_differs || own_unknown || not_own; }
};

FlightFaults faults_of(const FlightUse& flight);

// `seats_most` is the largest number of seats of one booking of the run.
void judge_flights(const std::vector<FlightUse>& flights, int seats_most, AuditResult& result);

}  // namespace flightdeck::stress
