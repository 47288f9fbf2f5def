#include "ledger/lock_watch.h"

#include <algorithm>

#include "core/limits.h"

namespace flightdeck::ledger {

namespace {

template <class Id>
void keep(std::map<Id, Instant>& since, const std::vector<Id>& sorted) {
  std::erase_if(since, [&sorted](const auto& one) {
    return !std::binary_search(sorted.begin(), sorted.end(), one.first);
  });
}

template <class Id>
void collect(std::vector<Id>& ids, const std::map<Id, Instant>& since, Instant until) {
  for (const auto& [id, begin] : since)
    if (begin <= until) ids.push_back(id);
}

}  // namespace

void LockWatch::found(const LockedRows& rows, Instant now) {
  for (const FlightId id : rows.flights) flights_.emplace(id, now);
  for (const BookingId id : rows.bookings) bookings_.emplace(id, now);
  gather();
}

void LockWatch::looked(const LockedRows& still) {
  keep(flights_, still.flights);
  keep(bookings_, still.bookings);
  gather();
}

LockedRows LockWatch::overdue(Instant now) const {
  LockedRows rows;
  collect(rows.flights, flights_, now - limits::ledger_lock_wait);
  collect(rows.bookings, bookings_, now - limits::ledger_lock_wait);
  return rows;
}

void LockWatch::gather() {
  rows_ = {};
  collect(rows_.flights, flights_, Instant::max());
  collect(rows_.bookings, bookings_, Instant::max());
}

}  // namespace flightdeck::ledger
