#include "http/router.h"

#include <algorithm>
#include <stdexcept>

#include "http/header_values.h"
#include "http/problem.h"

namespace flightdeck::http {

namespace {

void append_allow(std::string& allow, std::string_view method) {
  if (!allow.empty()) allow.append(", ");
  allow.append(method);
}

}  // namespace

Router::Router(std::span<const Route> routes) {
  for (std::size_t i = 0; i < routes.size(); ++i) path_of(routes[i].pattern).routes.push_back({routes[i], i});
  for (Path& path : paths_) {
    for (const auto& [route, index] : path.routes) {
      append_allow(path.allow, to_string(route.method));
      if (route.method == Method::get) append_allow(path.allow, to_string(Method::head));
    }
    append_allow(path.allow, to_string(Method::options));
  }
  for (const Method method :
       {Method::get, Method::head, Method::post, Method::put, Method::del, Method::patch}) {
    const Method served = method == Method::head ? Method::get : method;
    const bool known = std::any_of(routes.begin(), routes.end(),
                                   [served](const Route& route) { return route.method == served; });
    if (known) append_allow(allow_anywhere_, to_string(method));
  }
  append_allow(allow_anywhere_, to_string(Method::options));
  std::stable_partition(paths_.begin(), paths_.end(), [](const Path& path) { return !path.has_parameter; });
}

Router::Path& Router::path_of(std::string_view pattern) {
  for (Path& path : paths_) {
    if (path.pattern == pattern) return path;
  }
  Path path;
  path.pattern = pattern;
  const std::size_t open = pattern.find('{');
  path.before = pattern.substr(0, open);
  if (open != std::string_view::npos) {
    const std::size_t close = pattern.find('}', open);
    const bool whole_segment = close != std::string_view::npos && pattern[open - 1] == '/' &&
                               (close + 1 == pattern.size() || pattern[close + 1] == '/');
    if (!whole_segment || pattern.find('{', close) != std::string_view::npos) {
      throw std::logic_error("a route pattern has one {parameter}, a whole segment: " + std::string(pattern));
    }
    path.has_parameter = true;
    path.after = pattern.substr(close + 1);
  }
  return paths_.emplace_back(std::move(path));
}

RouteMatch Router::match(Method method, std::string_view path) const {
  if (method == Method::options && path == "*") return {nullptr, 0, allow_anywhere_, {}};
  if (method == Method::head) method = Method::get;
  for (const Path& candidate : paths_) {
    RouteMatch match;
    if (candidate.has_parameter) {
      const std::size_t fixed = candidate.before.size() + candidate.after.size();
      if (path.size() <= fixed || !path.starts_with(candidate.before) || !path.ends_with(candidate.after)) {
        continue;
      }
      match.parameter = path.substr(candidate.before.size(), path.size() - fixed);
      if (match.parameter.find('/') != std::string_view::npos) continue;
    } else if (path != candidate.before) {
      continue;
    }
    match.allow = candidate.allow;
    for (const Indexed& each : candidate.routes) {
      if (each.route.method != method) continue;
      match.route = &each.route;
      match.index = each.index;
    }
    return match;
  }
  return {};
}

std::optional<Response> answer_without_handler(const RouteMatch& match, const Request& request) {
  if (request.method == Method::other) {
    return protocol_problem(501, "No path of this server has this method.", request.request_id);
  }
  if (match.allow.empty()) {
    // `OPTIONS *` has methods to tell of.
    if (request.path == "*")
      return protocol_problem(400, "Only OPTIONS asks about the server as a whole.", request.request_id);
    return problem_response(Error{ErrorCode::not_found, "There is nothing at this path."},
                            request.request_id);
  }
  if (!match.route) {
    Response response = empty_response(204);
    if (request.method != Method::options) {
      const Error error{ErrorCode::method_not_allowed, "This path has " + std::string(match.allow) + ".", {}};
      response = problem_response(error, request.request_id);
    }
    response.add_header("Allow", std::string(match.allow));
    return response;
  }
  if (match.route->reads_json) {
    const auto type = request.header(Header::content_type);
    if (!type || !is_json_media_type(*type)) {
      const Error error{
          ErrorCode::unsupported_media_type, "Send it with Content-Type: application/json.", {}};
      return problem_response(error, request.request_id);
    }
  }
  return std::nullopt;
}

}  // namespace flightdeck::http
