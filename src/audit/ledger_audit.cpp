#include "audit/ledger_audit.h"

#include <algorithm>
#include <utility>

#include "core/limits.h"

namespace flightdeck::audit {

namespace {

using ledger::Booking;
using ledger::BookingStatus;

bool faulty_payment(const Booking& booking) {
  return booking.status == BookingStatus::confirmed && !booking.payment_ref.empty() &&
         (booking.failure_reason == ledger::reason_amount_differs ||
          booking.failure_reason == ledger::reason_payment_refunded);
}

// What does not go together; empty: all of it does.
std::string odd_fields(const Booking& booking) {
  const bool failed = booking.status == BookingStatus::failed;
  if (booking.seats <= 0) return "it is of no seats";
  if (booking.payment_ref.empty() && !booking.refund_ref.empty()) return "a refund without a payment";
  if (holds_seats(booking) && !booking.refund_ref.empty()) return "it was refunded and holds seats";
  if (booking.status == BookingStatus::pending && !booking.payment_ref.empty())
    return "it was paid and is still PENDING";
  if (failed && booking.failure_reason.empty()) return "it FAILED for no reason";
  // A payment that does not pay for it is a finding of its own.
  if (faulty_payment(booking)) return {};
  if (!failed && !booking.failure_reason.empty() && booking.status != BookingStatus::cancelled)
    return "it has a reason for a failure and did not fail";
  return {};
}

std::string count_of(std::int64_t seats, std::string_view what) {
  return std::to_string(seats) + " " + std::string(what);
}

}  // namespace

void LedgerAudit::add(FindingKind kind, const Booking& booking, std::string detail) {
  report_.add({kind, booking.flight, booking.id, std::move(detail)});
}

void LedgerAudit::inspect(const flights::Flight& flight) {
  ++report_.flights_checked;
  seats_[flight.id] = {flight.total_seats, flight.available_seats};
}

void LedgerAudit::inspect(const ledger::BookingRow& row) {
  ++report_.bookings_checked;
  const Booking& booking = row.booking;
  const auto flight = seats_.find(booking.flight);
  if (flight == seats_.end()) {
    add(FindingKind::unknown_flight, booking, "its flight does not exist");
  } else if (holds_seats(booking)) {
    flight->second.live += booking.seats;
  }
  if (booking.status == BookingStatus::pending && !row.has_intent)
    add(FindingKind::pending_without_intent, booking, "PENDING, and nobody will come back to it");
  if (refund_due(booking) && !row.has_intent)
    add(FindingKind::refund_without_intent, booking, "a refund is due, and nobody will make it");
  if (booking.status == BookingStatus::confirmed && booking.payment_ref.empty())
    add(FindingKind::confirmed_unpaid, booking, "CONFIRMED without a payment");
  if (std::string odd = odd_fields(booking); !odd.empty())
    add(FindingKind::booking_fields, booking, std::move(odd));
  if (booking.seats > 0 && booking.amount.minor % booking.seats != 0)
    add(FindingKind::amount_wrong, booking, "its amount is no whole price for each of its seats");
  inspect_payment(booking);
}

void LedgerAudit::inspect_payment(const Booking& booking) {
  const bool confirmed = booking.status == BookingStatus::confirmed;
  if (confirmed && booking.failure_reason == ledger::reason_payment_refunded)
    add(FindingKind::confirmed_refunded, booking, "CONFIRMED, and its payment was refunded");
  if (booking.failure_reason != ledger::reason_amount_differs) return;
  const std::string owed = "another amount was paid than " + format_money(booking.amount);
  if (confirmed) {
    add(FindingKind::amount_paid_differs, booking, owed + ", and it is CONFIRMED");
  } else if (refund_due(booking)) {
    add(FindingKind::amount_paid_differs, booking, owed + ", and is to be refunded");
  } else if (booking.updated_at + limits::audit_wrong_payment_told_for > now_) {
    add(FindingKind::amount_paid_differs, booking, owed + "; it was refunded");
  }
}

void LedgerAudit::inspect(const ledger::IntentRow& intent) {
  if (!intent.booking) {
    report_.add({FindingKind::intent_without_booking, std::nullopt, intent.id, "there is no such booking"});
    return;
  }
  // The worker removes those that others have made needless when their time comes.
  if (next_step(*intent.booking) == ledger::NextStep::nothing &&
      intent.due + limits::audit_intent_patience < now_) {
    add(FindingKind::intent_needless, *intent.booking,
        "there is nothing left to do, and it is listed as unfinished");
    return;
  }
  // Leases and looks at the payment are never further away, by the clock of whoever wrote them. That one may
  // be ahead: twice the time is as much as matters to nobody.
  const Instant last = std::max(intent.booking->expires_at, now_) + limits::payment_recheck_last;
  const Milliseconds ahead = 2 * limits::payment_recheck_last + limits::audit_intent_patience;
  if (intent.due > last + ahead) {
    add(FindingKind::intent_too_late, *intent.booking,
        "nobody comes back to it until " + format_rfc3339(intent.due));
  }
}

void LedgerAudit::inspect(const ledger::OutboxRest& rest) {
  if (rest.rows == 0) return;
  report_.add({FindingKind::outbox_stuck, std::nullopt, std::nullopt,
               count_of(rest.rows, "rows of events are not published, the oldest since ") +
                   format_rfc3339(rest.oldest)});
}

std::vector<FlightId> LedgerAudit::finish() {
  std::vector<FlightId> ids;
  ids.reserve(seats_.size());
  for (const auto& [id, seats] : seats_) ids.push_back(id);
  std::sort(ids.begin(), ids.end());
  for (const FlightId id : ids) {
    const Seats& seats = seats_.at(id);
    const std::string sums = count_of(seats.live, "booked, ") + count_of(seats.available, "available, ") +
                             count_of(seats.total, "in all");
    const std::int64_t over = seats.live - seats.total;
    const std::int64_t accounted = seats.live + seats.available;
    const auto found = [&](FindingKind kind, std::int64_t count) {
      report_.add({kind, id, std::nullopt, sums, count});
    };
    if (over > 0) found(FindingKind::oversold, over);
    if (seats.available < 0) found(FindingKind::available_negative, -seats.available);
    if (accounted > seats.total) {
      const std::int64_t surplus =
          over > 0 ? std::max<std::int64_t>(seats.available, 0) : accounted - seats.total;
      if (surplus > 0) found(FindingKind::seats_surplus, surplus);
    }
    if (accounted < seats.total) found(FindingKind::seats_lost, seats.total - accounted);
  }
  return ids;
}

}  // namespace flightdeck::audit
