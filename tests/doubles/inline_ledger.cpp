#include "doubles/inline_ledger.h"

#include <array>

#include "ledger/apply_batch.h"

namespace flightdeck::test {

using ledger::Applied;
using ledger::BatchDecision;
using ledger::Booking;
using ledger::Command;

Task<void> InlineLedger::turn() {
  auto turn = callback_awaiter<bool>([this](auto done) { home_.post([done]() mutable { done(true); }); });
  co_await turn;
}

Task<void> InlineLedger::read_turn() {
  ++reads_;
  co_await turn();
  if (reads_fail_) throw UnavailableError("The database does not answer.");
}

Task<Result<Applied>> InlineLedger::apply(Command command) {
  const Fault fault = good_left_ > 0 ? Fault::none : fault_;
  if (good_left_ > 0) --good_left_;
  if (fault == Fault::overloaded) co_return Error{ErrorCode::overloaded, "The queue is full."};
  co_await turn();
  if (fault == Fault::unavailable) co_return Error{ErrorCode::unavailable, "No answer."};
  BatchDecision decision = apply_batch(store_, std::span<const Command>(&command, 1), clock_.now());
  if (fault == Fault::done_but_unavailable) co_return Error{ErrorCode::unavailable, "No answer."};
  ledger::Commit commit{std::move(decision.updates), std::move(decision.settled)};
  auto told = callback_awaiter<bool>(
      [&](auto done) { observer_.on_commit(std::move(commit), [done]() mutable { done(true); }); });
  co_await told;
  co_return std::move(decision.outcomes.front());
}

Task<std::vector<BookingId>> InlineLedger::claim_unfinished(Instant now, Instant lease_until,
                                                            std::size_t limit) {
  co_await read_turn();
  co_return store_.claim_unfinished(now, lease_until, limit);
}

Task<std::vector<events::OutboxRow>> InlineLedger::claim_events(Instant now, Instant lease_until,
                                                                std::size_t limit) {
  co_await read_turn();
  co_return store_.claim_events(now, lease_until, limit);
}

Task<void> InlineLedger::remove_events(std::vector<std::int64_t> sequences) {
  co_await read_turn();
  store_.remove_events(sequences);
}

Task<std::size_t> InlineLedger::trim_events(Instant before, std::int64_t keep, std::size_t limit) {
  co_await read_turn();
  co_return store_.trim_events(before, keep, limit);
}

Task<void> InlineLedger::check_writable() {
  co_await read_turn();
  store_.check_writable();
}

Task<std::optional<Booking>> InlineLedger::find_booking(BookingId id) {
  co_await read_turn();
  std::vector<Booking> rows = reader_.bookings(std::span(&id, 1));
  if (rows.empty()) co_return std::nullopt;
  co_return std::move(rows.front());
}

Task<std::optional<flights::Flight>> InlineLedger::find_flight(FlightId id) {
  co_await read_turn();
  std::vector<flights::Flight> rows = reader_.flights(std::span(&id, 1));
  if (rows.empty()) co_return std::nullopt;
  co_return std::move(rows.front());
}

Task<void> InlineLedger::run(ledger::ReadKind, std::function<void(ledger::LedgerReader&)> query) {
  co_await read_turn();
  query(reader_);
}

}  // namespace flightdeck::test
