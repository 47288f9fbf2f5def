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
  // More seats in PENDING and CONFIRMED bookings than the flight has.
  oversold,
  // Seats for sale that are sold or that there are not.
  seats_surplus,
  // Seats that are neither sold nor for sale.
  seats_lost,
  // available_seats below zero.
  available_negative,
  // A booking of a flight that does not exist.
  unknown_flight,
  // Nobody will come back to it.
  pending_without_intent,
  // A refund is due, and nobody will make it.
  refund_without_intent,
  // CONFIRMED without a payment.
  confirmed_unpaid,
  // Fields that do not go together.
  booking_fields,
  // No whole price for each of its seats.
  amount_wrong,
  // Another amount was paid, lately or for what is CONFIRMED.
  amount_paid_differs,
  // CONFIRMED, and the provider calls its payment refunded.
  confirmed_refunded,
  intent_without_booking,
  // Long due for a booking of which nothing is left to do.
  intent_needless,
  // Somebody comes back to its booking, but not for a long time.
  intent_too_late,
  // Events that nobody publishes.
  outbox_stuck,
  // In the seat gate.
  // Is not what the gate's own count and its open holds make.
  gate_counter,
  // Counts other seats than the ledger, or those of a version long past.
  gate_differs,
  // Would sell a flight that is not on sale.
  gate_off_sale,
  // Keeps seats from sale for nobody.
  stale_hold,
  // In the flight index.
  // A flight on sale that searches do not find.
  index_missing,
  // Fields that the program never writes, so that searches do not find it.
  index_unreadable,
  // Shows something else than the ledger, or what has long changed.
  index_differs,
  // Shows other seats than can be sold.
  index_seats,
  // Stands elsewhere in the orders of its route than it should, or also elsewhere.
  index_places,
  // Shows a flight that is not on sale.
  index_off_sale,
};
inline constexpr std::size_t finding_kinds = static_cast<std::size_t>(FindingKind::index_off_sale) + 1;
std::string_view to_string(FindingKind kind);

struct Finding {
  FindingKind kind = FindingKind::oversold;
  std::optional<FlightId> flight;
  std::optional<BookingId> booking;
  // For people.
  std::string detail;
  // That are wrong by this.
  std::int64_t seats = 0;
};

// How far an audit got with the gate or the index.
enum class AuditedPart {
  checked,
  // An index that is being filled: nobody searches it.
  incomplete,
  away,
  // In the memory of another process.
  elsewhere,
};
std::string_view to_string(AuditedPart part);

// All is counted; of the findings the first limits::audit_findings_listed are kept.
struct AuditReport {
  std::vector<Finding> findings;
  std::array<std::int64_t, finding_kinds> counts{};
  std::int64_t flights_checked = 0;
  std::int64_t bookings_checked = 0;
  // Of all findings but those of kind oversold.
  std::int64_t drift_seats = 0;
  // Of those.
  std::int64_t oversold_seats = 0;
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
