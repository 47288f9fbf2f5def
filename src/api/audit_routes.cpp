#include "api/handlers.h"
#include "http/problem.h"

namespace flightdeck::api {

Task<http::Response> audit_everything(Api& api, const http::Request& request) {
  const Result<audit::AuditReport> report = co_await api.auditor->run();
  if (!report) co_return http::problem_response(report.error(), request.request_id);
  http::Response response;
  audit::append_audit_json(response.body, *report);
  co_return response;
}

}  // namespace flightdeck::api
