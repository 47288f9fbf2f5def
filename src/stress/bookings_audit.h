// Holds what a deployment lists to what it told during the load.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/ids.h"
#include "stress/audit_result.h"
#include "stress/load.h"

namespace flightdeck::stress {

// A booking as the deployment lists it.
struct ListedBooking {
  BookingId id;
  UserId user;
  FlightId flight;
  std::int64_t seats = 0;
  Status status = Status::pending;
};

// The run's own bookings on one flight, as they are listed.
struct OwnBookings {
  std::int64_t pending_seats = 0;
  std::int64_t confirmed_seats = 0;
  // Bookings that failed or were cancelled.
  std::uint64_t given_back = 0;
};

// Sorts the record and marks in it what was found; the record outlives this. An audit may be begun anew on
// it.
class BookingsAudit {
 public:
  BookingsAudit(LoadRecord& record, std::vector<UserId> users, std::vector<FlightId> flights);

  // A booking in the list of that user (its place among the run's users). Every page of every user is shown
  // once.
  void see(std::uint32_t user, const ListedBooking& booking);

  // After all were shown: by flight.
  const std::vector<OwnBookings>& own() const { return own_; }
  void judge(AuditResult& result) const;

 private:
  AcknowledgedBooking* find(std::uint32_t user, const BookingId& id);
  void compare(AcknowledgedBooking& told, const ListedBooking& booking);
  void tally(const ListedBooking& booking, std::uint32_t flight);

  LoadRecord& record_;
  std::vector<UserId> users_;
  std::vector<FlightId> flights_;
  std::unordered_map<FlightId, std::uint32_t> place_of_;
  // By user: where its told bookings begin; one more at the end.
  std::vector<std::size_t> begin_;
  std::vector<OwnBookings> own_;
  // By user: listed, but never told of.
  std::vector<std::uint32_t> pending_;
  Finding told_twice_;
  Finding listed_twice_;
  Finding differing_;
  Finding wrong_status_;
  // In the list of a user, or on a flight, that it cannot belong to.
  Finding foreign_;
};

// Bookings that were told as pending count as what the audit has found them to be.
void count_settled(const AcknowledgedBookings& told, Outcomes& outcomes);

}  // namespace flightdeck::stress
