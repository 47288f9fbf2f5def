// What is decided about bookings, but for their payments.
#include "core/limits.h"
#include "ledger/decide_batch.h"

namespace flightdeck::ledger {

Result<Applied> Batch::apply(const PlaceBooking& c) {
  if (const Booking* existing = find_booking(c.id)) {
    if (!same_request(*existing, c.user, c.flight, c.seats)) return key_reused();
    return Applied{.booking = *existing, .effect = Effect::replayed};
  }
  const flights::Flight* flight = find_flight(c.flight);
  if (!flight) return Error{ErrorCode::not_found, "There is no such flight."};
  if (!flights::on_sale(*flight, now_))
    return Error{ErrorCode::flight_closed, "The flight is cancelled or has departed."};
  if (flight->available_seats < c.seats) return Error{ErrorCode::out_of_stock, "Not enough seats are left."};

  BookingInBatch& row = bookings_[c.id];
  row.inserted = true;
  Booking& booking = row.value;
  booking.id = c.id;
  booking.user = c.user;
  booking.flight = c.flight;
  booking.date = flight->date;
  booking.seats = c.seats;
  booking.amount = flight->price * c.seats;
  booking.expires_at = now_ + c.payment_timeout;
  booking.created_at = now_;
  booking.updated_at = now_;
  move_seats(c.flight, -c.seats);
  set_intent(c.id, booking.expires_at);
  emit(booking, events::booking_intent_created);
  ++stats_.placed;
  return Applied{.booking = booking, .effect = Effect::added};
}

Result<Applied> Batch::apply(const CancelBooking& c) {
  Booking* booking = find_booking(c.id);
  if (!booking) return Error{ErrorCode::not_found, "There is no such booking."};
  if (booking->status == BookingStatus::failed) {
    return Error{ErrorCode::invalid_state, "The booking has failed; there is nothing to cancel."};
  }
  if (booking->status == BookingStatus::cancelled) return Applied{.booking = *booking};
  const flights::Flight* flight = c.with_flight ? find_flight(booking->flight) : nullptr;
  if (flight && flight->status == flights::FlightStatus::scheduled) {
    return Error{ErrorCode::version_conflict, "The flight was reinstated; its bookings stay."};
  }
  const bool was_pending = booking->status == BookingStatus::pending;
  booking->status = BookingStatus::cancelled;
  touch_booking(*booking);
  move_seats(booking->flight, booking->seats);
  // Unpaid yet: its intent stays, since a charge may be under way and would have to be refunded.
  if (refund_due(*booking)) set_intent(booking->id, c.with_flight ? now_ : now_ + limits::unfinished_lease);
  emit(*booking, events::booking_cancelled);
  if (was_pending) settled(*booking);
  return Applied{.booking = *booking};
}

Result<Applied> Batch::apply(const RecordRefund& c) {
  Booking* booking = find_booking(c.id);
  if (!booking) return Error{ErrorCode::not_found, "There is no such booking."};
  if (!booking->refund_ref.empty()) return Applied{.booking = *booking};
  if (!refund_due(*booking)) return Error{ErrorCode::invalid_state, "No refund is due."};
  if (booking->payment_ref != c.payment_ref)
    return Error{ErrorCode::invalid_state, "The refund that is due is that of another payment."};
  booking->refund_ref = c.refund_ref;
  touch_booking(*booking);
  set_intent(booking->id, std::nullopt);
  if (!refund_is_void(*booking)) emit(*booking, events::booking_refunded);
  return Applied{.booking = *booking};
}

Result<Applied> Batch::apply(const RescheduleIntent& c) {
  const Booking* booking = find_booking(c.id);
  if (!booking) return Error{ErrorCode::not_found, "There is no such booking."};
  // The booking has moved on since the caller read it: who moved it has said when to look again.
  if (state_of(*booking) != c.as_read) return Applied{.booking = *booking};
  // An unsettled or unrefunded one is never forgotten.
  const bool forgettable = booking->status != BookingStatus::pending && !refund_due(*booking);
  if (c.next || forgettable) set_intent(c.id, c.next);
  return Applied{.booking = *booking};
}

}  // namespace flightdeck::ledger
