// Brings unfinished business to an end: payments that were never answered, refunds that are owed.
#pragma once

#include "booking/booking_service.h"

namespace flightdeck::booking {

// Used from one thread. Safe beside others of its kind, in this process and in others: claims are leased.
class UnfinishedWorker {
 public:
  UnfinishedWorker(Ledger& ledger, BookingService& service, const Clock& clock, TaskScope& scope)
      : ledger_(ledger), service_(service), clock_(clock), scope_(scope) {}

  // One look at what is due: at most limits::unfinished_batch bookings at a time. Returns when all of them have been
  // looked at. Throws UnavailableError.
  Task<void> run_once();

 private:
  Ledger& ledger_;
  BookingService& service_;
  const Clock& clock_;
  TaskScope& scope_;
};

}  // namespace flightdeck::booking
