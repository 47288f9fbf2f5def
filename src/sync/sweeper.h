// Keeps seat gate and flight index true to the ledger where no commit of this process does: at start-up,
// after changes by other processes, after crashes, and as time passes.
#pragma once

#include <unordered_map>

#include "booking/manage_flights.h"
#include "booking/seat_gate.h"
#include "flights/flight_index.h"
#include "ledger/ledger.h"
#include "sync/flight_refresher.h"

namespace flightdeck::sync {

// What came of a call of Sweeper::sync_changed.
struct Synced {
  enum class End {
    // Gate and index have heard of everything.
    in_step,
    // One of them is away, or has lost what it was told: the next call goes on or begins again.
    interrupted,
    // Another process is telling of every flight, and the turn of this one comes with a later call.
    left_to_another,
  };
  End end = End::in_step;
  // Not only of those that changed.
  bool every_flight = false;
  // Flights.
  std::size_t told = 0;
};

// Used from one thread. Every part of it may be repeated at any time.
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

  // Tells gate and index of every flight that changed since the last call; of all of them with the first
  // call, and whenever the index says that it is not complete. Throws UnavailableError.
  Task<Synced> sync_changed();

  // Tells of the next limits::scrub_batch flights, changed or not, and begins again after the last one:
  // whatever else goes wrong in gate and index heals in time, also what the program never writes, and
  // versions that the ledger never came to (it was put back to an older state, or lost its last commits with
  // its server). Flights that cannot be told, whyever, are passed by after limits::scrub_tries, so that they
  // do not hold up the others.
  Task<void> scrub();

  // Drops holds whose bookings are in the ledger though nobody said so, and those past limits::hold_deadline:
  // by then their bookings are in it or never will be.
  Task<void> drop_stale_holds();

  // Departed flights leave index and gate.
  Task<void> drop_departed();
  // Bookings that a crash left live are cancelled, of the next limits::closed_flights_looked_at closed
  // flights; it begins again after the last one.
  Task<void> finish_closed_flights();

  // All of the above but the closing of flights, which takes as long as that takes. Returns what
  // `sync_changed` did.
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
  // What was told of the flights that changed within the last overlap, which are read again with the next
  // call.
  std::unordered_map<FlightId, std::int64_t> told_lately_;
  Position scrubbed_until_;
  FlightId closed_until_;
  // At this place, one after another.
  int scrub_failures_ = 0;
};

}  // namespace flightdeck::sync
