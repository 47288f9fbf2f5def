// What an audit has found, and its text and JSON.
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
  // --- In the ledger ---

  // PENDING and CONFIRMED bookings have more seats than the flight.
  oversold,
  // Seats are for sale that are sold or do not exist.
  seats_surplus,
  // Seats are neither sold nor for sale.
  seats_lost,
  // available_seats is below zero.
  available_negative,
  // A booking names a flight that does not exist.
  unknown_flight,
  // A PENDING booking has no intent, so no worker will settle it.
  pending_without_intent,
  // A refund is due and there is no intent, so no worker will make it.
  refund_without_intent,
  // A CONFIRMED booking has no payment.
  confirmed_unpaid,
  // Fields of a booking contradict each other.
  booking_fields,
  // The amount is no whole price for each of the booking's seats.
  amount_wrong,
  // Another amount was paid, either lately or for a CONFIRMED booking.
  amount_paid_differs,
  // The provider has refunded the payment of a CONFIRMED booking.
  confirmed_refunded,
  intent_without_booking,
  // An intent is long due, and nothing is left to do for its booking.
  intent_needless,
  // An intent is due only in a long time.
  intent_too_late,
  // Events have been in the outbox for long.
  outbox_stuck,

  // --- In the seat gate ---

  // The counter does not match the gate's own count and its open holds.
  gate_counter,
  // The gate counts other seats than the ledger, or those of an old version.
  gate_differs,
  // The gate would sell a flight that is not on sale.
  gate_off_sale,
  // A hold keeps seats from sale for no booking.
  stale_hold,

  // --- In the flight index ---

  // Searches do not find a flight that is on sale.
  index_missing,
  // A flight has fields that the program never writes, so searches do not find it.
  index_unreadable,
  // The index shows something else than the ledger, or something that changed long ago.
  index_differs,
  // The index shows other seats than can be sold.
  index_seats,
  // A flight has a wrong, missing or additional position in the orders of its route.
  index_places,
  // The index shows a flight that is not on sale.
  index_off_sale,
};
inline constexpr std::size_t finding_kinds = static_cast<std::size_t>(FindingKind::index_off_sale) + 1;
std::string_view to_string(FindingKind kind);

struct Finding {
  FindingKind kind = FindingKind::oversold;
  std::optional<FlightId> flight;
  std::optional<BookingId> booking;
  // A text for people.
  std::string detail;
  // The number of seats that are wrong.
  std::int64_t seats = 0;
};

// How far an audit got with the gate or the index.
enum class AuditedPart {
  checked,
  // The index is being filled, and is not searched.
  incomplete,
  away,
  // The part is in the memory of another process.
  elsewhere,
};
std::string_view to_string(AuditedPart part);

// All findings are counted. The first limits::audit_findings_listed are kept.
struct AuditReport {
  std::vector<Finding> findings;
  std::array<std::int64_t, finding_kinds> counts{};
  std::int64_t flights_checked = 0;
  std::int64_t bookings_checked = 0;
  // The wrong seats of all findings except those of kind oversold.
  std::int64_t drift_seats = 0;
  // The wrong seats of findings of kind oversold.
  std::int64_t oversold_seats = 0;
  AuditedPart gate = AuditedPart::checked;
  AuditedPart index = AuditedPart::checked;
  Instant started_at{};
  Milliseconds duration{};

  void add(Finding finding);
  std::int64_t findings_total() const;
  bool ok() const { return findings_total() == 0; }
};

// Appends the JSON object of the contract.
void append_audit_json(std::string& out, const AuditReport& report);
// Several lines for people.
std::string audit_summary(const AuditReport& report);

}  // namespace flightdeck::audit
