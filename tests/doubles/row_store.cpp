#include "doubles/row_store.h"

#include <algorithm>

#include "core/sort_unique.h"

namespace flightdeck::test {

using flights::Flight;
using ledger::BatchDecision;
using ledger::Booking;
using ledger::BookingStatus;
using ledger::Command;
using ledger::LedgerChanges;
using ledger::LedgerKeys;
using ledger::LedgerRows;

namespace {

// The events that tell of a booking's way from one state to another in one batch.
std::vector<std::string_view> ways_of(const Booking* before, const Booking& after) {
  std::vector<std::string_view> types;
  const auto status = [](const Booking* b) { return b ? std::optional(b->status) : std::nullopt; };
  if (!before) types.push_back(events::booking_intent_created);
  if (status(before) != after.status) {
    switch (after.status) {
      case BookingStatus::pending: break;
      case BookingStatus::confirmed: types.push_back(events::booking_confirmed); break;
      case BookingStatus::failed: types.push_back(events::booking_failed); break;
      case BookingStatus::cancelled: types.push_back(events::booking_cancelled); break;
    }
  }
  const bool refunded = !after.refund_ref.empty() && !refund_is_void(after);
  if (refunded && (!before || before->refund_ref.empty() || refund_is_void(*before)))
    types.push_back(events::booking_refunded);
  return types;
}

bool may_follow(BookingStatus before, BookingStatus after) {
  switch (before) {
    case BookingStatus::pending: return true;
    case BookingStatus::confirmed: return after == before || after == BookingStatus::cancelled;
    // Confirmed by a late payment, and cancelled after that in the same batch.
    case BookingStatus::failed: return after != BookingStatus::pending;
    case BookingStatus::cancelled: return after == before;
  }
  return false;
}

}  // namespace

LedgerRows RowStore::load(const LedgerKeys& keys) const {
  LedgerRows rows;
  for (const auto& [id, flight] : flights) {
    const ledger::NaturalKey key{flight.flight_number, flight.departure};
    const bool scheduled = flight.status == flights::FlightStatus::scheduled;
    if (std::binary_search(keys.flights.begin(), keys.flights.end(), id) ||
        (scheduled && std::binary_search(keys.natural_keys.begin(), keys.natural_keys.end(), key))) {
      rows.flights.push_back(flight);
    }
  }
  for (const BookingId id : keys.bookings) {
    const auto found = bookings.find(id);
    if (found == bookings.end()) continue;
    rows.bookings.push_back(found->second);
    rows.bookings.back().date = flights.at(found->second.flight).date;
  }
  return rows;
}

BatchDecision RowStore::apply(std::span<const Command> commands, Instant now) {
  LedgerKeys keys = keys_of(commands);
  BatchDecision decision = decide(load(keys), commands, now);
  if (!decision.late_payments.empty()) {
    for (const auto& late : decision.late_payments) keys.flights.push_back(late.flight);
    sort_unique(keys.flights);
    decision = decide(load(keys), commands, now);
  }
  require(decision.outcomes.size() == commands.size(), "not one outcome per command");
  take_in(decision.changes);
  return decision;
}

void RowStore::take_in(const LedgerChanges& changes) {
  check_events(changes);
  write(changes);
  check_invariants();
}

void RowStore::check_flight_change(const Flight& next) {
  const auto before = flights.find(next.id);
  if (before == flights.end()) {
    problems.push_back("updates a flight that is not there");
    return;
  }
  require(next.version > before->second.version, "a changed flight keeps its version");
}

void RowStore::check_booking_change(const Booking& next, const LedgerChanges& changes) {
  const auto found = bookings.find(next.id);
  const Booking* before = found == bookings.end() ? nullptr : &found->second;
  if (before) {
    require(may_follow(before->status, next.status), "a booking goes where it may not");
    require(before->amount == next.amount && before->seats == next.seats && before->user == next.user &&
                before->flight == next.flight && before->created_at == next.created_at,
            "a booking changes what it is");
    // The provider's word counts: where it had not known of the payment, or a callback had called that by
    // another name.
    const bool refunded = !before->refund_ref.empty() && !refund_is_void(*before);
    const bool may_be_another = !refunded && !next.payment_ref.empty();
    require(before->payment_ref.empty() || before->payment_ref == next.payment_ref || may_be_another,
            "a payment is forgotten");
    require(!refunded || before->refund_ref == next.refund_ref, "a refund is forgotten");
  }
  for (const std::string_view type : ways_of(before, next)) {
    const auto count = std::count_if(changes.events.begin(), changes.events.end(), [&](const auto& e) {
      return e.type == type && e.subject == next.id.value;
    });
    require(count == 1, next.id.str() + " has not one event " + std::string(type));
  }
}

void RowStore::check_events(const LedgerChanges& changes) {
  std::set<Uuid> changed;
  for (const Flight& flight : changes.inserted_flights) changed.insert(flight.id.value);
  for (const Flight& flight : changes.updated_flights) changed.insert(flight.id.value);
  for (const Flight& flight : changes.updated_seats) changed.insert(flight.id.value);
  for (const Booking& booking : changes.inserted_bookings) changed.insert(booking.id.value);
  for (const Booking& booking : changes.updated_bookings) changed.insert(booking.id.value);
  for (const events::Event& event : changes.events) {
    require(event_ids.insert(format_uuid(event.id)).second, "two events with one id");
    require(changed.contains(event.subject), "an event of what did not change");
  }
}

void RowStore::write(const LedgerChanges& changes) {
  for (const Booking& booking : changes.inserted_bookings) {
    require(!bookings.contains(booking.id), "inserts a booking that is there");
    check_booking_change(booking, changes);
  }
  for (const Booking& booking : changes.updated_bookings) {
    require(bookings.contains(booking.id), "updates a booking that is not there");
    check_booking_change(booking, changes);
  }
  for (const Flight& flight : changes.updated_flights) check_flight_change(flight);
  for (const Flight& flight : changes.updated_seats) {
    check_flight_change(flight);
    Flight expected = flights.at(flight.id);
    expected.available_seats = flight.available_seats;
    expected.version = flight.version;
    expected.updated_at = changes.now;
    require(flight == expected, "more of a flight changed than is written");
  }
  for (const Flight& flight : changes.inserted_flights) {
    require(flights.emplace(flight.id, flight).second, "inserts a flight that is there");
  }
  for (const Flight& flight : changes.updated_flights) flights[flight.id] = flight;
  for (const Flight& flight : changes.updated_seats) flights[flight.id] = flight;
  for (const Booking& booking : changes.inserted_bookings) bookings[booking.id] = booking;
  for (const Booking& booking : changes.updated_bookings) bookings[booking.id] = booking;
  for (const ledger::IntentChange& intent : changes.intents) {
    require(bookings.contains(intent.booking), "an intent of a booking that is not there");
    require(!intent.added || !intents.contains(intent.booking), "adds an intent that is there");
    if (intent.due)
      intents[intent.booking] = *intent.due;
    else
      intents.erase(intent.booking);
  }
}

void RowStore::check_invariants() {
  std::map<FlightId, std::int64_t> taken;
  for (const auto& [id, booking] : bookings) {
    if (holds_seats(booking)) taken[booking.flight] += booking.seats;
    const bool has_intent = intents.contains(id);
    if (booking.status == BookingStatus::pending) {
      require(has_intent, "a PENDING booking that nobody will look at");
      require(booking.payment_ref.empty(), "a PENDING booking is paid");
    }
    if (booking.status == BookingStatus::confirmed)
      require(!booking.payment_ref.empty(), "a CONFIRMED booking is not paid");
    if (refund_due(booking)) require(has_intent, "a refund that nobody will make");
    if (booking.payment_ref.empty()) require(booking.refund_ref.empty(), "a refund of no payment");
    if (booking.refund_ref.starts_with("void-"))
      require(refund_is_void(booking), "a payment has the void refund of another one");
  }
  std::set<ledger::NaturalKey> keys;
  for (const auto& [id, flight] : flights) {
    require(flight.available_seats >= 0, "oversold");
    require(flight.available_seats <= flight.total_seats, "more seats available than there are");
    require(taken[id] + flight.available_seats == flight.total_seats, "a seat is lost or doubled");
    if (!flight.flight_number.empty() && flight.status == flights::FlightStatus::scheduled) {
      require(keys.insert({flight.flight_number, flight.departure}).second, "two flights with one key");
    }
  }
}

}  // namespace flightdeck::test
