#include <string>

#include "api/handlers.h"
#include "core/json_writer.h"
#include "core/version.h"

namespace flightdeck::api {

// Links to what this process serves. Whoever checks `/` finds it alive.
Task<http::Response> show_root(Api& api, const http::Request&) {
  using Path = std::string_view;
  http::Response response;
  JsonWriter json(response.body);
  json.begin_object().member("service", Path("flightdeck")).member("version", kVersion);
  json.key("links").begin_object();
  if (api.groups.search) json.member("search", Path("/search"));
  if (api.groups.booking) json.member("booking", Path("/booking")).member("bookings", Path("/bookings"));
  if (api.groups.admin) json.member("flights", Path("/admin/flights")).member("audit", Path("/admin/audit"));
  json.member("health", Path("/health")).member("live", Path("/health/live"));
  json.member("ready", Path("/health/ready")).member("metrics", Path("/metrics"));
  json.end_object().end_object();
  co_return response;
}

}  // namespace flightdeck::api
