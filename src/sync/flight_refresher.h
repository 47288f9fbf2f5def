// Brings seat gate and flight index up to rows of the ledger, whichever process changed them.
#pragma once

#include <vector>

#include "booking/seat_gate.h"
#include "core/task.h"
#include "core/time.h"
#include "flights/flight_index.h"

namespace flightdeck::sync {

// Used from one thread.
class FlightRefresher {
 public:
  FlightRefresher(booking::SeatGate& gate, flights::FlightIndexWriter& index, const Clock& clock,
                  TaskScope& scope)
      : gate_(gate), index_(index), clock_(clock), scope_(scope) {}

  // With `whole` everything that is stored of these flights is corrected, whether they changed or not.
  // Returns false when not all of it was taken in.
  Task<bool> refresh(std::vector<flights::Flight> rows, bool whole);

 private:
  // Adds the flights that both have taken in to `refreshed`.
  Task<void> refresh_batch(std::vector<flights::Flight> rows, bool whole, std::size_t& refreshed);
  // The updates of the flights whose count the gate does not have.
  Task<std::vector<booking::SeatUpdate>> updates_for_gate(std::vector<flights::Flight> rows);

  booking::SeatGate& gate_;
  flights::FlightIndexWriter& index_;
  const Clock& clock_;
  TaskScope& scope_;
};

}  // namespace flightdeck::sync
