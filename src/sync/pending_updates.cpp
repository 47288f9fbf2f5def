#include "sync/pending_updates.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace flightdeck::sync {

using ledger::FlightUpdate;
using ledger::UpdateScope;

void merge(FlightUpdate& known, FlightUpdate update) {
  known.settled_holds.insert(known.settled_holds.end(), update.settled_holds.begin(),
                             update.settled_holds.end());
  known.scope = std::max(known.scope, update.scope);
  if (update.flight && (!known.flight || known.flight->version < update.flight->version))
    known.flight = std::move(update.flight);
}

void PendingUpdates::add(FlightUpdate update) {
  if (everything_) return;
  holds_ += update.settled_holds.size();
  const FlightId id = update.id;
  if (const auto known = flights_.find(id); known != flights_.end()) {
    merge(known->second, std::move(update));
  } else {
    flights_.emplace(id, std::move(update));
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
      FlightUpdate some{.id = first.id,
                        .flight = std::exchange(first.flight, std::nullopt),
                        .scope = std::exchange(first.scope, UpdateScope::holds)};
      const auto rest = holds.end() - static_cast<std::ptrdiff_t>(holds_left);
      some.settled_holds.assign(rest, holds.end());
      holds.erase(rest, holds.end());
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
