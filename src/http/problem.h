// Errors as RFC 9457 problem documents.
#pragma once

#include <exception>
#include <string_view>

#include "core/error.h"
#include "core/log.h"
#include "http/response.h"

namespace flightdeck::http {

// How an error code looks from outside. This is the one place that maps codes to HTTP.
struct ProblemKind {
  int status;
  std::string_view code;
  std::string_view title;
  // 0: no Retry-After.
  int retry_after_s = 0;
};
ProblemKind problem_kind(ErrorCode code);

// The answer has at most limits::problem_bytes with its head, whatever the error says. Texts that are too
// long are cut, and only the first field errors are listed; `errors_total` then says how many there are.
Response problem_response(const Error& error, std::string_view request_id);

// The error when If-Match does not name `tag`, the entity tag of the target.
Error other_tag(std::string_view tag);

// For what is wrong with the request as HTTP, before any route is known: 400, 414, 417, 431, 501 or 505.
Response protocol_problem(int status, std::string_view detail, std::string_view request_id);

// For an exception that left a handler: OVERLOADED, UNAVAILABLE or INTERNAL. It is logged, and the client
// gets no internal detail.
Response problem_response(const std::exception_ptr& failure, std::string_view route,
                          std::string_view request_id, Log& log);

}  // namespace flightdeck::http
