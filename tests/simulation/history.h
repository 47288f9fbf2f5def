// What clients asked and were told, and what an outsider may conclude from it.
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
  // Once it was told.
  std::optional<BookingId> booking;
  // A cancel was answered: CANCELLED.
  bool cancel_told = false;
};

// A book request under way.
struct Asking {
  FlightId flight;
  std::int64_t seats = 0;
  // It was true at some moment since it was asked.
  bool may_be_sold_out = false;
  bool may_be_closed = false;
};

// A booking as somebody was shown it.
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
  // At the end: every booking that was told of is there, and was only ever shown in an order that its life
  // allows.
  void check_bookings(const std::map<BookingId, ledger::Booking>& rows);
  // Charged once for what is CONFIRMED, and given back once what is not.
  void check_money(const std::map<BookingId, ledger::Booking>& rows,
                   const std::map<BookingId, PaymentService::Record>& payments);

  // Book requests, with a booking.
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
