// Runs reads of one kind on a thread of its own, so that I/O threads do not block. Reads by id that wait
// together are answered by one query.
#pragma once

#include <condition_variable>
#include <coroutine>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>

#include "core/executor.h"
#include "core/time.h"
#include "ledger/ledger.h"

namespace flightdeck::ledger {

// One read under way. It lives in the coroutine that waits for it.
struct ReadCall {
  Executor* home = nullptr;
  std::coroutine_handle<> waiter;
  std::exception_ptr failure;
  Instant submitted{};
};

struct FindBookingCall : ReadCall {
  BookingId id;
  std::optional<Booking> found;
};

struct FindFlightCall : ReadCall {
  FlightId id;
  std::optional<flights::Flight> found;
};

struct QueryCall : ReadCall {
  std::function<void(LedgerReader&)> query;
};

// Thread-safe. Owns its thread; reader and clock outlive it.
//
// A read that fails, fails alone. That includes reads that the database rejects or that take too long
// (RejectedError). Only when the database does not answer at all, the reads that wait behind it fail with it.
// A read that has waited for longer than limits::ledger_read_wait is not started: its client has given up, or
// will before it is answered.
class LedgerReadQueue {
 public:
  LedgerReadQueue(LedgerReader& reader, const Clock& clock);
  ~LedgerReadQueue();
  LedgerReadQueue(const LedgerReadQueue&) = delete;
  LedgerReadQueue& operator=(const LedgerReadQueue&) = delete;

  // Returns the calls that were not taken, or false, because the queue is full or was stopped; their
  // `failure` says which. The waiters of the others are resumed on their home later.
  std::vector<FindBookingCall*> submit(std::vector<FindBookingCall*> calls);
  std::vector<FindFlightCall*> submit(std::vector<FindFlightCall*> calls);
  bool submit(QueryCall& call);

  // Takes no new calls, answers those that are queued, and ends the thread. Idempotent.
  void stop();

 private:
  template <class Call>
  std::vector<Call*> enqueue(std::deque<Call*>& queue, std::vector<Call*> calls);
  // Takes the next calls from the queue. Those that have waited for too long go into `late`.
  template <class Call>
  std::vector<Call*> take(std::deque<Call*>& queue, std::size_t limit, std::vector<ReadCall*>& late);
  void run();
  // These return the exception that they failed with.
  std::exception_ptr answer_bookings(const std::vector<FindBookingCall*>& calls);
  std::exception_ptr answer_flights(const std::vector<FindFlightCall*>& calls);
  std::exception_ptr answer_query(QueryCall& call);

  LedgerReader& reader_;
  const Clock& clock_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<FindBookingCall*> bookings_;
  std::deque<FindFlightCall*> flights_;
  std::deque<QueryCall*> queries_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace flightdeck::ledger
