#include "core/json_writer.h"
#include "http/handlers.h"

namespace flightdeck::http {

namespace {

std::string_view to_string(HealthStatus status) {
  switch (status) {
    case HealthStatus::ok: return "ok";
    case HealthStatus::degraded: return "degraded";
    case HealthStatus::down: break;
  }
  return "down";
}

Response report_response(const HealthReport& report) {
  Response response;
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

Task<Response> show_health(Api& api, const Request&) { co_return report_response(api.health.report()); }

Task<Response> show_live(Api&, const Request&) { co_return json_response(200, R"({"status":"ok"})"); }

Task<Response> show_ready(Api& api, const Request&) {
  const bool ready = api.health.report().status != HealthStatus::down;
  co_return json_response(ready ? 200 : 503, ready ? R"({"status":"ok"})" : R"({"status":"down"})");
}

Task<Response> show_metrics(Api& api, const Request&) {
  Task<std::string> text = api.metrics.render();
  Response response;
  response.content_type = metrics_type;
  response.body = co_await std::move(text);
  co_return response;
}

}  // namespace flightdeck::http
