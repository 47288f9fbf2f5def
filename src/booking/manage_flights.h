// The admin's work on flights. It is in this room because taking a flight off sale cancels its bookings.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "booking/booking_service.h"

namespace flightdeck::booking {

struct FlightWithSeats {
  flights::Flight flight;
  ledger::SeatCounts counts;
  // The seats that the gate would sell now. nullopt: the gate does not know.
  std::optional<std::int64_t> gate;
};

// There is one instance for each I/O thread, used from that thread only. Throws UnavailableError when the
// ledger cannot be read.
class ManageFlights {
 public:
  ManageFlights(ledger::Ledger& ledger, SeatHolds& gate, BookingService& bookings, const Clock& clock,
                Random& random, TaskScope& scope)
      : ledger_(ledger), gate_(gate), bookings_(bookings), clock_(clock), random_(random), scope_(scope) {}

  // Error: duplicate_flight.
  Task<Result<flights::Flight>> add(flights::FlightDraft draft);
  Task<std::optional<FlightWithSeats>> find(FlightId id);
  Task<flights::SearchPage> list(ledger::FlightListQuery query);
  // Errors: not_found, version_conflict, flight_closed, capacity_below_sold, duplicate_flight.
  Task<Result<flights::Flight>> replace(FlightId id, flights::FlightDraft draft,
                                        std::shared_ptr<const ledger::Precondition> condition = {});
  // Errors: not_found, version_conflict, flight_has_bookings, invalid_state (it was reinstated meanwhile).
  // With `cancel_bookings` every booking is cancelled when this answers. A crash in between leaves the flight
  // closed; `cancel_bookings_of` then does the rest.
  Task<Result<void>> remove(FlightId id, bool cancel_bookings,
                            std::shared_ptr<const ledger::Precondition> condition = {});
  // Puts a cancelled flight on sale again. Errors: not_found, version_conflict, flight_closed (departed),
  // invalid_state (not cancelled), duplicate_flight.
  Task<Result<flights::Flight>> reinstate(FlightId id,
                                          std::shared_ptr<const ledger::Precondition> condition = {});
  // Cancels and refunds every live booking of a closed flight. Error invalid_state: the flight was reinstated
  // meanwhile, and the bookings that are left stay.
  Task<Result<void>> cancel_bookings_of(FlightId id);

 private:
  Task<void> cancel_one(BookingId id, std::optional<Error>& failure);

  ledger::Ledger& ledger_;
  SeatHolds& gate_;
  BookingService& bookings_;
  const Clock& clock_;
  Random& random_;
  TaskScope& scope_;
};

}  // namespace flightdeck::booking
