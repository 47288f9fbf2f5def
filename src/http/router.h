// Finds the handler of a request, or the answer that needs none (404, 405, 415, 501, OPTIONS).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/task.h"
#include "http/request.h"
#include "http/response.h"

namespace flightdeck::http {

struct Api;

// The request stays as it is until the task has ended. UnavailableError becomes a 503, any other exception a 500.
using Handler = Task<Response> (*)(Api& api, const Request& request);

// Asked before the handler is begun: what a busy process says to most requests must cost next to nothing. nullopt: the
// handler answers.
using Refusal = std::optional<Response> (*)(Api& api, const Request& request);

struct Route {
  Method method;
  std::string_view pattern;  // of static storage; at most one segment is a `{name}`
  Handler handler;
  bool reads_json = false;  // a body of another media type is a 415
  Refusal refusal = nullptr;
};

struct RouteMatch {
  const Route* route = nullptr;
  std::string_view allow;      // the methods of the path; empty: there is no such path
  std::string_view parameter;  // the segment of the path that stands for `{name}`
};

// Immutable, so one serves all threads.
class Router {
 public:
  // GET routes answer HEAD too. Throws std::logic_error for a pattern it cannot keep to.
  explicit Router(std::span<const Route> routes);

  // `OPTIONS *` matches no route and has the methods of all of them.
  RouteMatch match(Method method, std::string_view path) const;

 private:
  struct Path {
    std::string_view pattern;
    std::string_view before;  // the whole pattern when it has no parameter
    std::string_view after;
    bool has_parameter = false;
    std::vector<Route> routes;
    std::string allow;
  };
  Path& path_of(std::string_view pattern);

  std::vector<Path> paths_;  // those without a parameter first: they win
  std::string allow_anywhere_;
};

// The answer to a request that reaches no handler; nullopt when it does.
std::optional<Response> answer_without_handler(const RouteMatch& match, const Request& request);

}  // namespace flightdeck::http
