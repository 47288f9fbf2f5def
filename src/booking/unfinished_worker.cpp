#include "booking/unfinished_worker.h"

#include "core/gather.h"
#include "core/limits.h"

namespace flightdeck::booking {

Task<void> UnfinishedWorker::run_once() {
  const Instant now = clock_.now();
  const std::vector<BookingId> due =
      co_await ledger_.claim_unfinished(now, now + limits::unfinished_lease, limits::unfinished_batch);
  std::vector<Task<void>> looks;
  looks.reserve(due.size());
  for (const BookingId id : due) looks.push_back(service_.finish(id));
  co_await gather(scope_, std::move(looks));
}

}  // namespace flightdeck::booking
