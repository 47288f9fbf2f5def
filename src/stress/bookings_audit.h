// Compares the bookings that a deployment lists with those that it acknowledged during the load.
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

// The run's own bookings on one flight, as the deployment lists them.
struct OwnBookings {
  std::int64_t pending_seats = 0;
  std::int64_t confirmed_seats = 0;
  // Bookings that failed or were cancelled.
  std::uint64_t given_back = 0;
};

// Sorts the record and marks in it what was found. The record outlives this object. Another audit may begin
// on the same record.
class BookingsAudit {
 public:
  BookingsAudit(LoadRecord& record, std::vector<UserId> users, std::vector<FlightId> flights);

  // Takes a booking from the list of a user, given as an index among the run's users. Call it for every
  // booking of every page of every user, once.
  void see(std::uint32_t user, const ListedBooking& booking);

  // The run's bookings by flight, when all were taken.
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
  // For each user, where its acknowledged bookings begin. There is one more element at the end.
  std::vector<std::size_t> begin_;
  std::vector<OwnBookings> own_;
  // For each user, the listed PENDING bookings that were never acknowledged.
  std::vector<std::uint32_t> pending_;
  Finding told_twice_;
  Finding listed_twice_;
  Finding differing_;
  Finding wrong_status_;
  // Bookings in the list of a user, or on a flight, where they cannot belong.
  Finding foreign_;
};

// Counts bookings that were acknowledged as PENDING under the status that the audit has found.
void count_settled(const AcknowledgedBookings& told, Outcomes& outcomes);

}  // namespace flightdeck::stress
