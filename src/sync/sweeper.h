// Keeps seat gate and flight index up to the ledger where no commit of this process does: at start-up, after
// changes by other processes, after crashes, and as time passes.
#pragma once

#include <unordered_map>

#include "booking/manage_flights.h"
#include "booking/seat_gate.h"
#include "flights/flight_index.h"
#include "ledger/ledger.h"
#include "sync/flight_refresher.h"

namespace flightdeck::sync {

// The result of Sweeper::sync_changed.
struct Synced {
  enum class End {
    // Gate and index have taken in everything.
    in_step,
    // One of them is away or has lost updates. The next call continues or begins again.
    interrupted,
    // Another process is sending every flight. A later call of this process takes its turn.
    left_to_another,
  };
  End end = End::in_step;
  // Every flight was sent, not only those that changed.
  bool every_flight = false;
  // The number of flights that were sent.
  std::size_t told = 0;
};

// Used from one thread. Every call may be repeated at any time.
class Sweeper {
 public:
  Sweeper(ledger::Ledger& ledger, booking::SeatGate& gate, flights::FlightIndex& index,
          booking::ManageFlights& flights, const Clock& clock, TaskScope& scope)
      : ledger_(ledger),
        gate_(gate),
        index_(index),
        flights_(flights),
        clock_(clock),
        refresher_(gate, index, clock, scope) {}

  // Updates gate and index for every flight that changed since the last call. The first call sends all
  // flights, and so does each call while the index is incomplete. Throws UnavailableError.
  Task<Synced> sync_changed();

  // Corrects the next limits::scrub_batch flights, changed or not, and begins again after the last one. Any
  // other damage in gate and index heals this way, including content that the program never writes, and
  // versions that the ledger never reached because it was restored to an older state or lost its last
  // commits. Flights that cannot be updated are skipped after limits::scrub_tries, so that they do not hold
  // up the others.
  Task<void> scrub();

  // Drops holds whose bookings are in the ledger but which no update dropped, and holds older than
  // limits::hold_deadline. By then their bookings are in the ledger or never will be.
  Task<void> drop_stale_holds();

  // Removes departed flights from index and gate.
  Task<void> drop_departed();
  // Cancels bookings that a crash left live, for the next limits::closed_flights_looked_at closed flights. It
  // begins again after the last one.
  Task<void> finish_closed_flights();

  // Does all of the above except `finish_closed_flights`, which may take long. Returns the result of
  // `sync_changed`.
  Task<Synced> run_once();

 private:
  // A place in the order of changes.
  struct Position {
    Instant updated_at{};
    FlightId id;
  };

  Task<std::vector<flights::Flight>> changed_after(Position position, std::size_t limit);
  Task<void> forget_the_future(std::vector<flights::StoredVersion> told);

  ledger::Ledger& ledger_;
  booking::SeatGate& gate_;
  flights::FlightIndex& index_;
  booking::ManageFlights& flights_;
  const Clock& clock_;
  FlightRefresher refresher_;
  Instant synced_until_{};
  // The versions that were sent of flights that changed within the last overlap. These flights are read again
  // by the next call.
  std::unordered_map<FlightId, std::int64_t> told_lately_;
  Position scrubbed_until_;
  FlightId closed_until_;
  // The number of failures in a row at this position.
  int scrub_failures_ = 0;
};

}  // namespace flightdeck::sync
