#include "simulation/process_ledger.h"

#include <algorithm>

#include "core/limits.h"

namespace flightdeck::simulation {

using flights::Flight;
using ledger::Applied;
using ledger::Booking;
using ledger::Command;
using memory::MemoryLedger;

namespace {

// Small, so that several are needed.
constexpr std::size_t batch_max = 4;

Error no_answer() { return Error{ErrorCode::unavailable, "The database does not answer."}; }

}  // namespace

void ProcessLedger::deliver(const Calls& calls) {
  for (const auto& call : calls) {
    if (const auto done = std::exchange(call->done, nullptr)) done(true);
  }
}

void ProcessLedger::fail(Calls calls) {
  for (const auto& call : calls) call->outcome = no_answer();
  dependencies_.loop->post([calls = std::move(calls)] { deliver(calls); });
}

void ProcessLedger::cut() {
  for (Writer* writer : {&selling_, &settling_}) {
    Calls calls = std::exchange(writer->under_way, {});
    calls.insert(calls.end(), writer->waiting.begin(), writer->waiting.end());
    writer->waiting.clear();
    fail(std::move(calls));
  }
}

Task<Result<Applied>> ProcessLedger::apply(Command command) {
  if (dependencies_.network.is_cut()) co_return no_answer();
  if (dependencies_.queue.dice().chance(dependencies_.database.faults().overloaded))
    co_return Error{ErrorCode::overloaded, "The queue is full."};
  const auto* settle = std::get_if<ledger::SettlePayment>(&command);
  Writer& writer = settle && settle->succeeded() ? settling_ : selling_;
  const auto call = std::make_shared<Waiting>();
  call->command = std::move(command);
  auto answered = callback_awaiter<bool>([&](auto done) {
    call->done = done;
    writer.waiting.push_back(call);
    write_next(writer);
  });
  co_await answered;
  co_return std::move(*call->outcome);
}

void ProcessLedger::write_next(Writer& writer) {
  if (!writer.under_way.empty() || writer.waiting.empty() || dependencies_.network.is_cut()) return;
  const std::size_t count = std::min(writer.waiting.size(), batch_max);
  const auto end = writer.waiting.begin() + static_cast<std::ptrdiff_t>(count);
  writer.under_way.assign(writer.waiting.begin(), end);
  writer.waiting.erase(writer.waiting.begin(), end);
  const auto batch = std::make_shared<Batch>();
  for (const auto& call : writer.under_way) batch->commands.push_back(call->command);
  batch->now = dependencies_.loop->now();
  batch->sender = dependencies_.loop;
  Database& database = dependencies_.database;
  EventQueue& queue = dependencies_.queue;
  const LinkFaults& link = database.faults().link;
  // Its answer takes a while, too; nobody may be there to hear it.
  batch->on_run = [this, &writer, &queue, &link, weak = std::weak_ptr(batch), sender = batch->sender] {
    queue.after(queue.dice().delay(link.fastest, link.slowest), [this, &writer, sender, batch = weak.lock()] {
      const auto loop = sender.lock();
      if (!loop || !loop->running()) return;
      loop->post([this, &writer, batch] { take_answer(writer, batch); });
    });
  };
  database.approach(batch);
  const Micros way = queue.dice().chance(link.late) ? queue.dice().delay(link.slowest, link.latest)
                                                    : queue.dice().delay(link.fastest, link.slowest);
  queue.after(way, [&database, batch] { database.run(batch); });
}

// As LedgerWriter does it.
void ProcessLedger::take_answer(Writer& writer, const std::shared_ptr<Batch>& batch) {
  Calls calls = std::exchange(writer.under_way, {});
  // Cut off.
  if (calls.empty()) return;
  if (!batch->decision) {
    // Whoever has waited for this one has waited long enough.
    calls.insert(calls.end(), writer.waiting.begin(), writer.waiting.end());
    writer.waiting.clear();
    fail(std::move(calls));
    return;
  }
  ledger::BatchDecision decision = std::move(*batch->decision);
  for (std::size_t i = 0; i < calls.size(); ++i) calls[i]->outcome = std::move(decision.outcomes[i]);
  ledger::Commit commit{std::move(decision.updates), std::move(decision.settled)};
  dependencies_.observer.on_commit(std::move(commit), [loop = dependencies_.loop, calls = std::move(calls)] {
    loop->post([calls] { deliver(calls); });
  });
  write_next(writer);
}

template <class T>
Task<T> ProcessLedger::send(std::function<std::optional<T>(Database&)> effect) {
  const Link link{"database: read", dependencies_.database.faults().link, limits::ledger_answer_deadline};
  std::function<std::optional<T>()> there = [&database = dependencies_.database,
                                             effect = std::move(effect)]() -> std::optional<T> {
    if (!database.up()) return std::nullopt;
    return effect(database);
  };
  std::optional<T> answer = co_await dependencies_.network.call<T>(link, std::move(there));
  if (!answer) throw UnavailableError("The database does not answer.");
  co_return std::move(*answer);
}

template <class T>
Task<T> ProcessLedger::ask(std::function<T(MemoryLedger&)> question) {
  std::function<std::optional<T>(Database&)> effect =
      [question = std::move(question)](Database& database) -> std::optional<T> {
    return question(database.rows());
  };
  return send<T>(std::move(effect));
}

template <class T>
Task<T> ProcessLedger::change(std::function<T(MemoryLedger&)> question) {
  std::function<std::optional<T>(Database&)> effect =
      [question = std::move(question)](Database& database) -> std::optional<T> {
    if (!database.standby_up()) return std::nullopt;
    return question(database.rows());
  };
  return send<T>(std::move(effect));
}

Task<std::vector<BookingId>> ProcessLedger::claim_unfinished(Instant now, Instant lease_until,
                                                             std::size_t limit) {
  std::function<std::vector<BookingId>(MemoryLedger&)> question = [=](MemoryLedger& rows) {
    return rows.claim_unfinished(now, lease_until, limit);
  };
  return change<std::vector<BookingId>>(std::move(question));
}

Task<std::vector<events::OutboxRow>> ProcessLedger::claim_events(Instant now, Instant lease_until,
                                                                 std::size_t limit) {
  std::function<std::vector<events::OutboxRow>(MemoryLedger&)> question = [=](MemoryLedger& rows) {
    return rows.claim_events(now, lease_until, limit);
  };
  return change<std::vector<events::OutboxRow>>(std::move(question));
}

Task<void> ProcessLedger::remove_events(std::vector<std::int64_t> sequences) {
  std::function<bool(MemoryLedger&)> question = [sequences = std::move(sequences)](MemoryLedger& rows) {
    rows.remove_events(sequences);
    return true;
  };
  co_await change<bool>(std::move(question));
}

Task<std::size_t> ProcessLedger::trim_events(Instant before, std::int64_t keep, std::size_t limit) {
  std::function<std::size_t(MemoryLedger&)> question = [=](MemoryLedger& rows) {
    return rows.trim_events(before, keep, limit);
  };
  return ask<std::size_t>(std::move(question));
}

Task<void> ProcessLedger::check_writable() {
  std::function<bool(MemoryLedger&)> question = [](MemoryLedger&) { return true; };
  co_await change<bool>(std::move(question));
}

// The same as in the PostgreSQL backend: a row is shown when a later write has got through.
Task<std::optional<Booking>> ProcessLedger::find_booking(BookingId id) {
  using Found = std::optional<Booking>;
  std::function<std::optional<Found>(Database&)> effect = [id, horizon = horizon_](Database& database) {
    std::vector<Booking> found = database.rows().bookings(std::span(&id, 1));
    if (found.empty()) return std::optional<Found>(Found());
    if (!horizon->covers(database.writer_of(id))) {
      if (!database.standby_up()) return std::optional<Found>();
      horizon->raise(database.oldest_running());
    }
    return std::optional<Found>(std::move(found.front()));
  };
  return send<Found>(std::move(effect));
}

Task<std::optional<Flight>> ProcessLedger::find_flight(FlightId id) {
  std::function<std::optional<Flight>(MemoryLedger&)> question = [id](MemoryLedger& rows) {
    std::vector<Flight> found = rows.flights(std::span(&id, 1));
    return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
  };
  return ask<std::optional<Flight>>(std::move(question));
}

Task<void> ProcessLedger::run(ledger::ReadKind, std::function<void(ledger::LedgerReader&)> query) {
  std::function<bool(MemoryLedger&)> question = [query = std::move(query)](MemoryLedger& rows) {
    query(rows);
    return true;
  };
  co_await ask<bool>(std::move(question));
}

}  // namespace flightdeck::simulation
