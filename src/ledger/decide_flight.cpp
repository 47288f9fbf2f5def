// What is decided about flights.
#include "ledger/decide_batch.h"

namespace flightdeck::ledger {

using flights::Flight;
using flights::FlightStatus;

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
    return Error{ErrorCode::duplicate_flight, "Another flight has this flight_number and departure_ts."};
  }
  Result<Flight> next = flights::replace_flight(flight, draft, now_);
  if (!next) return next.error();
  store_flight(*next, events::flight_updated);
  return Applied{.flight = *next};
}

Result<Applied> Batch::apply(const AddFlight& c) {
  // This command again, say after an answer that got lost: not a duplicate of itself.
  if (const Flight* existing = find_flight(c.id); existing && !c.upsert) return Applied{.flight = *existing};
  if (const FlightId* same_key = find_key({c.draft.flight_number, c.draft.departure})) {
    if (c.upsert) return replace(*find_flight(*same_key), c.draft);
    return Error{ErrorCode::duplicate_flight, "A flight with this flight_number and departure_ts exists."};
  }
  if (const Flight* existing = find_flight(c.id)) return Applied{.flight = *existing};
  const Flight flight = flights::make_flight(c.id, c.draft, now_);
  RowInBatch<Flight> row{flight};
  row.inserted = true;
  flights_.emplace(c.id, std::move(row));
  remember_key(flight);
  emit(flight, events::flight_created);
  return Applied{.flight = flight, .effect = Effect::added};
}

Result<Applied> Batch::apply(const ReplaceFlight& c) {
  const Flight* flight = find_flight(c.id);
  if (!flight) return Error{ErrorCode::not_found, "There is no such flight."};
  if (auto conflict = contradiction(c.condition.get(), flight->version)) return *std::move(conflict);
  return replace(*flight, c.draft);
}

Result<Applied> Batch::apply(const CloseFlight& c) {
  const Flight* flight = find_flight(c.id);
  if (!flight || flight->status == FlightStatus::cancelled) {
    return Error{ErrorCode::not_found, "There is no such flight on sale."};
  }
  if (auto conflict = contradiction(c.condition.get(), flight->version)) return *std::move(conflict);
  if (flight->available_seats != flight->total_seats && !c.even_with_bookings) {
    return Error{ErrorCode::flight_has_bookings,
                 "The flight has live bookings; add ?cancel_bookings=true to cancel and refund them."};
  }
  Flight next = *flight;
  next.status = FlightStatus::cancelled;
  ++next.version;
  next.updated_at = now_;
  store_flight(next, events::flight_cancelled);
  return Applied{.flight = next};
}

Result<Applied> Batch::apply(const ReinstateFlight& c) {
  const Flight* flight = find_flight(c.id);
  if (!flight) return Error{ErrorCode::not_found, "There is no such flight."};
  if (auto conflict = contradiction(c.condition.get(), flight->version)) return *std::move(conflict);
  if (flight->status != FlightStatus::cancelled) {
    return Error{ErrorCode::invalid_state, "The flight is not cancelled; there is nothing to reinstate."};
  }
  Flight next = *flight;
  next.status = FlightStatus::scheduled;
  ++next.version;
  next.updated_at = now_;
  if (!flights::on_sale(next, now_)) return Error{ErrorCode::flight_closed, "The flight has departed."};
  const NaturalKey key{flight->flight_number, flight->departure};
  // Whoever has that key now was not looked up.
  if (key != c.key) return Error{ErrorCode::unavailable, "The flight was changed meanwhile."};
  if (find_key(key)) {
    return Error{ErrorCode::duplicate_flight, "Another flight has this flight_number and departure_ts."};
  }
  store_flight(next, events::flight_reinstated);
  return Applied{.flight = next};
}

}  // namespace flightdeck::ledger
