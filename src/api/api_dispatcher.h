// Dispatches requests: applies the route table to the services of one thread.
#pragma once

#include "api/routes.h"
#include "http/dispatcher.h"

namespace flightdeck::api {

// `routes` and `api` outlive it.
class ApiDispatcher final : public http::Dispatcher {
 public:
  ApiDispatcher(const RouteTable& routes, Api& api) : routes_(routes), api_(api) {}
  http::Dispatch dispatch(http::Request& request) override;

 private:
  const RouteTable& routes_;
  Api& api_;
};

}  // namespace flightdeck::api
