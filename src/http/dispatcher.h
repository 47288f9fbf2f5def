// Port: what a server does with a request that has arrived whole.
#pragma once

#include <string_view>
#include <variant>

#include "core/task.h"
#include "http/request.h"
#include "http/response.h"

namespace flightdeck::http {

struct Dispatch {
  // Pattern of the route, of static storage. For logs and metrics.
  std::string_view route = "none";
  // An answer that is there already, or a handler that has not begun. UnavailableError that leaves the
  // handler becomes a 503, any other exception a 500.
  std::variant<Response, Task<Response>> answer;
};

// One per server, used from its loop's thread.
class Dispatcher {
 public:
  virtual ~Dispatcher() = default;
  // Sets the request's `parameter`. The request stays as it is until the task has ended. What a busy process
  // says to most requests is an answer, not a task: it must cost next to nothing.
  virtual Dispatch dispatch(Request& request) = 0;
};

}  // namespace flightdeck::http
