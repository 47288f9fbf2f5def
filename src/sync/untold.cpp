#include "sync/untold.h"

#include <iterator>
#include <utility>

namespace flightdeck::sync {

using booking::FlightNews;

void merge(FlightNews& known, FlightNews news) {
  known.settled_holds.insert(known.settled_holds.end(), news.settled_holds.begin(), news.settled_holds.end());
  if (news.holds_only) return;
  if (known.holds_only) {
    known.flight = std::move(news.flight);
    known.seats_only = news.seats_only;
    known.holds_only = false;
    return;
  }
  known.seats_only = known.seats_only && news.seats_only;
  if (news.flight && (!known.flight || known.flight->version < news.flight->version))
    known.flight = std::move(news.flight);
}

void Untold::add(FlightNews news) {
  if (everything_) return;
  holds_ += news.settled_holds.size();
  const FlightId id = news.id;
  if (const auto known = flights_.find(id); known != flights_.end()) {
    merge(known->second, std::move(news));
  } else {
    flights_.emplace(id, std::move(news));
  }
  if (flights_.size() <= limits_.flights && holds_ <= limits_.holds) return;
  flights_.clear();
  holds_ = 0;
  everything_ = true;
}

std::vector<FlightNews> Untold::take() {
  std::vector<FlightNews> part;
  std::size_t holds_left = limits_.holds_a_part;
  while (!flights_.empty() && part.size() < limits_.flights_a_part && holds_left > 0) {
    FlightNews& first = flights_.begin()->second;
    std::vector<BookingId>& holds = first.settled_holds;
    if (holds.size() > holds_left) {
      FlightNews some{
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
