// Checks what must hold in one committed state of the ledger. Pure: rows go in, findings come out.
#pragma once

#include <unordered_map>
#include <vector>

#include "audit/audit_report.h"
#include "ledger/ledger_snapshot.h"

namespace flightdeck::audit {

// Call `inspect` with every flight, then with every booking and intent, then call `finish`. It keeps a few
// numbers of each flight and nothing of a booking.
class LedgerAudit {
 public:
  // `report` takes the findings; it outlives this. `now` is when the state was taken.
  LedgerAudit(AuditReport& report, Instant now) : report_(report), now_(now) {}

  void inspect(const flights::Flight& flight);
  void inspect(const ledger::BookingRow& row);
  void inspect(const ledger::IntentRow& intent);
  // `rest` is what was written before limits::audit_outbox_patience. Call it only where events are published.
  void inspect(const ledger::OutboxRest& rest);
  // Checks the sums. Returns the ids of all flights in order.
  std::vector<FlightId> finish();

 private:
  struct Seats {
    std::int64_t total = 0;
    std::int64_t available = 0;
    // The seats in PENDING and CONFIRMED bookings.
    std::int64_t live = 0;
  };

  void inspect_payment(const ledger::Booking& booking);
  void add(FindingKind kind, const ledger::Booking& booking, std::string detail);

  AuditReport& report_;
  const Instant now_;
  std::unordered_map<FlightId, Seats> seats_;
};

}  // namespace flightdeck::audit
