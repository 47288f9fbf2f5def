#include "http/handlers.h"
#include "http/problem.h"

namespace flightdeck::http {

Task<Response> audit_everything(Api& api, const Request& request) {
  const Result<sync::AuditReport> report = co_await api.auditor->run();
  if (!report) co_return problem_response(report.error(), request.request_id);
  Response response;
  sync::append_audit_json(response.body, *report);
  co_return response;
}

}  // namespace flightdeck::http
