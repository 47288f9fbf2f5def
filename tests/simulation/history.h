// What clients requested and were answered, and what an outsider may conclude from it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "ledger/booking.h"
#include "simulation/event_queue.h"
#include "simulation/payment_service.h"

namespace flightdeck::simulation {

using Violations = std::vector<std::string>;

// One booking that somebody wanted: several requests, if it was asked for again.
struct Wish {
  UserId user;
  FlightId flight;
  std::int64_t seats = 0;
  std::optional<std::string> key;
  // Set once the client was answered.
  std::optional<BookingId> booking;
  // A cancellation was answered with CANCELLED.
  bool cancel_told = false;
};

// A book request under way.
struct Asking {
  FlightId flight;
  std::int64_t seats = 0;
  // The flight was sold out at some moment since the request.
  bool may_be_sold_out = false;
  bool may_be_closed = false;
};

// A booking as a client saw it.
struct Sighting {
  ledger::Booking booking;
  Micros asked{0};
  Micros shown{0};
};

class History {
 public:
  explicit History(EventQueue& queue) : queue_(queue) {}

  std::shared_ptr<Wish> wish(UserId user, FlightId flight, std::int64_t seats,
                             std::optional<std::string> key);
  void booked(Wish& wish, const ledger::Booking& booking, Micros asked);
  void saw(const ledger::Booking& booking, Micros asked);
  void refused(const Wish& wish, const Asking& asking, const Error& error);
  void violate(std::string what);

  const std::vector<std::shared_ptr<Wish>>& wishes() const { return wishes_; }
  const Violations& violations() const { return violations_; }
  // Called at the end. Every acknowledged booking must exist, and clients must have seen only states in an
  // order that the life of a booking allows.
  void check_bookings(const std::map<BookingId, ledger::Booking>& rows);
  // A CONFIRMED booking must be charged once. The charge of any other booking must be refunded once.
  void check_money(const std::map<BookingId, ledger::Booking>& rows,
                   const std::map<BookingId, PaymentService::Record>& payments);

  // The number of requests that were answered with a booking.
  int answered = 0;
  int sold_out = 0;

 private:
  void check_confirmed(const ledger::Booking& booking, const PaymentService::Record& payment);

  EventQueue& queue_;
  std::vector<std::shared_ptr<Wish>> wishes_;
  std::map<BookingId, std::vector<Sighting>> sightings_;
  std::map<BookingId, const Wish*> owners_;
  Violations violations_;
};

}  // namespace flightdeck::simulation
