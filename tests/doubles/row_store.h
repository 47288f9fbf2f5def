// The simplest ledger there is: rows in maps, a batch applied through `decide` as every backend does it, and
// every rule of a commit checked on the way.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "ledger/decide.h"

namespace flightdeck::test {

class RowStore {
 public:
  // Decides and writes. What broke a rule is said in `problems`.
  ledger::BatchDecision apply(std::span<const ledger::Command> commands, Instant now);
  ledger::BatchDecision apply(const ledger::Command& command, Instant now) {
    return apply(std::span(&command, 1), now);
  }
  ledger::LedgerRows load(const ledger::LedgerKeys& keys) const;
  // Writes what another ledger has committed.
  void take_in(const ledger::LedgerChanges& changes);

  std::map<FlightId, flights::Flight> flights;
  std::map<BookingId, ledger::Booking> bookings;
  std::map<BookingId, Instant> intents;
  std::set<std::string> event_ids;
  std::vector<std::string> problems;

 private:
  void write(const ledger::LedgerChanges& changes);
  void check_flight_change(const flights::Flight& next);
  void check_booking_change(const ledger::Booking& next, const ledger::LedgerChanges& changes);
  void check_events(const ledger::LedgerChanges& changes);
  void check_invariants();
  void require(bool truth, const std::string& problem) {
    if (!truth) problems.push_back(problem);
  }
};

}  // namespace flightdeck::test
