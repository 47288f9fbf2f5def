// Finds the route of a request, or answers it without one (404, 405, 415, 501, OPTIONS).
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/request.h"
#include "http/response.h"

namespace flightdeck::http {

struct Route {
  Method method;
  // It has static storage. At most one segment is a `{name}`.
  std::string_view pattern;
  // A body that is not JSON is answered 415.
  bool reads_json = false;
};

struct RouteMatch {
  const Route* route = nullptr;
  // The index of `route` among the routes that the router was made of.
  std::size_t index = 0;
  // The methods of the path. Empty: there is no such path.
  std::string_view allow;
  // The segment of the path that matches `{name}`.
  std::string_view parameter;
};

// Immutable, so one router serves all threads.
class Router {
 public:
  // GET routes also answer HEAD. Throws std::logic_error for a pattern that it does not support.
  explicit Router(std::span<const Route> routes);

  // `OPTIONS *` matches no route and has the methods of all of them.
  RouteMatch match(Method method, std::string_view path) const;

 private:
  struct Indexed {
    Route route;
    std::size_t index;
  };
  struct Path {
    std::string_view pattern;
    // The part before the parameter, or the whole pattern when it has none.
    std::string_view before;
    std::string_view after;
    bool has_parameter = false;
    std::vector<Indexed> routes;
    std::string allow;
  };
  Path& path_of(std::string_view pattern);

  // Paths without a parameter come first, since they win.
  std::vector<Path> paths_;
  std::string allow_anywhere_;
};

// The answer to a request that reaches no handler. nullopt when it does reach one.
std::optional<Response> answer_without_handler(const RouteMatch& match, const Request& request);

}  // namespace flightdeck::http
