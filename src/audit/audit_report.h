// What an audit has found, and how it is told.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/ids.h"
#include "core/time.h"

namespace flightdeck::audit {

enum class FindingKind {
  // In the ledger.
  oversold,                // more seats in PENDING and CONFIRMED bookings than the flight has
  seats_surplus,           // seats for sale that are sold or that there are not
  seats_lost,              // seats that are neither sold nor for sale
  available_negative,      // available_seats below zero
  unknown_flight,          // a booking of a flight that does not exist
  pending_without_intent,  // nobody will come back to it
  refund_without_intent,   // a refund is due, and nobody will make it
  confirmed_unpaid,        // CONFIRMED without a payment
  booking_fields,          // fields that do not go together
  amount_wrong,            // no whole price for each of its seats
  amount_paid_differs,     // another amount was paid, lately or for what is CONFIRMED
  confirmed_refunded,      // CONFIRMED, and the provider calls its payment refunded
  intent_without_booking,
  intent_needless,  // long due for a booking of which nothing is left to do
  intent_too_late,  // somebody comes back to its booking, but not for a long time
  outbox_stuck,     // events that nobody publishes
  // In the seat gate.
  gate_counter,   // is not what the gate's own count and its open holds make
  gate_differs,   // counts other seats than the ledger, or those of a version long past
  gate_off_sale,  // would sell a flight that is not on sale
  stale_hold,     // keeps seats from sale for nobody
  // In the flight index.
  index_missing,     // a flight on sale that searches do not find
  index_unreadable,  // fields that the program never writes, so that searches do not find it
  index_differs,     // shows something else than the ledger, or what has long changed
  index_seats,       // shows other seats than can be sold
  index_places,      // stands elsewhere in the orders of its route than it should, or also elsewhere
  index_off_sale,    // shows a flight that is not on sale
};
inline constexpr std::size_t finding_kinds = static_cast<std::size_t>(FindingKind::index_off_sale) + 1;
std::string_view to_string(FindingKind kind);

struct Finding {
  FindingKind kind = FindingKind::oversold;
  std::optional<FlightId> flight;
  std::optional<BookingId> booking;
  std::string detail;      // for people
  std::int64_t seats = 0;  // that are wrong by this
};

// How far an audit got with the gate or the index.
enum class AuditedPart {
  checked,
  incomplete,  // an index that is being filled: nobody searches it
  away,
  elsewhere,  // in the memory of another process
};
std::string_view to_string(AuditedPart part);

// All is counted; of the findings the first limits::audit_findings_listed are kept.
struct AuditReport {
  std::vector<Finding> findings;
  std::array<std::int64_t, finding_kinds> counts{};
  std::int64_t flights_checked = 0;
  std::int64_t bookings_checked = 0;
  std::int64_t drift_seats = 0;     // of all findings but those of kind oversold
  std::int64_t oversold_seats = 0;  // of those
  AuditedPart gate = AuditedPart::checked;
  AuditedPart index = AuditedPart::checked;
  Instant started_at{};
  Milliseconds duration{};

  void add(Finding finding);
  std::int64_t findings_total() const;
  bool ok() const { return findings_total() == 0; }
};

// JSON object of the contract.
void append_audit_json(std::string& out, const AuditReport& report);
// Lines for people.
std::string audit_summary(const AuditReport& report);

}  // namespace flightdeck::audit
