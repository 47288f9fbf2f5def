// What is decided about payments of bookings.
#include "core/limits.h"
#include "ledger/decide_batch.h"

namespace flightdeck::ledger {

namespace {

// Of a payment that succeeded.
std::optional<PaymentFault> fault_of(const Booking& booking, const PaymentSucceeded& paid) {
  if (paid.amount && *paid.amount != booking.amount) return PaymentFault::amount_differs;
  if (paid.refunded) return PaymentFault::refunded;
  return std::nullopt;
}

}  // namespace

void Batch::confirm(Booking& booking, const PaymentSucceeded& paid) {
  booking.status = BookingStatus::confirmed;
  booking.payment_ref = paid.payment_ref;
  booking.failure_reason.clear();
  touch_booking(booking);
  set_intent(booking.id, paid.amount ? std::nullopt : paid.ask_again_at);
  emit(booking, events::booking_confirmed);
  ++stats_.confirmed;
  settled(booking);
}

void Batch::fail(Booking& booking, std::string_view reason) {
  booking.status = BookingStatus::failed;
  booking.failure_reason = reason;
  touch_booking(booking);
  move_seats(booking.flight, booking.seats);
  emit(booking, events::booking_failed);
  ++stats_.failed;
  settled(booking);
}

void Batch::owe_refund(Booking& booking, const std::string& payment_ref) {
  booking.payment_ref = payment_ref;
  touch_booking(booking);
  set_intent(booking.id, now_ + limits::unfinished_lease);
}

// Of a booking that knew of no payment: it gets no seats for this one.
Result<Applied> Batch::find_fault(Booking& booking, PaymentFault fault, const PaymentSucceeded& paid) {
  booking.payment_ref = paid.payment_ref;
  booking.failure_reason = reason_of(fault);
  if (booking.status == BookingStatus::pending) fail(booking, reason_of(fault));
  owe_refund(booking, paid.payment_ref);
  return Applied{.booking = booking, .fault = fault};
}

// Of a booking that knows of a payment.
Result<Applied> Batch::settle_again(Booking& booking, const PaymentSucceeded& paid, PaymentSource source) {
  const bool by_provider = source == PaymentSource::provider;
  const bool known_before = booking.payment_ref == paid.payment_ref;
  const bool confirmed = booking.status == BookingStatus::confirmed;
  // What was given back for a booking without seats is as it should be.
  std::optional<PaymentFault> fault = by_provider ? fault_of(booking, paid) : std::nullopt;
  if (!confirmed && fault == PaymentFault::refunded) fault.reset();
  // Found before.
  if (fault && booking.failure_reason == reason_of(*fault)) fault.reset();
  const bool owed_anew = by_provider && (refund_is_void(booking) || (refund_due(booking) && !known_before));
  const bool renamed = by_provider && confirmed && !known_before;
  if (!known_before && !owed_anew && !renamed) {
    return Error{ErrorCode::invalid_state, "The booking was settled with another payment."};
  }
  if (fault) {
    booking.failure_reason = reason_of(*fault);
    touch_booking(booking);
  }
  // The provider keeps one payment a booking. What a callback called it by, or that it was not found before,
  // counts for nothing against that.
  if (owed_anew) {
    booking.refund_ref.clear();
    owe_refund(booking, paid.payment_ref);
  } else if (renamed) {
    booking.payment_ref = paid.payment_ref;
    touch_booking(booking);
  }
  return Applied{.booking = booking, .fault = fault};
}

Result<Applied> Batch::settle_success(Booking& booking, const PaymentSucceeded& paid, PaymentSource source) {
  if (!booking.payment_ref.empty()) return settle_again(booking, paid, source);
  const std::optional<PaymentFault> fault = fault_of(booking, paid);
  const bool late = booking.status == BookingStatus::failed || booking.status == BookingStatus::cancelled;
  if ((late || fault) && !find_flight(booking.flight)) {
    late_payments_.push_back({booking.id, booking.flight});
    return Applied{.booking = booking};
  }
  switch (booking.status) {
    case BookingStatus::pending:
      if (fault) return find_fault(booking, *fault, paid);
      confirm(booking, paid);
      break;
    case BookingStatus::failed: {
      const bool declined = booking.failure_reason == reason_payment_declined;
      if (declined && source == PaymentSource::callback) {
        return Error{ErrorCode::invalid_state, "The payment was declined; a success contradicts that."};
      }
      if (fault) return find_fault(booking, *fault, paid);
      const flights::Flight* flight = find_flight(booking.flight);
      if (!declined && flight && flights::on_sale(*flight, now_) &&
          flight->available_seats >= booking.seats) {
        move_seats(booking.flight, -booking.seats);
        confirm(booking, paid);
      } else {
        owe_refund(booking, paid.payment_ref);
      }
      break;
    }
    case BookingStatus::cancelled:
      if (fault == PaymentFault::amount_differs) return find_fault(booking, *fault, paid);
      owe_refund(booking, paid.payment_ref);
      break;
    case BookingStatus::confirmed:
      return Error{ErrorCode::invalid_state, "The booking was settled with another payment."};
  }
  return Applied{.booking = booking};
}

Result<Applied> Batch::settle_failure(Booking& booking, const PaymentFailed& failed, PaymentSource source) {
  if (!booking.payment_ref.empty()) {
    return Error{ErrorCode::invalid_state, "The booking was paid; a failed payment contradicts that."};
  }
  if (booking.status != BookingStatus::pending) {
    // The provider has said so for good.
    if (source == PaymentSource::provider && !failed.ask_again_at) set_intent(booking.id, std::nullopt);
    return Applied{.booking = booking};
  }
  fail(booking, failed.reason);
  // A callback may be false, or another attempt may follow. The provider is asked all the same.
  if (source == PaymentSource::provider) set_intent(booking.id, failed.ask_again_at);
  return Applied{.booking = booking};
}

Result<Applied> Batch::apply(const SettlePayment& c) {
  Booking* booking = find_booking(c.id);
  if (!booking) return Error{ErrorCode::not_found, "There is no such booking."};
  if (const auto* paid = std::get_if<PaymentSucceeded>(&c.outcome))
    return settle_success(*booking, *paid, c.source);
  return settle_failure(*booking, std::get<PaymentFailed>(c.outcome), c.source);
}

}  // namespace flightdeck::ledger
