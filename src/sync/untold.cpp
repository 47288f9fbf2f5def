#include "sync/untold.h"

#include <iterator>
#include <utility>

namespace flightdeck::sync {

using ledger::FlightUpdate;

void merge(FlightUpdate& known, FlightUpdate updates) {
  known.settled_holds.insert(known.settled_holds.end(), updates.settled_holds.begin(),
                             updates.settled_holds.end());
  if (updates.holds_only) return;
  if (known.holds_only) {
    known.flight = std::move(updates.flight);
    known.seats_only = updates.seats_only;
    known.holds_only = false;
    return;
  }
  known.seats_only = known.seats_only && updates.seats_only;
  if (updates.flight && (!known.flight || known.flight->version < updates.flight->version))
    known.flight = std::move(updates.flight);
}

void PendingUpdates::add(FlightUpdate updates) {
  if (everything_) return;
  holds_ += updates.settled_holds.size();
  const FlightId id = updates.id;
  if (const auto known = flights_.find(id); known != flights_.end()) {
    merge(known->second, std::move(updates));
  } else {
    flights_.emplace(id, std::move(updates));
  }
  if (flights_.size() <= limits_.flights && holds_ <= limits_.holds) return;
  flights_.clear();
  holds_ = 0;
  everything_ = true;
}

std::vector<FlightUpdate> PendingUpdates::take() {
  std::vector<FlightUpdate> part;
  std::size_t holds_left = limits_.holds_a_part;
  while (!flights_.empty() && part.size() < limits_.flights_a_part && holds_left > 0) {
    FlightUpdate& first = flights_.begin()->second;
    std::vector<BookingId>& holds = first.settled_holds;
    if (holds.size() > holds_left) {
      FlightUpdate some{
          first.id, std::exchange(first.flight, std::nullopt), {}, first.seats_only, first.holds_only};
      const auto rest = holds.end() - static_cast<std::ptrdiff_t>(holds_left);
      some.settled_holds.assign(rest, holds.end());
      holds.erase(rest, holds.end());
      first.holds_only = true;
      holds_ -= holds_left;
      holds_left = 0;
      part.push_back(std::move(some));
    } else {
      holds_left -= holds.size();
      holds_ -= holds.size();
      part.push_back(std::move(first));
      flights_.erase(flights_.begin());
    }
  }
  return part;
}

}  // namespace flightdeck::sync
