// Every route of the HTTP contract, in one table (routes.cpp).
#pragma once

#include <optional>
#include <vector>

#include "api/api.h"
#include "api/route_groups.h"
#include "core/task.h"
#include "http/router.h"

namespace flightdeck::api {

// The request stays unchanged until the task has ended. An UnavailableError becomes a 503, any other
// exception a 500.
using Handler = Task<http::Response> (*)(Api& api, const http::Request& request);

// Called before the handler, since refusing most requests of a busy process must cost next to nothing.
// nullopt: the handler answers.
using Refusal = std::optional<http::Response> (*)(Api& api, const http::Request& request);

struct Route {
  http::Route path;
  Handler handler;
  Refusal refusal = nullptr;
};

// Immutable, so one table serves all threads.
class RouteTable {
 public:
  // Throws std::logic_error for a pattern that the router does not support.
  explicit RouteTable(std::vector<Route> routes);

  const http::Router& router() const { return router_; }
  const Route& operator[](std::size_t index) const { return routes_[index]; }

 private:
  std::vector<Route> routes_;
  http::Router router_;
};

// The routes of the contract that belong to the groups.
RouteTable contract_routes(RouteGroups groups);

// Throws std::logic_error when `groups` has a group whose service in `api` is null.
void check_api(const Api& api, RouteGroups groups);

}  // namespace flightdeck::api
