// Every route of the HTTP contract, in one table (routes.cpp).
#pragma once

#include <vector>

#include "http/route_groups.h"
#include "http/router.h"

namespace flightdeck::http {

// Throws std::logic_error when a group is served whose part of the Api is missing.
void check_api(const Api& api, RouteGroups groups);

std::vector<Route> contract_routes(RouteGroups groups);

}  // namespace flightdeck::http
