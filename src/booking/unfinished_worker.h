// Finishes unfinished business: payments that were never answered, and refunds that are owed.
#pragma once

#include <unordered_set>

#include "booking/booking_service.h"
#include "payment/provider_watch.h"

namespace flightdeck::booking {

// Used from one thread. Several workers may run at once, in this process and in others, since claims are
// leased.
class UnfinishedWorker {
 public:
  UnfinishedWorker(ledger::Ledger& ledger, BookingService& service, const payment::ProviderWatch& provider,
                   const Clock& clock, TaskScope& scope)
      : ledger_(ledger), service_(service), provider_(provider), clock_(clock), scope_(scope) {}

  // Claims bookings that are due, at most limits::unfinished_batch, and starts the next step of each. It does
  // not wait for them, so a payment that is not answered holds up no other. At most limits::unfinished_window
  // are under way, or limits::unfinished_probes while the provider is silent. Throws UnavailableError.
  Task<void> run_once();

  // The number of bookings under way.
  std::size_t under_way() const { return under_way_.size(); }

 private:
  Task<void> finish(BookingId id);

  ledger::Ledger& ledger_;
  BookingService& service_;
  const payment::ProviderWatch& provider_;
  const Clock& clock_;
  TaskScope& scope_;
  std::unordered_set<BookingId> under_way_;
};

}  // namespace flightdeck::booking
