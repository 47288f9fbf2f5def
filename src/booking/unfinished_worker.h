// Brings unfinished business to an end: payments that were never answered, refunds that are owed.
#pragma once

#include <unordered_set>

#include "booking/booking_service.h"
#include "payment/provider_watch.h"

namespace flightdeck::booking {

// Used from one thread. Safe beside others of its kind, in this process and in others: claims are leased.
class UnfinishedWorker {
 public:
  UnfinishedWorker(ledger::Ledger& ledger, BookingService& service, const payment::ProviderWatch& provider,
                   const Clock& clock, TaskScope& scope)
      : ledger_(ledger), service_(service), provider_(provider), clock_(clock), scope_(scope) {}

  // Begins to look at what is due, at most limits::unfinished_batch bookings, and returns without waiting for
  // what comes of it: one whose payment is not answered holds up no other. At most limits::unfinished_window
  // are under way, and limits::unfinished_probes while the provider is silent. Throws UnavailableError.
  Task<void> run_once();

  // Bookings that are being looked at.
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
