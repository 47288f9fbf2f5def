// Looks at everything that must always hold, in the ledger and across ledger, seat gate and flight index,
// while all of them are in use.
#pragma once

#include <map>
#include <optional>
#include <tuple>
#include <vector>

#include "audit/audit_desk.h"
#include "audit/audit_report.h"
#include "booking/seat_gate.h"
#include "core/executor.h"
#include "flights/flight_index.h"
#include "ledger/ledger.h"
#include "ledger/ledger_snapshot.h"

namespace flightdeck::audit {

// Used from the thread of `home`, as its parts are. It changes nothing.
class Auditor {
 public:
  struct Dependencies {
    ledger::SnapshotReads& snapshots;
    ledger::LedgerQueries& ledger;
    // Null: out of reach, in another process.
    booking::SeatGateInspection* gate;
    // Null: the same.
    flights::FlightIndexInspection* index;
    // Shared by the auditors of a process.
    AuditDesk& desk;
    const Clock& clock;
    Executor& home;
    Timers& timers;
    // So that none may stay in the outbox.
    bool events_are_published;
  };

  explicit Auditor(Dependencies dependencies) : dependencies_(dependencies) {}

  // What is wrong in the ledger is found in one snapshot of it. What differs in gate and index is looked at
  // again, limits::audit_rounds times, and is a finding when it differs each time. Errors: overloaded (the
  // process audits already). Throws UnavailableError: the ledger does not answer, or the desk was stopped.
  Task<Result<AuditReport>> run();

 private:
  using Rows = std::map<FlightId, flights::Flight>;
  using Key = std::tuple<FlightId, FindingKind, std::optional<BookingId>>;
  using Suspects = std::map<Key, Finding>;
  // What one look has seen.
  struct Seen {
    Suspects suspects;
    // Of flights with a suspect: the rows that the next look begins with.
    Rows after;
  };

  Task<AuditReport> audit();
  Task<void> audit_derived(AuditReport& report, std::vector<FlightId> flights);
  Task<void> inspect(AuditReport& report, std::vector<flights::Flight> before, Seen& seen);
  Task<Rows> rows_of(std::vector<FlightId> flights);
  Task<void> pause();
  void check_going_on() const;

  Dependencies dependencies_;
};

}  // namespace flightdeck::audit
