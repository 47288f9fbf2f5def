// Reads of one kind on a thread of their own: blocking stays off the I/O threads, and reads by id that wait
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

// One read on its way. Lives in the coroutine that waits for it.
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
// A read that fails, fails alone, also one that the database rejects or that takes too long (RejectedError).
// Only when the database does not answer at all, those that wait behind it fail with it. One that has waited
// for longer than limits::ledger_read_wait is not begun: whoever asked has given up, or will before it is
// answered.
class LedgerReadQueue {
 public:
  LedgerReadQueue(LedgerReader& reader, const Clock& clock);
  ~LedgerReadQueue();
  LedgerReadQueue(const LedgerReadQueue&) = delete;
  LedgerReadQueue& operator=(const LedgerReadQueue&) = delete;

  // Those that are not taken (queue full, or stopped) are returned, or false; `failure` says which. Else the
  // waiter is resumed on its home later.
  std::vector<FindBookingCall*> submit(std::vector<FindBookingCall*> calls);
  std::vector<FindFlightCall*> submit(std::vector<FindFlightCall*> calls);
  bool submit(QueryCall& call);

  // Takes nothing new, answers what is queued, ends the thread. Idempotent.
  void stop();

 private:
  template <class Call>
  std::vector<Call*> enqueue(std::deque<Call*>& queue, std::vector<Call*> calls);
  // The next ones of the queue, and into `late` those that have waited for too long.
  template <class Call>
  std::vector<Call*> take(std::deque<Call*>& queue, std::size_t limit, std::vector<ReadCall*>& late);
  void run();
  // These return what they failed with.
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
