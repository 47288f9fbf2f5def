#include "ledger/decide.h"

#include <algorithm>
#include <map>

#include "core/json_writer.h"
#include "ledger/decide_batch.h"

namespace flightdeck::ledger {

namespace {

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

}  // namespace

void Batch::emit(const Booking& booking, std::string_view type) {
  events::Event event{events::event_id(booking.id.value, type, 0), type, booking.id.value, {}};
  append_booking_json(event.data, booking);
  changes_.events.push_back(std::move(event));
}

void Batch::emit(const flights::Flight& flight, std::string_view type) {
  events::Event event{events::event_id(flight.id.value, type, flight.version), type, flight.id.value, {}};
  flights::append_flight_json(event.data, flight);
  changes_.events.push_back(std::move(event));
}

BatchDecision Batch::finish(std::vector<Result<Applied>> outcomes, std::span<const Command> commands) {
  BatchDecision decision;
  decision.late_payments = std::move(late_payments_);
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const Result<Applied>& outcome = outcomes[i];
    if (!outcome || !outcome->booking || outcome->effect != Effect::added) continue;
    if (!bookings_.at(outcome->booking->id).updated) decision.written_as_answered.push_back(i);
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
      if (!row->second.inserted && !row->second.redescribed) item.scope = UpdateScope::seats;
    }
    decision.updates.push_back(std::move(item));
  }

  for (RowInBatch<flights::Flight>* row : touched_by_id(flights_)) {
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
  return Error{ErrorCode::idempotency_key_reused, "This Idempotency-Key was used for another booking."};
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
