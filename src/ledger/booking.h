// A booking and the questions that can be asked of it without any I/O.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/ids.h"
#include "core/money.h"
#include "core/time.h"

namespace flightdeck::ledger {

// PENDING -> CONFIRMED | FAILED | CANCELLED; CONFIRMED -> CANCELLED; FAILED -> CONFIRMED only by a late
// payment.
enum class BookingStatus { pending, confirmed, failed, cancelled };
std::string_view to_string(BookingStatus status);
std::optional<BookingStatus> parse_booking_status(std::string_view text);

// The provider said so in time.
inline constexpr std::string_view reason_payment_declined = "payment_declined";
// Not known to be paid in time.
inline constexpr std::string_view reason_payment_timeout = "payment_timeout";
// What was paid is no payment of the booking. A booking that a callback had confirmed before stays so, and
// bears the reason.
// Another amount was paid.
inline constexpr std::string_view reason_amount_differs = "payment_amount_differs";
// It was given back.
inline constexpr std::string_view reason_payment_refunded = "payment_refunded";

// Why a payment that succeeded does not pay for its booking.
enum class PaymentFault { amount_differs, refunded };
std::string_view reason_of(PaymentFault fault);

struct Booking {
  BookingId id;
  UserId user;
  FlightId flight;
  // The flight's local departure date; read with the booking, not stored in it.
  Date date{};
  std::int64_t seats = 0;
  Money amount;
  BookingStatus status = BookingStatus::pending;
  // Empty: none.
  std::string failure_reason;
  // Empty: no payment known.
  std::string payment_ref;
  // Empty: nothing refunded.
  std::string refund_ref;
  // Unpaid by then, the provider is asked and the booking settled.
  Instant expires_at{};
  Instant created_at{};
  Instant updated_at{};

  friend bool operator==(const Booking&, const Booking&) = default;
};

inline bool holds_seats(const Booking& booking) {
  return booking.status == BookingStatus::pending || booking.status == BookingStatus::confirmed;
}

// What decides of a booking's next step. A step is taken only while this is as it was read.
struct BookingState {
  BookingStatus status = BookingStatus::pending;
  std::string payment_ref;
  std::string refund_ref;

  friend bool operator==(const BookingState&, const BookingState&) = default;
};
inline BookingState state_of(const Booking& booking) {
  return {booking.status, booking.payment_ref, booking.refund_ref};
}

// Would a payment confirm it, if its seats are free?
inline bool waits_for_payment(const Booking& booking) {
  const bool expired =
      booking.status == BookingStatus::failed && booking.failure_reason == reason_payment_timeout;
  return booking.payment_ref.empty() && (booking.status == BookingStatus::pending || expired);
}

// Money was taken for seats that the booking does not have, and has not been given back yet.
inline bool refund_due(const Booking& booking) {
  return !holds_seats(booking) && !booking.payment_ref.empty() && booking.refund_ref.empty();
}

// The refund of a payment that the provider does not have: there is nothing to give back.
std::string void_refund_ref(const Booking& booking);
inline bool refund_is_void(const Booking& booking) {
  return !booking.refund_ref.empty() && booking.refund_ref == void_refund_ref(booking);
}

// What is left to do for a booking that is listed as unfinished.
enum class NextStep {
  // Its payment is unknown, or a callback confirmed it that did not say how much was paid.
  ask_provider,
  refund,
  nothing,
};
NextStep next_step(const Booking& booking);

// What the provider, asked at some time, knows of a payment that has not succeeded.
enum class ProviderRecord {
  // Nothing.
  none,
  // It has it, and may still take the money.
  undecided,
  // For good.
  declined,
};
// When to ask again, be it to learn of a payment or to have one refunded; nullopt: never. `silent`: when the
// provider last failed to answer, for what it was sent before then it may read only after.
std::optional<Instant> next_payment_inquiry(const Booking& booking, ProviderRecord record, Instant silent,
                                            Instant now);

// Does a repeated request ask for what it asked for before?
inline bool same_request(const Booking& booking, UserId user, FlightId flight, std::int64_t seats) {
  return booking.user == user && booking.flight == flight && booking.seats == seats;
}

// The id of the booking that a user's Idempotency-Key stands for: the same wherever and whenever it is
// computed.
BookingId idempotent_booking_id(UserId user, std::string_view key);

// JSON object of the contract.
void append_booking_json(std::string& out, const Booking& booking);

}  // namespace flightdeck::ledger
