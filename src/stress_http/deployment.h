// What a stress run asks of a deployment beside the load: its flights before, and everything the audit reads.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/error.h"
#include "stress/bookings_audit.h"
#include "stress/flights_audit.h"
#include "stress/request_text.h"
#include "stress_http/inquiry.h"

namespace flightdeck::stress_http {

struct Route {
  std::string source;
  std::string destination;
  std::string date;
};

struct NewFlights {
  std::size_t count = 0;
  // Of each.
  std::int64_t seats = 0;
  std::string source;
  std::string destination;
  std::string departure_ts;
};

// One thread; everything blocks until it is answered, or fails by the deadline. Errors are for people.
class Deployment {
 public:
  // `wire` carries nothing else meanwhile.
  Deployment(stress::BaseUrl base_url, RequestPool& requests)
      : base_url_(std::move(base_url)), requests_(requests) {}

  // Error not_found: there is no such flight.
  Result<std::vector<stress::FlightSeats>> flights(const std::vector<FlightId>& ids, Persistence persistence,
                                                   stress::Time deadline);
  // All that search finds, sold-out ones too.
  Result<std::vector<FlightId>> search(const Route& route, stress::Time deadline);
  Result<std::vector<FlightId>> add_flights(const NewFlights& wanted, stress::Time deadline);

  // Every booking of every user, page by page; `user` is the place in `users`.
  using Take = std::function<void(std::size_t user, const stress::ListedBooking& booking)>;
  Result<void> bookings(const std::vector<UserId>& users, const Take& take, stress::Time deadline);

 private:
  std::string get(const std::string& target) const { return stress::get_text(base_url_, target); }

  stress::BaseUrl base_url_;
  RequestPool& requests_;
};

}  // namespace flightdeck::stress_http
