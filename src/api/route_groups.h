// Which parts of the contract a process serves. Its role determines them.
#pragma once

namespace flightdeck::api {

// Routes in none of these groups (the root, health, metrics) are always served.
struct RouteGroups {
  // Needs Api::manage_flights and Api::auditor.
  bool admin = false;
  // Needs Api::search_flights.
  bool search = false;
  // Needs Api::bookings. It includes the payment callback.
  bool booking = false;
  // Needs Api::mock_payments.
  bool mock_payment = false;
};

}  // namespace flightdeck::api
