// What a writer knows of rows that somebody else has locked.
#pragma once

#include <map>

#include "ledger/ledger.h"

namespace flightdeck::ledger {

// Pure; used from one thread.
class LockWatch {
 public:
  bool empty() const { return rows_.empty(); }
  // They were found to be locked at `now`. What was found before stays.
  void found(const LockedRows& rows, Instant now);
  // A later look says that of all those only `still` are locked.
  void looked(const LockedRows& still);

  const LockedRows& rows() const { return rows_; }
  // Those that have been locked since limits::ledger_lock_wait before `now` or longer.
  LockedRows overdue(Instant now) const;

 private:
  void gather();

  std::map<FlightId, Instant> flights_;
  std::map<BookingId, Instant> bookings_;
  // Of these.
  LockedRows rows_;
};

}  // namespace flightdeck::ledger
