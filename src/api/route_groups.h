// Which parts of the contract a process serves, by its role.
#pragma once

namespace flightdeck::api {

// What is in none of them (the root, health, metrics) is always there.
struct RouteGroups {
  bool admin = false;         // Api::manage_flights, Api::auditor
  bool search = false;        // Api::search_flights
  bool booking = false;       // Api::bookings; the payment callback too
  bool mock_payment = false;  // Api::mock_payments
};

}  // namespace flightdeck::api
