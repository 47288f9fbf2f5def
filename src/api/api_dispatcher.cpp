#include "api/api_dispatcher.h"

#include <utility>

namespace flightdeck::api {

http::Dispatch ApiDispatcher::dispatch(http::Request& request) {
  const http::RouteMatch match = routes_.router().match(request.method, request.path);
  request.parameter = match.parameter;
  const std::string_view pattern = match.route ? match.route->pattern : "none";
  if (auto answer = http::answer_without_handler(match, request)) return {pattern, *std::move(answer)};
  const Route& route = routes_[match.index];
  if (route.refusal) {
    if (auto answer = route.refusal(api_, request)) return {pattern, *std::move(answer)};
  }
  return {pattern, route.handler(api_, request)};
}

}  // namespace flightdeck::api
