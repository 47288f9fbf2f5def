// Inspects everything that must always hold, in the ledger and across ledger, seat gate and flight index,
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

// Used from the thread of `home`, like its dependencies. It changes nothing.
class Auditor {
 public:
  struct Dependencies {
    ledger::SnapshotReads& snapshots;
    ledger::LedgerQueries& ledger;
    // Null when the gate is in another process.
    booking::SeatGateInspection* gate;
    // Null when the index is in another process.
    flights::FlightIndexInspection* index;
    // Shared by the auditors of a process.
    AuditDesk& desk;
    const Clock& clock;
    Executor& home;
    Timers& timers;
    // When true, events that stay in the outbox are a finding.
    bool events_are_published;
  };

  explicit Auditor(Dependencies dependencies) : dependencies_(dependencies) {}

  // Inspects one snapshot of the ledger. A difference in gate or index is inspected limits::audit_rounds more
  // times, and is a finding when it is there each time. Error overloaded: the process is already auditing.
  // Throws UnavailableError when the ledger does not answer or the desk was stopped.
  Task<Result<AuditReport>> run();

 private:
  using Rows = std::map<FlightId, flights::Flight>;
  using Key = std::tuple<FlightId, FindingKind, std::optional<BookingId>>;
  using Suspects = std::map<Key, Finding>;
  // What one inspection has seen.
  struct Seen {
    Suspects suspects;
    // The rows of flights with a suspect. The next inspection begins with them.
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
