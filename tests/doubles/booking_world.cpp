#include "doubles/booking_world.h"

#include <stdexcept>

namespace flightdeck::test {

using booking::Hold;
using booking::ReserveAnswer;
using booking::SeatUpdate;
using flights::Flight;
using flights::SearchPage;
using ledger::Booking;

Task<ReserveAnswer> SwitchableGate::reserve(FlightId flight, BookingId booking, std::int64_t seats,
                                            Instant now) {
  if (away_) co_return ReserveAnswer::away;
  if (late_) {
    late_reserves_.push_back({flight, booking, seats, now});
    co_return ReserveAnswer::unanswered;
  }
  co_return co_await gate_->reserve(flight, booking, seats, now);
}

void SwitchableGate::carry_out_what_is_late() {
  for (const Reserve& one : std::exchange(late_reserves_, {}))
    finish_inline(gate_->reserve(one.flight, one.booking, one.seats, one.at));
}

Task<bool> SwitchableGate::sync(std::vector<SeatUpdate> updates) {
  if (away_ || refuses_updates_) co_return false;
  co_return co_await gate_->sync(std::move(updates));
}

Task<bool> SwitchableGate::mend(std::vector<FlightId> flights) {
  if (away_) co_return false;
  co_return co_await gate_->mend(std::move(flights));
}

Task<std::vector<flights::StoredVersion>> SwitchableGate::versions(std::vector<FlightId> flights) {
  if (away_) co_return std::vector<flights::StoredVersion>{};
  co_return co_await gate_->versions(std::move(flights));
}

Task<bool> SwitchableGate::forget_versions(std::vector<flights::StoredVersion> seen) {
  if (away_) co_return false;
  co_return co_await gate_->forget_versions(std::move(seen));
}

Task<std::optional<std::int64_t>> SwitchableGate::sellable(FlightId flight) {
  if (away_) co_return std::nullopt;
  co_return co_await gate_->sellable(flight);
}

Task<std::optional<std::vector<booking::GateState>>> SwitchableGate::inspect(std::vector<FlightId> flights) {
  if (away_) co_return std::nullopt;
  co_return co_await gate_->inspect(std::move(flights));
}

Task<std::vector<Hold>> SwitchableGate::stale_holds(Instant before, std::size_t limit) {
  if (away_) co_return std::vector<Hold>{};
  co_return co_await gate_->stale_holds(before, limit);
}

Task<std::optional<SearchPage>> SwitchableIndex::search(flights::SearchQuery query, Instant now) {
  if (away_) co_return std::nullopt;
  co_return co_await index_->search(std::move(query), now);
}

Task<bool> SwitchableIndex::update(std::vector<Flight> flights, Instant now) {
  if (away_) co_return false;
  co_return co_await index_->update(std::move(flights), now);
}

Task<bool> SwitchableIndex::restore(std::vector<Flight> flights, Instant now) {
  if (fails_to_restore_) throw std::runtime_error("restore failed");
  if (away_) co_return false;
  co_return co_await index_->restore(std::move(flights), now);
}

Task<std::vector<flights::StoredVersion>> SwitchableIndex::versions(std::vector<FlightId> flights) {
  if (away_) co_return std::vector<flights::StoredVersion>{};
  co_return co_await index_->versions(std::move(flights));
}

Task<bool> SwitchableIndex::forget_versions(std::vector<flights::StoredVersion> seen) {
  if (away_) co_return false;
  co_return co_await index_->forget_versions(std::move(seen));
}

Task<std::vector<FlightId>> SwitchableIndex::drop_departed(Instant now) {
  if (away_) co_return std::vector<FlightId>{};
  co_return co_await index_->drop_departed(now);
}

Task<std::optional<flights::IndexStates>> SwitchableIndex::inspect(std::vector<Flight> rows, Instant now) {
  if (away_) co_return std::nullopt;
  std::optional<flights::IndexStates> states = co_await index_->inspect(std::move(rows), now);
  states->complete = complete_;
  co_return states;
}

Task<flights::RebuildStart> SwitchableIndex::begin_rebuild() {
  if (away_) co_return flights::RebuildStart::begun;
  if (told_elsewhere_) co_return flights::RebuildStart::left_to_another;
  co_return complete_ ? flights::RebuildStart::unneeded : flights::RebuildStart::begun;
}

Task<bool> SwitchableIndex::renew_rebuild() {
  if (away_ || loses_rebuild_) co_return false;
  co_return co_await index_->renew_rebuild();
}

Task<bool> SwitchableIndex::complete_rebuild() {
  complete_ = !away_;
  co_return complete_;
}

Task<bool> SwitchableIndex::mark_incomplete() {
  if (away_) co_return false;
  complete_ = false;
  co_return true;
}

flights::FlightDraft flight_draft(std::int64_t seats, std::string flight_number, Milliseconds departs_in) {
  flights::FlightDraft draft;
  draft.flight_number = std::move(flight_number);
  draft.source = "JFK";
  draft.destination = "LHR";
  draft.departure = world_start + departs_in;
  draft.arrival = draft.departure + std::chrono::hours{7};
  draft.date = Date{std::chrono::floor<std::chrono::days>(draft.departure)};
  draft.total_seats = seats;
  draft.price = Money{19900};
  return draft;
}

BookingWorld::BookingWorld(booking::BookingRules booking_rules, std::int64_t admitted_max)
    : rules(std::move(booking_rules)),
      scope([this](std::exception_ptr failure) {
        try {
          std::rethrow_exception(failure);
        } catch (const std::exception& error) {
          escaped.emplace_back(error.what());
        }
      }),
      updater({loop, loop, gate, index, scope, clock, lag},
              [this](std::exception_ptr) { escaped.emplace_back("telling gate and index"); }),
      commit_sync(waiters),
      admission(admitted_max),
      service({ledger, gate, lag, updater, watched_provider, waiters, admission, loop, loop, clock, random,
               scope, counters, log},
              rules),
      manage(ledger, gate, service, clock, random, scope),
      worker(ledger, service, watched_provider, clock, scope),
      sweeper(ledger, gate, index, manage, clock, scope),
      auditor({snapshots, ledger, &gate, &index, audits, clock, loop, loop, true}) {
  commit_sync.add(updater);
}

BookingWorld::~BookingWorld() {
  // Nothing may be left suspended: its frame would leak.
  provider.let_go(ScriptedPaymentProvider::Charge::never_arrives);
  provider.let_finds_go();
  updater.stop();
  loop.run();
}

Flight BookingWorld::add_flight(std::int64_t seats, std::string flight_number) {
  return finish(loop, manage.add(flight_draft(seats, std::move(flight_number)))).value();
}

Result<booking::BookAnswer> BookingWorld::book(FlightId flight, std::int64_t seats,
                                               std::optional<std::string> key, UserId user) {
  booking::BookRequest request{user, flight, seats, std::move(key)};
  return finish(loop, service.book(std::move(request)));
}

Booking BookingWorld::booking(BookingId id) { return rows.bookings(std::span(&id, 1)).at(0); }
Flight BookingWorld::flight(FlightId id) { return rows.flights(std::span(&id, 1)).at(0); }
std::optional<std::int64_t> BookingWorld::sellable(FlightId id) { return finish(loop, gate.sellable(id)); }
void BookingWorld::work() {
  finish(loop, worker.run_once());
  loop.run();
}

bool BookingWorld::seats_add_up(FlightId id) {
  const Flight row = flight(id);
  const ledger::SeatCounts counts = rows.seat_counts(id);
  return counts.pending + counts.confirmed + row.available_seats == row.total_seats;
}

}  // namespace flightdeck::test
