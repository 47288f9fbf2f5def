// Every route of the HTTP contract, in one table (routes.cpp).
#pragma once

#include <vector>

#include "http/router.h"

namespace flightdeck::http {

// Which parts of the contract a process serves, by its role. Health and metrics are always there.
struct RouteGroups {
  bool admin = false;         // Api::manage_flights, Api::auditor
  bool search = false;        // Api::search_flights
  bool booking = false;       // Api::bookings; the payment callback too
  bool mock_payment = false;  // Api::mock_payments
};

// Throws std::logic_error when a group is served whose part of the Api is missing.
void check_api(const Api& api, RouteGroups groups);

std::vector<Route> contract_routes(RouteGroups groups);

}  // namespace flightdeck::http
