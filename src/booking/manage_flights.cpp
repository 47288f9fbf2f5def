#include "booking/manage_flights.h"

#include "core/gather.h"
#include "core/limits.h"

namespace flightdeck::booking {

Task<Result<flights::Flight>> ManageFlights::add(flights::FlightDraft draft) {
  ledger::Command command =
      ledger::AddFlight{FlightId{make_uuid_v7(clock_.now(), random_)}, std::move(draft), false};
  Result<ledger::Applied> applied = co_await ledger_.apply(std::move(command));
  if (!applied) co_return applied.error();
  co_return std::move(*applied->flight);
}

Task<std::optional<FlightWithSeats>> ManageFlights::find(FlightId id) {
  using Found = std::optional<FlightWithSeats>;
  std::function<Found(ledger::LedgerReader&)> query = [id](ledger::LedgerReader& reader) -> Found {
    std::vector<flights::Flight> rows = reader.flights(std::span(&id, 1));
    if (rows.empty()) return std::nullopt;
    // Two reads, and a commit may come between them: counted anew until no seat has moved, so that they add
    // up.
    for (int tries = 1;; ++tries) {
      const ledger::SeatCounts counts = reader.seat_counts(id);
      std::vector<flights::Flight> after = reader.flights(std::span(&id, 1));
      if (after.front().version == rows.front().version || tries == limits::seat_count_tries) {
        return FlightWithSeats{std::move(after.front()), counts, std::nullopt};
      }
      rows = std::move(after);
    }
  };
  Found found = co_await ledger::read<Found>(ledger_, ledger::ReadKind::list, std::move(query));
  if (found) found->gate = co_await gate_.sellable(id);
  co_return found;
}

Task<flights::SearchPage> ManageFlights::list(ledger::FlightListQuery query) {
  std::function<flights::SearchPage(ledger::LedgerReader&)> page =
      [query = std::move(query)](ledger::LedgerReader& reader) { return reader.list_flights(query); };
  return ledger::read<flights::SearchPage>(ledger_, ledger::ReadKind::list, std::move(page));
}

Task<Result<flights::Flight>> ManageFlights::replace(FlightId id, flights::FlightDraft draft,
                                                     std::shared_ptr<const ledger::Precondition> condition) {
  ledger::Command command = ledger::ReplaceFlight{id, std::move(draft), std::move(condition)};
  Result<ledger::Applied> applied = co_await ledger_.apply(std::move(command));
  if (!applied) co_return applied.error();
  co_return std::move(*applied->flight);
}

Task<Result<void>> ManageFlights::remove(FlightId id, bool cancel_bookings,
                                         std::shared_ptr<const ledger::Precondition> condition) {
  ledger::Command command = ledger::CloseFlight{id, cancel_bookings, std::move(condition)};
  Result<ledger::Applied> applied = co_await ledger_.apply(std::move(command));
  if (!applied) co_return applied.error();
  if (!cancel_bookings) co_return Result<void>();
  co_return co_await cancel_bookings_of(id);
}

Task<Result<flights::Flight>> ManageFlights::reinstate(
    FlightId id, std::shared_ptr<const ledger::Precondition> condition) {
  const std::optional<flights::Flight> found = co_await ledger_.find_flight(id);
  if (!found) co_return Error{ErrorCode::not_found, "There is no such flight."};
  ledger::Command command =
      ledger::ReinstateFlight{id, {found->flight_number, found->departure}, std::move(condition)};
  Result<ledger::Applied> applied = co_await ledger_.apply(std::move(command));
  if (!applied) co_return applied.error();
  co_return std::move(*applied->flight);
}

Task<void> ManageFlights::cancel_one(BookingId id, std::optional<Error>& failure) {
  try {
    const Result<ledger::Booking> cancelled = co_await bookings_.cancel_with_flight(id);
    if (!cancelled && cancelled.error().code == ErrorCode::version_conflict) {
      failure = Error{ErrorCode::invalid_state, cancelled.error().detail};
      co_return;
    }
    // FAILED in the meantime is as good: it holds no seat.
    if (!cancelled && cancelled.error().code != ErrorCode::invalid_state) failure = cancelled.error();
  } catch (const UnavailableError& error) {
    // Else the next round would come at once, and the next.
    failure = Error{ErrorCode::unavailable, error.what()};
  }
}

Task<Result<void>> ManageFlights::cancel_bookings_of(FlightId id) {
  std::function<std::vector<BookingId>(ledger::LedgerReader&)> query = [id](ledger::LedgerReader& reader) {
    return reader.live_bookings(id, limits::cancel_batch);
  };
  // Ends: while the flight is closed nothing new is booked, and each round leaves fewer or fails.
  for (;;) {
    const std::vector<BookingId> live =
        co_await ledger::read<std::vector<BookingId>>(ledger_, ledger::ReadKind::background, query);
    if (live.empty()) co_return Result<void>();
    std::optional<Error> failure;
    std::vector<Task<void>> cancels;
    cancels.reserve(live.size());
    for (const BookingId booking : live) cancels.push_back(cancel_one(booking, failure));
    co_await gather(scope_, std::move(cancels));
    if (failure) co_return *failure;
  }
}

}  // namespace flightdeck::booking
