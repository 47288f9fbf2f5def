// Which parts of the contract a process serves, by its role.
#pragma once

namespace flightdeck::api {

// What is in none of them (the root, health, metrics) is always there.
struct RouteGroups {
  // Api::manage_flights, Api::auditor.
  bool admin = false;
  // Api::search_flights.
  bool search = false;
  // Api::bookings; the payment callback too.
  bool booking = false;
  // Api::mock_payments.
  bool mock_payment = false;
};

}  // namespace flightdeck::api
