// Port: handles a request that has arrived completely.
#pragma once

#include <string_view>
#include <variant>

#include "core/task.h"
#include "http/request.h"
#include "http/response.h"

namespace flightdeck::http {

struct Dispatch {
  // The pattern of the route, for logs and metrics. It has static storage.
  std::string_view route = "none";
  // An answer that is ready, or a handler that has not started. An UnavailableError that leaves the handler
  // becomes a 503, any other exception a 500.
  std::variant<Response, Task<Response>> answer;
};

// One for each server, used from its loop's thread.
class Dispatcher {
 public:
  virtual ~Dispatcher() = default;
  // Sets the request's `parameter`. The request stays unchanged until the task has ended. A busy process
  // refuses most requests with an answer instead of a task, since a refusal must cost next to nothing.
  virtual Dispatch dispatch(Request& request) = 0;
};

}  // namespace flightdeck::http
