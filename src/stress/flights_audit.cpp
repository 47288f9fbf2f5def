#include "stress/flights_audit.h"

#include <algorithm>
#include <string>

namespace flightdeck::stress {

namespace {

std::string figures_of(const FlightUse& flight) {
  const FlightSeats& seats = flight.seats;
  return "flight " + seats.id.str() + " has total " + std::to_string(seats.total) + ", available " +
         std::to_string(seats.available) + ", pending " + std::to_string(seats.pending) + ", confirmed " +
         std::to_string(seats.confirmed) + ", gate " +
         (seats.gate ? std::to_string(*seats.gate) : "unknown") + "; bookings of the run: pending " +
         std::to_string(flight.own.pending_seats) + ", confirmed " +
         std::to_string(flight.own.confirmed_seats);
}

std::string count_of(std::size_t count, const char* what) { return std::to_string(count) + " " + what; }

// Its sold-out answers cannot all have been right: nothing was given back, and still there is room for any
// booking.
bool refused_too_early(const FlightUse& flight, int seats_most) {
  return flight.fresh && flight.sold_out_answers > 0 && flight.own.given_back == 0 &&
         flight.seats.available >= seats_most;
}

}  // namespace

FlightFaults faults_of(const FlightUse& flight) {
  const FlightSeats& seats = flight.seats;
  const OwnBookings& own = flight.own;
  FlightFaults faults;
  const std::int64_t taken = seats.pending + seats.confirmed;
  const std::int64_t excess = taken + seats.available - seats.total;
  faults.unbalanced = excess != 0;
  faults.below_zero = seats.available < 0;
  faults.oversold_seats = std::max<std::int64_t>({0, taken - seats.total, excess});
  faults.lost_seats = std::max<std::int64_t>(0, -excess);

  // A pending booking may have ended since it was listed.
  const std::int64_t held = own.confirmed_seats + (seats.pending == 0 ? 0 : own.pending_seats);
  const std::int64_t held_for_sure = own.pending_seats == 0 ? held : own.confirmed_seats;
  faults.own_unknown = held_for_sure > taken;
  faults.oversold_seats += std::max<std::int64_t>(0, held_for_sure - taken);
  const bool settled = seats.pending == 0 && own.pending_seats == 0;
  if (!settled) return faults;

  faults.not_own = flight.fresh && taken > own.confirmed_seats;
  if (faults.not_own) faults.lost_seats += taken - own.confirmed_seats;
  faults.gate_differs = seats.gate && *seats.gate != seats.available;
  if (faults.gate_differs) faults.lost_seats += std::max<std::int64_t>(0, seats.available - *seats.gate);
  return faults;
}

void judge_flights(const std::vector<FlightUse>& flights, int seats_most, AuditResult& result) {
  Finding unbalanced, below_zero, gate, own_unknown, not_own, early;
  std::size_t gates = 0;
  std::size_t fresh = 0;
  std::int64_t seats_held = 0;
  for (const FlightUse& flight : flights) {
    const FlightFaults faults = faults_of(flight);
    const std::string figures = faults.any() ? figures_of(flight) : std::string();
    if (faults.unbalanced) unbalanced.add(figures);
    if (faults.below_zero) below_zero.add(figures);
    if (faults.gate_differs) gate.add(figures);
    if (faults.own_unknown) own_unknown.add(figures);
    if (faults.not_own) not_own.add(figures);
    if (refused_too_early(flight, seats_most)) early.add(figures_of(flight));
    if (flight.seats.gate && flight.seats.pending == 0) ++gates;
    if (flight.fresh) ++fresh;
    seats_held += flight.own.pending_seats + flight.own.confirmed_seats;
    result.oversold_seats += faults.oversold_seats;
    result.lost_seats += faults.lost_seats;
  }
  const std::string all = count_of(flights.size(), "flights");
  result.add("pending + confirmed + available seats are the total", all, unbalanced);
  result.add("no flight has less than 0 seats available", all, below_zero);
  result.add("flights know of every seat that was sold", std::to_string(seats_held) + " seats sold on " + all,
             own_unknown);
  result.add("no seat is taken that nobody holds", count_of(fresh, "flights of the run's own"), not_own);
  result.add("the seat gate sells what is available", count_of(gates, "flights without pending bookings"),
             gate);
  if (gates < flights.size()) {
    result.notes.push_back(count_of(
        flights.size() - gates, "flights: the gate is away or bookings are pending, so it is not judged"));
  }
  if (early.count() > 0) {
    // No proof of a fault: a seat may be held for an instant by a request that did not get it in the end.
    result.notes.push_back(count_of(early.count(), "flights answered sold out though seats are left: ") +
                           early.example());
  }
}

}  // namespace flightdeck::stress
