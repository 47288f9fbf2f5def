// The rows that another session has locked, as far as a writer knows.
#pragma once

#include <map>

#include "ledger/ledger.h"

namespace flightdeck::ledger {

// Pure; used from one thread.
class LockWatch {
 public:
  bool empty() const { return rows_.empty(); }
  // These rows were found to be locked at `now`. Rows that were found before stay.
  void found(const LockedRows& rows, Instant now);
  // A later check found that of all those rows only `still` are locked.
  void looked(const LockedRows& still);

  const LockedRows& rows() const { return rows_; }
  // The rows that have been locked for limits::ledger_lock_wait or longer.
  LockedRows overdue(Instant now) const;

 private:
  void gather();

  std::map<FlightId, Instant> flights_;
  std::map<BookingId, Instant> bookings_;
  // All rows of the two maps.
  LockedRows rows_;
};

}  // namespace flightdeck::ledger
