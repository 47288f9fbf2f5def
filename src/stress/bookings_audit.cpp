#include "stress/bookings_audit.h"

#include <algorithm>
#include <tuple>

namespace flightdeck::stress {

namespace {

bool before(const AcknowledgedBooking& a, const AcknowledgedBooking& b) {
  return std::tie(a.user, a.id) < std::tie(b.user, b.id);
}

// Only a cancellation that was asked for ends a confirmed booking; a payment that came late may confirm a
// failed one.
bool may_be(const AcknowledgedBooking& told, Status now) {
  if (told.status == now || told.status == Status::pending) return true;
  if (told.status == Status::failed && now == Status::confirmed) return !told.declined;
  return told.status == Status::confirmed && now == Status::cancelled && told.cancel_asked;
}

std::string case_of(const AcknowledgedBooking& told, const std::string& what) {
  return told.id.str() + " " + what;
}

}  // namespace

BookingsAudit::BookingsAudit(LoadRecord& record, std::vector<UserId> users, std::vector<FlightId> flights)
    : record_(record), users_(std::move(users)), flights_(std::move(flights)) {
  own_.resize(flights_.size());
  pending_.resize(users_.size());
  for (std::uint32_t flight = 0; flight < flights_.size(); ++flight) place_of_[flights_[flight]] = flight;
  std::sort(record_.told.begin(), record_.told.end(), before);
  for (AcknowledgedBooking& told : record_.told) told.seen = false;
  std::size_t at = 0;
  for (std::uint32_t user = 0; user <= users_.size(); ++user) {
    while (at < record_.told.size() && record_.told[at].user < user) ++at;
    begin_.push_back(at);
  }
  for (std::size_t i = 1; i < record_.told.size(); ++i) {
    if (record_.told[i].id == record_.told[i - 1].id) told_twice_.add(record_.told[i].id.str());
  }
}

AcknowledgedBooking* BookingsAudit::find(std::uint32_t user, const BookingId& id) {
  const auto begin = record_.told.begin() + static_cast<std::ptrdiff_t>(begin_[user]);
  const auto end = record_.told.begin() + static_cast<std::ptrdiff_t>(begin_[user + 1]);
  const auto found = std::lower_bound(
      begin, end, id,
      [](const AcknowledgedBooking& told, const BookingId& wanted) { return told.id < wanted; });
  return found != end && found->id == id ? &*found : nullptr;
}

void BookingsAudit::see(std::uint32_t user, const ListedBooking& booking) {
  const auto flight = place_of_.find(booking.flight);
  if (booking.user != users_[user]) foreign_.add(booking.id.str() + " is of user " + booking.user.str());
  if (flight == place_of_.end()) {
    foreign_.add(booking.id.str() + " is on flight " + booking.flight.str());
  } else {
    tally(booking, flight->second);
  }
  AcknowledgedBooking* told = find(user, booking.id);
  if (told == nullptr) {
    ++pending_[user];
  } else if (told->seen) {
    listed_twice_.add(booking.id.str());
  } else {
    compare(*told, booking);
  }
}

void BookingsAudit::tally(const ListedBooking& booking, std::uint32_t flight) {
  OwnBookings& own = own_[flight];
  switch (booking.status) {
    case Status::pending: own.pending_seats += booking.seats; break;
    case Status::confirmed: own.confirmed_seats += booking.seats; break;
    case Status::failed:
    case Status::cancelled: ++own.given_back; break;
  }
}

void BookingsAudit::compare(AcknowledgedBooking& told, const ListedBooking& booking) {
  told.seen = true;
  if (!told.as_asked) {
    differing_.add(case_of(told, "was told with another flight or other seats than asked for"));
  } else if (booking.flight != flights_[told.flight]) {
    differing_.add(case_of(told, "is on flight " + booking.flight.str()));
  } else if (booking.seats != told.seats) {
    differing_.add(case_of(
        told, "has " + std::to_string(booking.seats) + " seats instead of " + std::to_string(told.seats)));
  }
  if (!may_be(told, booking.status)) {
    wrong_status_.add(case_of(told, "is " + std::string(to_string(booking.status)) + ", told was " +
                                        std::string(to_string(told.status))));
  }
  told.listed = booking.status;
}

void BookingsAudit::judge(AuditResult& result) const {
  Finding missing;
  std::uint64_t pending = 0;
  for (const AcknowledgedBooking& told : record_.told) {
    if (!told.seen) {
      missing.add(case_of(told, "of user " + users_[told.user].str()));
    } else if (told.listed == Status::pending) {
      ++pending;
    }
  }
  std::uint64_t unanswered = 0;
  std::uint64_t pending_updates = 0;
  Finding too_many;
  for (std::size_t user = 0; user < users_.size(); ++user) {
    unanswered += record_.unanswered[user];
    pending_updates += pending_[user];
    if (pending_[user] > record_.unanswered[user]) {
      too_many.add("user " + users_[user].str() + " has " + std::to_string(pending_[user]) +
                   " that nobody was told of");
    }
  }
  result.told = record_.told.size();
  result.missing = missing.count();
  result.unexpected = pending_updates;
  const std::string all = std::to_string(record_.told.size());
  result.add("every booking that was told is there", all + " told", missing);
  result.add("each was told once", all + " told", told_twice_);
  result.add("each is listed once", all + " told", listed_twice_);
  result.add("with the same flight and seats", all + " told", differing_);
  result.add("with the same status, if it was final",
             all + " told, " + std::to_string(pending) + " pending still", wrong_status_);
  result.add("users and flights are those of the run", std::to_string(users_.size()) + " users", foreign_);
  result.add("no booking that was not asked for",
             std::to_string(pending_updates) + " pending_updates, " + std::to_string(unanswered) +
                 " requests without an answer",
             too_many);
}

void count_settled(const AcknowledgedBookings& told, Outcomes& outcomes) {
  Counts& counts = outcomes.counts;
  for (const AcknowledgedBooking& booking : told) {
    if (!booking.told_pending || !booking.seen || booking.listed == Status::pending) continue;
    const bool confirmed = booking.listed == Status::confirmed;
    if (confirmed && booking.in_time) ++outcomes.confirmed_in_time;
    if (!booking.measured) continue;
    --counts.pending;
    ++(confirmed ? counts.confirmed : counts.failed);
  }
}

}  // namespace flightdeck::stress
