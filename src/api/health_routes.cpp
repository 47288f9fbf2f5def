#include "api/handlers.h"
#include "core/json_writer.h"

namespace flightdeck::api {

namespace {

std::string_view to_string(HealthStatus status) {
  switch (status) {
    case HealthStatus::ok: return "ok";
    case HealthStatus::degraded: return "degraded";
    case HealthStatus::down: break;
  }
  return "down";
}

http::Response report_response(const HealthReport& report) {
  http::Response response;
  response.status = report.status == HealthStatus::down ? 503 : 200;
  JsonWriter json(response.body);
  json.begin_object().member("status", to_string(report.status));
  json.member("version", std::string_view(report.version)).member("uptime_s", report.uptime_s);
  json.key("checks").begin_object();
  for (const auto& [part, state] : report.checks)
    json.member(std::string_view(part), std::string_view(state));
  json.end_object().end_object();
  return response;
}

}  // namespace

Task<http::Response> show_health(Api& api, const http::Request&) {
  co_return report_response(api.health.report());
}

Task<http::Response> show_live(Api&, const http::Request&) {
  co_return http::json_response(200, R"({"status":"ok"})");
}

Task<http::Response> show_ready(Api& api, const http::Request&) {
  const bool ready = api.health.report().status != HealthStatus::down;
  co_return http::json_response(ready ? 200 : 503, ready ? R"({"status":"ok"})" : R"({"status":"down"})");
}

Task<http::Response> show_metrics(Api& api, const http::Request&) {
  Task<std::string> text = api.metrics.render();
  http::Response response;
  response.content_type = http::metrics_type;
  response.body = co_await std::move(text);
  co_return response;
}

}  // namespace flightdeck::api
