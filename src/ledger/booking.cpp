#include "ledger/booking.h"

#include <algorithm>

#include "core/json_writer.h"
#include "core/limits.h"

namespace flightdeck::ledger {

std::string_view to_string(BookingStatus status) {
  switch (status) {
    case BookingStatus::pending: return "PENDING";
    case BookingStatus::confirmed: return "CONFIRMED";
    case BookingStatus::failed: return "FAILED";
    case BookingStatus::cancelled: return "CANCELLED";
  }
  return "PENDING";
}

std::optional<BookingStatus> parse_booking_status(std::string_view text) {
  for (const BookingStatus status :
       {BookingStatus::pending, BookingStatus::confirmed, BookingStatus::failed, BookingStatus::cancelled}) {
    if (text == to_string(status)) return status;
  }
  return std::nullopt;
}

std::string_view reason_of(PaymentFault fault) {
  return fault == PaymentFault::refunded ? reason_payment_refunded : reason_amount_differs;
}

std::string void_refund_ref(const Booking& booking) { return "void-" + booking.payment_ref; }

NextStep next_step(const Booking& booking) {
  if (booking.status == BookingStatus::confirmed) return NextStep::ask_provider;
  if (booking.payment_ref.empty() || refund_is_void(booking)) return NextStep::ask_provider;
  return refund_due(booking) ? NextStep::refund : NextStep::nothing;
}

std::optional<Instant> next_payment_inquiry(const Booking& booking, ProviderRecord record, Instant silent,
                                            Instant now) {
  if (record == ProviderRecord::declined) return std::nullopt;
  const Instant since = std::max(booking.expires_at, silent);
  const Instant first = since + limits::payment_recheck_first;
  const Instant last = since + limits::payment_recheck_last;
  if (now < first) return first;
  if (now < last) return last;
  // It may still take the money. And whoever comes late for the first time may only have a clock that is
  // ahead.
  if (record == ProviderRecord::undecided || booking.status == BookingStatus::pending)
    return now + limits::payment_recheck_last;
  return std::nullopt;
}

BookingId idempotent_booking_id(UserId user, std::string_view key) {
  return BookingId{make_uuid_v5(user.value, key)};
}

void append_booking_json(std::string& out, const Booking& booking) {
  constexpr std::size_t expected_bytes = 512;
  out.reserve(out.size() + expected_bytes);
  JsonWriter json(out);
  json.begin_object().member("booking_id", booking.id).member("user_id", booking.user);
  json.member("flight_id", booking.flight).member("date", booking.date).member("seats", booking.seats);
  json.member("amount", booking.amount).member("status", to_string(booking.status));
  json.key("failure_reason").value_or_null(booking.failure_reason);
  json.key("payment_ref").value_or_null(booking.payment_ref);
  json.key("refund_ref").value_or_null(booking.refund_ref);
  json.member("expires_at", booking.expires_at).member("created_at", booking.created_at);
  json.member("updated_at", booking.updated_at).end_object();
}

}  // namespace flightdeck::ledger
