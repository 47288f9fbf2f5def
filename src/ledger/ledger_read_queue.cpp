#include "ledger/ledger_read_queue.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "core/limits.h"
#include "core/sort_unique.h"

namespace flightdeck::ledger {

namespace {

// The call dies as its waiter goes on: nothing of it is touched after this.
void deliver(const ReadCall& call) {
  call.home->post([waiter = call.waiter] { waiter.resume(); });
}

// Of a database that does not answer. One that answers what it may still lose, or that this read failed,
// fails nobody else.
bool is_outage(const std::exception_ptr& failure) {
  if (!failure) return false;
  try {
    std::rethrow_exception(failure);
  } catch (const NotDurableError&) {
    return false;
  } catch (const RejectedError&) {
    return false;
  } catch (const UnavailableError&) {
    return true;
  } catch (...) {
    return false;
  }
}

// The same again, as an object of its own: each thread that waits reads and deletes its own.
std::exception_ptr copy_of(const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const NotDurableError& error) {
    return std::make_exception_ptr(NotDurableError(error.what()));
  } catch (const RejectedError& error) {
    return std::make_exception_ptr(RejectedError(error.what()));
  } catch (const OverloadedError& error) {
    return std::make_exception_ptr(OverloadedError(error.what()));
  } catch (const UnavailableError& error) {
    return std::make_exception_ptr(UnavailableError(error.what()));
  } catch (const std::exception& error) {
    return std::make_exception_ptr(std::runtime_error(error.what()));
  }
}

std::exception_ptr too_many_reads() {
  return std::make_exception_ptr(OverloadedError("Too many reads are waiting; try again."));
}

template <class Calls>
void fail(const Calls& calls, const std::exception_ptr& failure) {
  for (ReadCall* call : calls) {
    call->failure = copy_of(failure);
    deliver(*call);
  }
}

// Answers calls by id with one query. `load` maps ids to the rows that exist. Returns what it failed with.
template <class Call, class Load>
std::exception_ptr answer_by_id(const std::vector<Call*>& calls, Load load) {
  try {
    using Key = decltype(Call::id);
    std::vector<Key> ids;
    ids.reserve(calls.size());
    for (const Call* call : calls) ids.push_back(call->id);
    sort_unique(ids);
    auto rows = load(ids);
    std::unordered_map<Key, const typename decltype(rows)::value_type*> by_id;
    for (const auto& row : rows) by_id.emplace(row.id, &row);
    for (Call* call : calls) {
      if (const auto row = by_id.find(call->id); row != by_id.end()) call->found = *row->second;
    }
  } catch (const NotDurableError&) {
    const std::exception_ptr failure = std::current_exception();
    if (calls.size() == 1) {
      fail(calls, failure);
      return failure;
    }
    // It is about some of them. The others are answered.
    for (Call* call : calls) answer_by_id(std::vector{call}, load);
    return nullptr;
  } catch (...) {
    fail(calls, std::current_exception());
    return std::current_exception();
  }
  for (const Call* call : calls) deliver(*call);
  return nullptr;
}

// Answers the calls, or fails them with the outage that one before has met.
template <class Calls, class Answer>
void answer_unless(std::exception_ptr& outage, const Calls& calls, Answer answer) {
  if (calls.empty()) return;
  if (outage) return fail(calls, outage);
  const std::exception_ptr failure = answer(calls);
  if (is_outage(failure)) outage = failure;
}

}  // namespace

LedgerReadQueue::LedgerReadQueue(LedgerReader& reader, const Clock& clock)
    : reader_(reader), clock_(clock), thread_([this] { run(); }) {}

LedgerReadQueue::~LedgerReadQueue() { stop(); }

template <class Call>
std::vector<Call*> LedgerReadQueue::enqueue(std::deque<Call*>& queue, std::vector<Call*> calls) {
  bool stopping = false;
  const Instant now = clock_.now();
  for (Call* call : calls) call->submitted = now;
  {
    const std::lock_guard lock(mutex_);
    stopping = stopping_;
    const std::size_t room = stopping ? 0 : limits::ledger_queue_reads - queue.size();
    const auto taken = static_cast<std::ptrdiff_t>(std::min(room, calls.size()));
    queue.insert(queue.end(), calls.begin(), calls.begin() + taken);
    calls.erase(calls.begin(), calls.begin() + taken);
  }
  wake_.notify_one();
  for (Call* call : calls) {
    call->failure =
        stopping ? std::make_exception_ptr(UnavailableError("The server is stopping.")) : too_many_reads();
  }
  return calls;
}

std::vector<FindBookingCall*> LedgerReadQueue::submit(std::vector<FindBookingCall*> calls) {
  return enqueue(bookings_, std::move(calls));
}
std::vector<FindFlightCall*> LedgerReadQueue::submit(std::vector<FindFlightCall*> calls) {
  return enqueue(flights_, std::move(calls));
}
bool LedgerReadQueue::submit(QueryCall& call) { return enqueue(queries_, std::vector{&call}).empty(); }

template <class Call>
std::vector<Call*> LedgerReadQueue::take(std::deque<Call*>& queue, std::size_t limit,
                                         std::vector<ReadCall*>& late) {
  std::vector<Call*> taken;
  if (queue.empty()) return taken;
  const Instant oldest = clock_.now() - limits::ledger_read_wait;
  for (; !queue.empty() && taken.size() < limit; queue.pop_front()) {
    Call* const next = queue.front();
    if (next->submitted < oldest)
      late.push_back(next);
    else
      taken.push_back(next);
  }
  return taken;
}

void LedgerReadQueue::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void LedgerReadQueue::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock,
               [this] { return stopping_ || !bookings_.empty() || !flights_.empty() || !queries_.empty(); });
    // Stopping, and all is answered.
    if (bookings_.empty() && flights_.empty() && queries_.empty()) return;
    std::vector<ReadCall*> late;
    const auto bookings = take(bookings_, limits::ledger_batch_reads, late);
    const auto flights = take(flights_, limits::ledger_batch_reads, late);
    const auto queries = take(queries_, 1, late);
    lock.unlock();
    if (!late.empty()) fail(late, too_many_reads());
    std::exception_ptr outage;
    answer_unless(outage, bookings, [this](const auto& calls) { return answer_bookings(calls); });
    answer_unless(outage, flights, [this](const auto& calls) { return answer_flights(calls); });
    answer_unless(outage, queries, [this](const auto& calls) { return answer_query(*calls.front()); });
    lock.lock();
    if (!outage) continue;
    // Whoever has waited for that one has waited long enough: the next ones would take as long to fail.
    fail(std::exchange(bookings_, {}), outage);
    fail(std::exchange(flights_, {}), outage);
    fail(std::exchange(queries_, {}), outage);
  }
}

std::exception_ptr LedgerReadQueue::answer_bookings(const std::vector<FindBookingCall*>& calls) {
  return answer_by_id(calls, [this](const std::vector<BookingId>& ids) { return reader_.bookings(ids); });
}

std::exception_ptr LedgerReadQueue::answer_flights(const std::vector<FindFlightCall*>& calls) {
  return answer_by_id(calls, [this](const std::vector<FlightId>& ids) { return reader_.flights(ids); });
}

std::exception_ptr LedgerReadQueue::answer_query(QueryCall& call) {
  std::exception_ptr failure;
  try {
    call.query(reader_);
  } catch (...) {
    call.failure = std::current_exception();
    failure = copy_of(call.failure);
  }
  deliver(call);
  return failure;
}

}  // namespace flightdeck::ledger
