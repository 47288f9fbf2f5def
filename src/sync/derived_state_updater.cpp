#include "sync/derived_state_updater.h"

#include <iterator>
#include <utility>

namespace flightdeck::sync {

using flights::Flight;
using ledger::FlightUpdate;
using ledger::UpdateScope;

namespace {

std::vector<FlightUpdate> update_of_hold(FlightId flight, BookingId booking) {
  std::vector<FlightUpdate> updates(1);
  updates.front().id = flight;
  updates.front().settled_holds.push_back(booking);
  updates.front().scope = UpdateScope::holds;
  return updates;
}

}  // namespace

booking::SeatUpdate seat_update(const FlightUpdate& update, Instant now) {
  booking::SeatUpdate seats;
  seats.flight = update.id;
  seats.holds_to_drop = update.settled_holds;
  if (update.scope == UpdateScope::holds) return seats;
  if (update.flight && flights::on_sale(*update.flight, now)) {
    const Flight& flight = *update.flight;
    seats.count = booking::SeatUpdate::Count{flight.version, flight.available_seats, flight.updated_at};
  } else {
    seats.off_sale = true;
  }
  return seats;
}

Task<bool> DerivedStateUpdater::apply_once(std::vector<FlightUpdate>& updates) {
  const Instant now = dependencies_.clock.now();
  std::vector<booking::SeatUpdate> seats;
  std::vector<Flight> rows;
  std::vector<Flight> only_seats;
  for (const FlightUpdate& one : updates) {
    seats.push_back(seat_update(one, now));
    if (!one.flight) continue;
    const bool light = one.scope == UpdateScope::seats && !seats.back().off_sale;
    (light ? only_seats : rows).push_back(*one.flight);
  }
  if (!seats.empty()) {
    const bool heard = co_await dependencies_.gate.sync(std::move(seats));
    if (!heard) co_return false;
  }
  if (!rows.empty()) {
    const bool heard = co_await dependencies_.index.update(std::move(rows), now);
    if (!heard) co_return false;
  }
  if (only_seats.empty()) co_return true;
  co_return co_await dependencies_.index.update_seats(std::move(only_seats), now);
}

Task<void> DerivedStateUpdater::apply(std::vector<FlightUpdate> updates) {
  try {
    const bool heard = co_await apply_once(updates);
    if (!heard) keep(std::move(updates));
  } catch (...) {
    // The commit stands, so its clients are answered all the same.
    on_error_(std::current_exception());
  }
}

Task<void> DerivedStateUpdater::drop(FlightId flight, BookingId booking) {
  return apply(update_of_hold(flight, booking));
}

void DerivedStateUpdater::drop_soon(FlightId flight, BookingId booking) {
  keep(update_of_hold(flight, booking));
}

void DerivedStateUpdater::keep(std::vector<FlightUpdate> updates) {
  for (FlightUpdate& one : updates) pending_.add(std::move(one));
  if (std::exchange(owes_, true)) return;
  dependencies_.lag.begin();
  dependencies_.scope.spawn(apply_pending());
}

Task<void> DerivedStateUpdater::apply_pending() {
  while (!pending_.empty()) {
    const bool go_on = co_await pause_.next();
    // And the index is doubted until the end.
    if (!go_on) co_return;
    for (bool heard = true; heard && !pending_.empty();) heard = co_await apply_pending_batch();
  }
  owes_ = false;
  dependencies_.lag.end();
}

Task<bool> DerivedStateUpdater::apply_pending_batch() {
  try {
    if (pending_.everything()) {
      const bool heard = co_await dependencies_.index.mark_incomplete();
      if (heard) pending_.everything_is_seen_to();
      co_return heard;
    }
    std::vector<FlightUpdate> part = pending_.take();
    const bool heard = co_await apply_once(part);
    for (FlightUpdate& one : part) {
      if (!heard) pending_.add(std::move(one));
    }
    co_return heard;
  } catch (...) {
    // That part is left to the sweepers.
    on_error_(std::current_exception());
    co_return false;
  }
}

}  // namespace flightdeck::sync
