// Holds a flight's seat counts to each other, and to the run's own bookings on it.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/ids.h"
#include "stress/audit_result.h"
#include "stress/bookings_audit.h"

namespace flightdeck::stress {

// As the deployment tells them.
struct FlightSeats {
  FlightId id;
  std::int64_t total = 0;
  std::int64_t available = 0;
  std::int64_t pending = 0;
  std::int64_t confirmed = 0;
  // What the seat gate would sell; nullopt: it is away.
  std::optional<std::int64_t> gate;
};

struct FlightUse {
  FlightSeats seats;
  OwnBookings own;
  // Added by the run: nobody else sells on it.
  bool fresh = false;
  std::uint64_t sold_out_answers = 0;
};

struct FlightFaults {
  std::int64_t oversold_seats = 0;
  std::int64_t lost_seats = 0;
  // Pending + confirmed + available is not the total.
  bool unbalanced = false;
  // Available seats.
  bool below_zero = false;
  // Nothing is pending, and still the gate would not sell what is available.
  bool gate_differs = false;
  // The run's bookings hold more seats than the flight knows of.
  bool own_unknown = false;
  // Fresh, all settled, and seats are taken that no booking of the run holds.
  bool not_own = false;

  bool any() const { return unbalanced || below_zero || gate_differs || own_unknown || not_own; }
};

FlightFaults faults_of(const FlightUse& flight);

// `seats_most`: the most seats of one booking of the run.
void judge_flights(const std::vector<FlightUse>& flights, int seats_most, AuditResult& result);

}  // namespace flightdeck::stress
