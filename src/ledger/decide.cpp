#include "ledger/decide.h"

#include <algorithm>
#include <map>

#include "core/json_writer.h"
#include "core/limits.h"
#include "ledger/decide_batch.h"

namespace flightdeck::ledger {

namespace {

using flights::Flight;
using flights::FlightStatus;

Error refuse(ErrorCode code, std::string detail) { return Error{code, std::move(detail), {}}; }

// The rows to write by id, as everything that leaves a batch is ordered. Only pointers are moved about.
template <class Rows>
auto touched_by_id(Rows& rows) {
  std::vector<typename Rows::mapped_type*> ordered;
  ordered.reserve(rows.size());
  for (auto& [id, row] : rows) {
    if (row.touched()) ordered.push_back(&row);
  }
  std::sort(ordered.begin(), ordered.end(),
            [](const auto* a, const auto* b) { return a->value.id < b->value.id; });
  return ordered;
}

Applied with(const Booking& booking) { return Applied{.booking = booking}; }
Applied with(const Flight& flight, bool added = false) { return Applied{.flight = flight, .added = added}; }

// Of a payment that succeeded.
std::optional<PaymentFault> fault_of(const Booking& booking, const SettlePayment& c) {
  if (c.amount && *c.amount != booking.amount) return PaymentFault::amount_differs;
  if (c.refunded) return PaymentFault::refunded;
  return std::nullopt;
}

}  // namespace

// ---- Bookings ----

Result<Applied> Batch::apply(const PlaceBooking& c) {
  if (const Booking* existing = find_booking(c.id)) {
    if (!same_request(*existing, c.user, c.flight, c.seats)) return key_reused();
    return Applied{.booking = *existing, .replayed = true};
  }
  const Flight* flight = find_flight(c.flight);
  if (!flight) return refuse(ErrorCode::not_found, "There is no such flight.");
  if (!flights::on_sale(*flight, now_))
    return refuse(ErrorCode::flight_closed, "The flight is cancelled or has departed.");
  if (flight->available_seats < c.seats) return refuse(ErrorCode::out_of_stock, "Not enough seats are left.");

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
  return with(booking);
}

void Batch::confirm(Booking& booking, const SettlePayment& c) {
  booking.status = BookingStatus::confirmed;
  booking.payment_ref = c.payment_ref;
  booking.failure_reason.clear();
  touch_booking(booking);
  set_intent(booking.id, c.amount ? std::nullopt : c.look_again);
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
Result<Applied> Batch::find_fault(Booking& booking, PaymentFault fault, const SettlePayment& c) {
  booking.payment_ref = c.payment_ref;
  booking.failure_reason = reason_of(fault);
  if (booking.status == BookingStatus::pending) fail(booking, reason_of(fault));
  owe_refund(booking, c.payment_ref);
  return Applied{.booking = booking, .fault = fault};
}

// Of a booking that knows of a payment.
Result<Applied> Batch::settle_again(Booking& booking, const SettlePayment& c) {
  const bool told_before = booking.payment_ref == c.payment_ref;
  const bool confirmed = booking.status == BookingStatus::confirmed;
  // What was given back for a booking without seats is as it should be.
  std::optional<PaymentFault> fault = c.answered ? fault_of(booking, c) : std::nullopt;
  if (!confirmed && fault == PaymentFault::refunded) fault.reset();
  // Found before.
  if (fault && booking.failure_reason == reason_of(*fault)) fault.reset();
  const bool owed_anew = c.answered && (refund_is_void(booking) || (refund_due(booking) && !told_before));
  const bool renamed = c.answered && confirmed && !told_before;
  if (!told_before && !owed_anew && !renamed) {
    return refuse(ErrorCode::invalid_state, "The booking was settled with another payment.");
  }
  if (fault) {
    booking.failure_reason = reason_of(*fault);
    touch_booking(booking);
  }
  // The provider keeps one payment a booking. What a callback called it by, or that it was not found before,
  // counts for nothing against that.
  if (owed_anew) {
    booking.refund_ref.clear();
    owe_refund(booking, c.payment_ref);
  } else if (renamed) {
    booking.payment_ref = c.payment_ref;
    touch_booking(booking);
  }
  return Applied{.booking = booking, .fault = fault};
}

Result<Applied> Batch::settle_success(Booking& booking, const SettlePayment& c) {
  if (!booking.payment_ref.empty()) return settle_again(booking, c);
  const std::optional<PaymentFault> fault = fault_of(booking, c);
  const bool late = booking.status == BookingStatus::failed || booking.status == BookingStatus::cancelled;
  if ((late || fault) && !find_flight(booking.flight)) {
    late_payments_.push_back({booking.id, booking.flight});
    return with(booking);
  }
  switch (booking.status) {
    case BookingStatus::pending:
      if (fault) return find_fault(booking, *fault, c);
      confirm(booking, c);
      break;
    case BookingStatus::failed: {
      const bool declined = booking.failure_reason == reason_payment_declined;
      if (declined && !c.answered) {
        return refuse(ErrorCode::invalid_state, "The payment was declined; a success contradicts that.");
      }
      if (fault) return find_fault(booking, *fault, c);
      const Flight* flight = find_flight(booking.flight);
      if (!declined && flight && flights::on_sale(*flight, now_) &&
          flight->available_seats >= booking.seats) {
        move_seats(booking.flight, -booking.seats);
        confirm(booking, c);
      } else {
        owe_refund(booking, c.payment_ref);
      }
      break;
    }
    case BookingStatus::cancelled:
      if (fault == PaymentFault::amount_differs) return find_fault(booking, *fault, c);
      owe_refund(booking, c.payment_ref);
      break;
    case BookingStatus::confirmed:
      return refuse(ErrorCode::invalid_state, "The booking was settled with another payment.");
  }
  return with(booking);
}

Result<Applied> Batch::settle_failure(Booking& booking, const SettlePayment& c) {
  if (!booking.payment_ref.empty()) {
    return refuse(ErrorCode::invalid_state, "The booking was paid; a failed payment contradicts that.");
  }
  if (booking.status != BookingStatus::pending) {
    // It has said so for good.
    if (c.answered && !c.look_again) set_intent(booking.id, std::nullopt);
    return with(booking);
  }
  fail(booking, c.failure_reason);
  // A callback may be false, or of an attempt that another one follows: then the look at its payment stays.
  if (c.answered) set_intent(booking.id, c.look_again);
  return with(booking);
}

Result<Applied> Batch::apply(const SettlePayment& c) {
  Booking* booking = find_booking(c.id);
  if (!booking) return refuse(ErrorCode::not_found, "There is no such booking.");
  return c.success ? settle_success(*booking, c) : settle_failure(*booking, c);
}

Result<Applied> Batch::apply(const CancelBooking& c) {
  Booking* booking = find_booking(c.id);
  if (!booking) return refuse(ErrorCode::not_found, "There is no such booking.");
  if (booking->status == BookingStatus::failed) {
    return refuse(ErrorCode::invalid_state, "The booking has failed; there is nothing to cancel.");
  }
  if (booking->status == BookingStatus::cancelled) return with(*booking);
  const Flight* flight = c.with_flight ? find_flight(booking->flight) : nullptr;
  if (flight && flight->status == FlightStatus::scheduled) {
    return refuse(ErrorCode::version_conflict, "The flight was reinstated; its bookings stay.");
  }
  const bool was_pending = booking->status == BookingStatus::pending;
  booking->status = BookingStatus::cancelled;
  touch_booking(*booking);
  move_seats(booking->flight, booking->seats);
  // Unpaid yet: its intent stays, since a charge may be under way and would have to be refunded.
  if (refund_due(*booking)) set_intent(booking->id, c.with_flight ? now_ : now_ + limits::unfinished_lease);
  emit(*booking, events::booking_cancelled);
  if (was_pending) settled(*booking);
  return with(*booking);
}

Result<Applied> Batch::apply(const RecordRefund& c) {
  Booking* booking = find_booking(c.id);
  if (!booking) return refuse(ErrorCode::not_found, "There is no such booking.");
  if (!booking->refund_ref.empty()) return with(*booking);
  if (!refund_due(*booking)) return refuse(ErrorCode::invalid_state, "No refund is due.");
  if (booking->payment_ref != c.payment_ref)
    return refuse(ErrorCode::invalid_state, "The refund that is due is that of another payment.");
  booking->refund_ref = c.refund_ref;
  touch_booking(*booking);
  set_intent(booking->id, std::nullopt);
  if (!refund_is_void(*booking)) emit(*booking, events::booking_refunded);
  return with(*booking);
}

Result<Applied> Batch::apply(const RescheduleIntent& c) {
  const Booking* booking = find_booking(c.id);
  if (!booking) return refuse(ErrorCode::not_found, "There is no such booking.");
  // The booking has moved on since the caller read it: who moved it has said when to look again.
  if (state_of(*booking) != c.as_read) return with(*booking);
  // An unsettled or unrefunded one is never forgotten.
  const bool forgettable = booking->status != BookingStatus::pending && !refund_due(*booking);
  if (c.next || forgettable) set_intent(c.id, c.next);
  return with(*booking);
}

// ---- Flights ----

void Batch::move_seats(FlightId id, std::int64_t change) {
  RowInBatch<Flight>& row = flights_.at(id);
  row.value.available_seats += change;
  ++row.value.version;
  row.value.updated_at = now_;
  row.updated = true;
}

void Batch::store_flight(const Flight& next, std::string_view event) {
  RowInBatch<Flight>& row = flights_.at(next.id);
  forget_key(row.value);
  row.value = next;
  row.updated = true;
  row.redescribed = true;
  remember_key(next);
  for (auto& [id, booking] : bookings_) {
    if (booking.value.flight == next.id)
      // Read with the booking, not stored in it.
      booking.value.date = next.date;
  }
  emit(next, event);
}

Result<Applied> Batch::replace(const Flight& flight, const flights::FlightDraft& draft) {
  const FlightId* same_key = find_key({draft.flight_number, draft.departure});
  // Who has the key of a cancelled flight is not in its way: it is closed.
  if (same_key && *same_key != flight.id && flight.status == FlightStatus::scheduled) {
    return refuse(ErrorCode::duplicate_flight, "Another flight has this flight_number and departure_ts.");
  }
  Result<Flight> next = flights::replace_flight(flight, draft, now_);
  if (!next) return next.error();
  store_flight(*next, events::flight_updated);
  return with(*next);
}

Result<Applied> Batch::apply(const AddFlight& c) {
  // This command again, say after an answer that got lost: not a duplicate of itself.
  if (const Flight* existing = find_flight(c.id); existing && !c.upsert) return with(*existing);
  if (const FlightId* same_key = find_key({c.draft.flight_number, c.draft.departure})) {
    if (c.upsert) return replace(*find_flight(*same_key), c.draft);
    return refuse(ErrorCode::duplicate_flight, "A flight with this flight_number and departure_ts exists.");
  }
  if (const Flight* existing = find_flight(c.id)) return with(*existing);
  const Flight flight = flights::make_flight(c.id, c.draft, now_);
  RowInBatch<Flight> row{flight};
  row.inserted = true;
  flights_.emplace(c.id, std::move(row));
  remember_key(flight);
  emit(flight, events::flight_created);
  return with(flight, true);
}

Result<Applied> Batch::apply(const ReplaceFlight& c) {
  const Flight* flight = find_flight(c.id);
  if (!flight) return refuse(ErrorCode::not_found, "There is no such flight.");
  if (auto conflict = contradiction(c.condition.get(), flight->version)) return *std::move(conflict);
  return replace(*flight, c.draft);
}

Result<Applied> Batch::apply(const CloseFlight& c) {
  const Flight* flight = find_flight(c.id);
  if (!flight || flight->status == FlightStatus::cancelled) {
    return refuse(ErrorCode::not_found, "There is no such flight on sale.");
  }
  if (auto conflict = contradiction(c.condition.get(), flight->version)) return *std::move(conflict);
  if (flight->available_seats != flight->total_seats && !c.even_with_bookings) {
    return refuse(ErrorCode::flight_has_bookings,
                  "The flight has live bookings; add ?cancel_bookings=true to cancel and refund them.");
  }
  Flight next = *flight;
  next.status = FlightStatus::cancelled;
  ++next.version;
  next.updated_at = now_;
  store_flight(next, events::flight_cancelled);
  return with(next);
}

Result<Applied> Batch::apply(const ReinstateFlight& c) {
  const Flight* flight = find_flight(c.id);
  if (!flight) return refuse(ErrorCode::not_found, "There is no such flight.");
  if (auto conflict = contradiction(c.condition.get(), flight->version)) return *std::move(conflict);
  if (flight->status != FlightStatus::cancelled) {
    return refuse(ErrorCode::invalid_state, "The flight is not cancelled; there is nothing to reinstate.");
  }
  Flight next = *flight;
  next.status = FlightStatus::scheduled;
  ++next.version;
  next.updated_at = now_;
  if (!flights::on_sale(next, now_)) return refuse(ErrorCode::flight_closed, "The flight has departed.");
  const NaturalKey key{flight->flight_number, flight->departure};
  // Whoever has that key now was not looked up.
  if (key != c.key) return refuse(ErrorCode::unavailable, "The flight was changed meanwhile.");
  if (find_key(key)) {
    return refuse(ErrorCode::duplicate_flight, "Another flight has this flight_number and departure_ts.");
  }
  store_flight(next, events::flight_reinstated);
  return with(next);
}

// ---- What comes out ----

void Batch::emit(const Booking& booking, std::string_view type) {
  events::Event event{events::event_id(booking.id.value, type, 0), type, booking.id.value, {}};
  append_booking_json(event.data, booking);
  changes_.events.push_back(std::move(event));
}

void Batch::emit(const Flight& flight, std::string_view type) {
  events::Event event{events::event_id(flight.id.value, type, flight.version), type, flight.id.value, {}};
  flights::append_flight_json(event.data, flight);
  changes_.events.push_back(std::move(event));
}

BatchDecision Batch::finish(std::vector<Result<Applied>> outcomes, std::span<const Command> commands) {
  BatchDecision decision;
  decision.late_payments = std::move(late_payments_);
  for (Result<Applied>& outcome : outcomes) {
    if (!outcome || !outcome->booking || outcome->replayed) continue;
    const BookingInBatch& row = bookings_.at(outcome->booking->id);
    outcome->as_written = row.inserted && !row.updated;
  }
  decision.outcomes = std::move(outcomes);
  decision.stats = stats_;
  decision.settled.reserve(settled_.size());
  for (const BookingId id : settled_) decision.settled.push_back(bookings_.at(id).value);

  // Every flight that changed, or that a booking was tried on: what the gate believes of it may be wrong.
  std::map<FlightId, FlightUpdate> updates;
  for (const auto& [id, row] : flights_) {
    if (row.inserted || row.updated) updates[id].id = id;
  }
  for (const Command& command : commands) {
    if (const auto* place = std::get_if<PlaceBooking>(&command)) {
      FlightUpdate& item = updates[place->flight];
      item.id = place->flight;
      item.settled_holds.push_back(place->id);
    }
  }
  for (auto& [id, item] : updates) {
    const auto row = flights_.find(id);
    if (row != flights_.end()) {
      item.flight = row->second.value;
      item.seats_only = !row->second.inserted && !row->second.redescribed;
    }
    decision.updates.push_back(std::move(item));
  }

  for (RowInBatch<Flight>* row : touched_by_id(flights_)) {
    if (row->inserted)
      changes_.inserted_flights.push_back(std::move(row->value));
    else if (row->updated)
      (row->redescribed ? changes_.updated_flights : changes_.updated_seats).push_back(std::move(row->value));
  }
  changes_.inserted_bookings.reserve(static_cast<std::size_t>(stats_.placed));
  for (BookingInBatch* row : touched_by_id(bookings_)) {
    if (row->intent_set) changes_.intents.push_back({row->value.id, row->intent_due, row->inserted});
    if (row->inserted)
      changes_.inserted_bookings.push_back(std::move(row->value));
    else if (row->updated)
      changes_.updated_bookings.push_back(std::move(row->value));
  }
  decision.changes = std::move(changes_);
  return decision;
}

Error key_reused() {
  return refuse(ErrorCode::idempotency_key_reused, "This Idempotency-Key was used for another booking.");
}

bool LedgerChanges::empty() const {
  return flight_rows() == 0 && booking_rows() == 0 && intents.empty() && events.empty();
}

BatchDecision decide(LedgerRows rows, std::span<const Command> commands, Instant now) {
  Batch batch(std::move(rows), commands.size(), now);
  std::vector<Result<Applied>> outcomes;
  outcomes.reserve(commands.size());
  for (const Command& command : commands) {
    outcomes.push_back(std::visit([&batch](const auto& c) { return batch.apply(c); }, command));
  }
  return batch.finish(std::move(outcomes), commands);
}

}  // namespace flightdeck::ledger
