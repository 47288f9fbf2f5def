#include "booking/unfinished_worker.h"

#include <algorithm>

#include "core/limits.h"

namespace flightdeck::booking {

Task<void> UnfinishedWorker::run_once() {
  const std::size_t window = provider_.silent() ? limits::unfinished_probes : limits::unfinished_window;
  if (under_way_.size() >= window) co_return;
  const std::size_t room = std::min(limits::unfinished_batch, window - under_way_.size());
  const Instant now = clock_.now();
  const std::vector<BookingId> due =
      co_await ledger_.claim_unfinished(now, now + limits::unfinished_lease, room);
  for (const BookingId id : due) {
    // One whose look has outlasted its lease is not looked at twice.
    if (under_way_.insert(id).second) scope_.spawn(finish(id));
  }
}

Task<void> UnfinishedWorker::finish(BookingId id) {
  std::exception_ptr failure;
  try {
    co_await service_.finish(id);
  } catch (...) {
    failure = std::current_exception();
  }
  under_way_.erase(id);
  if (failure) std::rethrow_exception(failure);
}

}  // namespace flightdeck::booking
