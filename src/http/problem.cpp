#include "http/problem.h"

#include <algorithm>
#include <string>

#include "core/json_writer.h"
#include "core/limits.h"
#include "core/utf8.h"

namespace flightdeck::http {

namespace {

constexpr int retry_soon_s = 1;
constexpr std::size_t body_bytes_expected = 320;

// For what the client made up: it may be of any length.
std::string shown(std::string_view text, std::size_t bytes) {
  const std::string_view beginning = utf8_prefix(text, bytes);
  std::string cut(beginning);
  if (beginning.size() < text.size()) cut.append("\u2026");
  return cut;
}

// As many as may be listed and fit.
void append_errors(JsonWriter& json, const std::string& body, const std::vector<FieldError>& fields) {
  // Behind the list: `errors_total` and brackets.
  constexpr std::size_t tail_bytes = 64;
  constexpr std::size_t bytes_max = limits::problem_bytes - limits::problem_head_bytes - tail_bytes;
  std::size_t listed = 0;
  std::string one;
  json.key("errors").begin_array();
  for (const FieldError& field : fields) {
    if (listed == limits::errors_listed) break;
    one.clear();
    JsonWriter error(one);
    error.begin_object().member("field", std::string_view(shown(field.field, limits::field_shown_bytes)));
    error.member("message", std::string_view(shown(field.message, limits::detail_shown_bytes))).end_object();
    if (body.size() + one.size() > bytes_max) break;
    json.raw(one);
    ++listed;
  }
  json.end_array();
  if (listed < fields.size()) json.member("errors_total", static_cast<std::int64_t>(fields.size()));
}

Response render(const ProblemKind& kind, std::string_view detail, const std::vector<FieldError>& fields,
                std::string_view request_id) {
  constexpr std::string_view prefix = "urn:flightdeck:problem:";
  std::string type;
  type.reserve(prefix.size() + kind.code.size());
  type.append(prefix);
  std::transform(kind.code.begin(), kind.code.end(), std::back_inserter(type), [](char c) {
    return c == '_' ? '-' : static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  });
  Response response;
  response.status = kind.status;
  response.content_type = problem_type;
  response.body.reserve(body_bytes_expected);
  JsonWriter json(response.body);
  json.begin_object().member("type", std::string_view(type)).member("title", kind.title);
  json.member("status", kind.status);
  json.member("detail", detail.empty() ? kind.title : utf8_prefix(detail, limits::detail_shown_bytes));
  json.member("code", kind.code).member("request_id", request_id);
  if (!fields.empty()) append_errors(json, response.body, fields);
  json.end_object();
  if (kind.retry_after_s > 0) response.add_header("Retry-After", std::to_string(kind.retry_after_s));
  return response;
}

std::string_view protocol_code(int status) {
  switch (status) {
    case 414:
    case 431: return "PAYLOAD_TOO_LARGE";
    case 417: return "EXPECTATION_FAILED";
    case 501: return "NOT_IMPLEMENTED";
    case 505: return "HTTP_VERSION_NOT_SUPPORTED";
    default: return "VALIDATION_FAILED";
  }
}

}  // namespace

ProblemKind problem_kind(ErrorCode code) {
  switch (code) {
    case ErrorCode::malformed_json: return {400, "MALFORMED_JSON", "The body is not JSON"};
    case ErrorCode::validation_failed: return {422, "VALIDATION_FAILED", "The request has wrong fields"};
    case ErrorCode::not_found: return {404, "NOT_FOUND", "Not found"};
    case ErrorCode::method_not_allowed:
      return {405, "METHOD_NOT_ALLOWED", "The path does not have this method"};
    case ErrorCode::unsupported_media_type: return {415, "UNSUPPORTED_MEDIA_TYPE", "The body must be JSON"};
    case ErrorCode::payload_too_large: return {413, "PAYLOAD_TOO_LARGE", "The body is too large"};
    case ErrorCode::out_of_stock: return {400, "OUT_OF_STOCK", "Not enough seats are left"};
    case ErrorCode::flight_closed: return {409, "FLIGHT_CLOSED", "The flight is not for sale"};
    case ErrorCode::flight_has_bookings: return {409, "FLIGHT_HAS_BOOKINGS", "The flight has live bookings"};
    case ErrorCode::capacity_below_sold: return {409, "CAPACITY_BELOW_SOLD", "More seats are sold than that"};
    case ErrorCode::duplicate_flight: return {409, "DUPLICATE_FLIGHT", "There is such a flight already"};
    case ErrorCode::version_conflict: return {412, "VERSION_CONFLICT", "It has another version"};
    case ErrorCode::idempotency_key_reused:
      return {422, "IDEMPOTENCY_KEY_REUSED", "The key stands for another request"};
    case ErrorCode::invalid_state: return {409, "INVALID_STATE", "Its state does not allow this"};
    case ErrorCode::overloaded: return {503, "OVERLOADED", "Too much to do at the moment", retry_soon_s};
    case ErrorCode::unavailable: return {503, "UNAVAILABLE", "A needed part does not answer", retry_soon_s};
    case ErrorCode::internal: break;
  }
  return {500, "INTERNAL", "Internal error"};
}

Response problem_response(const Error& error, std::string_view request_id) {
  return render(problem_kind(error.code), error.detail, error.fields, request_id);
}

Error other_tag(std::string_view tag) {
  std::string detail = "Its entity tag is ";
  detail.append(tag).append(", which If-Match does not name.");
  return Error{ErrorCode::version_conflict, std::move(detail)};
}

Response protocol_problem(int status, std::string_view detail, std::string_view request_id) {
  return render({status, protocol_code(status), reason_phrase(status)}, detail, {}, request_id);
}

Response problem_response(const std::exception_ptr& failure, std::string_view route,
                          std::string_view request_id, Log& log) {
  Error error;
  // An outage is told once by the part that has it, and counted by its status here: not a line a request.
  LogLevel level = LogLevel::debug;
  std::string what = "not a std::exception";
  try {
    std::rethrow_exception(failure);
  } catch (const OverloadedError& e) {
    error.code = ErrorCode::overloaded;
    what = e.what();
  } catch (const UnavailableError& e) {
    error.code = ErrorCode::unavailable;
    what = e.what();
  } catch (const std::exception& e) {
    level = LogLevel::error;
    what = e.what();
  } catch (...) {
    level = LogLevel::error;
  }
  if (log.enabled(level)) {
    log.write(level, request_id, "request failed", {{"route", route}, {"error", std::string_view(what)}});
  }
  return problem_response(error, request_id);
}

}  // namespace flightdeck::http
