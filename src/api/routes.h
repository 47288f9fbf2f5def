// Every route of the HTTP contract, in one table (routes.cpp).
#pragma once

#include <optional>
#include <vector>

#include "api/api.h"
#include "api/route_groups.h"
#include "core/task.h"
#include "http/router.h"

namespace flightdeck::api {

// The request stays as it is until the task has ended. UnavailableError becomes a 503, any other exception a
// 500.
using Handler = Task<http::Response> (*)(Api& api, const http::Request& request);

// Asked before the handler is begun: what a busy process says to most requests must cost next to nothing.
// nullopt: the handler answers.
using Refusal = std::optional<http::Response> (*)(Api& api, const http::Request& request);

struct Route {
  http::Route path;
  Handler handler;
  Refusal refusal = nullptr;
};

// Immutable, so one serves all threads.
class RouteTable {
 public:
  // Throws std::logic_error for a pattern that the router cannot keep to.
  explicit RouteTable(std::vector<Route> routes);

  const http::Router& router() const { return router_; }
  const Route& operator[](std::size_t index) const { return routes_[index]; }

 private:
  std::vector<Route> routes_;
  http::Router router_;
};

// Those of the contract that belong to the groups.
RouteTable contract_routes(RouteGroups groups);

// Throws std::logic_error when a group is served whose part of the Api is missing.
void check_api(const Api& api, RouteGroups groups);

}  // namespace flightdeck::api
