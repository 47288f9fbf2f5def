// Tells seat gate and flight index of rows of the ledger, whoever changed them.
#pragma once

#include <vector>

#include "booking/seat_gate.h"
#include "core/task.h"
#include "core/time.h"
#include "flights/flight_index.h"

namespace flightdeck::sync {

// Used from one thread.
class FlightTeller {
 public:
  FlightTeller(booking::SeatGate& gate, flights::FlightIndex& index, const Clock& clock, TaskScope& scope)
      : gate_(gate), index_(index), clock_(clock), scope_(scope) {}

  // `whole`: whatever is not as it should be is put right, changed or not. False: not all of it was heard.
  Task<bool> tell(std::vector<flights::Flight> rows, bool whole);

 private:
  // Counts what both have heard of into `told`.
  Task<void> tell_part(std::vector<flights::Flight> rows, bool whole, std::size_t& told);
  // Without those whose count the gate has.
  Task<std::vector<booking::SeatNews>> news_for_gate(std::vector<flights::Flight> rows);

  booking::SeatGate& gate_;
  flights::FlightIndex& index_;
  const Clock& clock_;
  TaskScope& scope_;
};

}  // namespace flightdeck::sync
