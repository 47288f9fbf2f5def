#include "ledger/ledger_client.h"

namespace flightdeck::ledger {

namespace {

// Hands over a call that lives in the awaiting coroutine, at the end of the turn.
template <class Queue, class Call>
struct Gather {
  Gathering<Queue, Call>& gathering;
  Queue& queue;
  Call& call;
  Executor& home;

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiter) {
    call.home = &home;
    call.waiter = waiter;
    gathering.add(queue, call);
  }
  void await_resume() const noexcept {}
};

// The same at once; goes straight on when it was not taken.
template <class Queue, class Call>
struct Submit {
  Queue& queue;
  Call& call;
  Executor& home;

  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> waiter) {
    call.home = &home;
    call.waiter = waiter;
    return queue.submit(call);
  }
  void await_resume() const noexcept {}
};

}  // namespace

LedgerWriter& LedgerClient::writer_for(const Command& command) const {
  const auto* settle = std::get_if<SettlePayment>(&command);
  if (settle && settle->succeeded()) return threads_.settler;
  return *threads_.writers[std::hash<FlightId>{}(flight_of(command)) % threads_.writers.size()];
}

Task<Result<Applied>> LedgerClient::apply(Command command) {
  LedgerCall call;
  call.command = std::move(command);
  LedgerWriter& writer = writer_for(call.command);
  Gather<LedgerWriter, LedgerCall> gather{commands_, writer, call, home_};
  co_await gather;
  co_return std::move(*call.outcome);
}

Task<void> LedgerClient::run_on_store(LedgerWriter& writer, std::function<void(LedgerStore&)> work) {
  StoreCall call;
  call.work = std::move(work);
  Submit<LedgerWriter, StoreCall> submit{writer, call, home_};
  co_await submit;
  if (call.failure) std::rethrow_exception(call.failure);
}

Task<std::vector<BookingId>> LedgerClient::claim_unfinished(Instant now, Instant lease_until,
                                                            std::size_t limit) {
  auto claimed = std::make_shared<std::vector<BookingId>>();
  std::function<void(LedgerStore&)> work = [=](LedgerStore& store) {
    *claimed = store.claim_unfinished(now, lease_until, limit);
  };
  co_await run_on_store(*threads_.writers.front(), std::move(work));
  co_return std::move(*claimed);
}

Task<std::vector<events::OutboxRow>> LedgerClient::claim_events(Instant now, Instant lease_until,
                                                                std::size_t limit) {
  auto claimed = std::make_shared<std::vector<events::OutboxRow>>();
  std::function<void(LedgerStore&)> work = [=](LedgerStore& store) {
    *claimed = store.claim_events(now, lease_until, limit);
  };
  co_await run_on_store(*threads_.writers.front(), std::move(work));
  co_return std::move(*claimed);
}

Task<void> LedgerClient::remove_events(std::vector<std::int64_t> sequences) {
  std::function<void(LedgerStore&)> work = [sequences = std::move(sequences)](LedgerStore& store) {
    store.remove_events(sequences);
  };
  co_await run_on_store(*threads_.writers.front(), std::move(work));
}

Task<std::size_t> LedgerClient::trim_events(Instant before, std::int64_t keep, std::size_t limit) {
  auto gone = std::make_shared<std::size_t>(0);
  std::function<void(LedgerStore&)> work = [=](LedgerStore& store) {
    *gone = store.trim_events(before, keep, limit);
  };
  co_await run_on_store(*threads_.writers.front(), std::move(work));
  co_return *gone;
}

Task<void> LedgerClient::check_writable() {
  const std::function<void(LedgerStore&)> work = [](LedgerStore& store) { store.check_writable(); };
  for (LedgerWriter* const writer : threads_.writers) co_await run_on_store(*writer, work);
}

Task<std::optional<Booking>> LedgerClient::find_booking(BookingId id) {
  FindBookingCall call;
  call.id = id;
  Gather<LedgerReadQueue, FindBookingCall> gather{bookings_, threads_.reads_by_id, call, home_};
  co_await gather;
  if (call.failure) std::rethrow_exception(call.failure);
  co_return std::move(call.found);
}

Task<std::optional<flights::Flight>> LedgerClient::find_flight(FlightId id) {
  FindFlightCall call;
  call.id = id;
  Gather<LedgerReadQueue, FindFlightCall> gather{flights_, threads_.reads_by_id, call, home_};
  co_await gather;
  if (call.failure) std::rethrow_exception(call.failure);
  co_return std::move(call.found);
}

LedgerReadQueue& LedgerClient::reads_for(ReadKind kind) const {
  switch (kind) {
    case ReadKind::list: return threads_.lists;
    case ReadKind::background: return threads_.background;
    case ReadKind::health: break;
  }
  return threads_.health;
}

Task<void> LedgerClient::run(ReadKind kind, std::function<void(LedgerReader&)> query) {
  QueryCall call;
  call.query = std::move(query);
  Submit<LedgerReadQueue, QueryCall> submit{reads_for(kind), call, home_};
  co_await submit;
  if (call.failure) std::rethrow_exception(call.failure);
}

}  // namespace flightdeck::ledger
