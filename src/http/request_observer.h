// Port: observes every finished request, for the latency histogram.
#pragma once

#include <cstddef>
#include <string_view>

namespace flightdeck::http {

struct FinishedRequest {
  // The method in upper case. "OTHER" for one that no route has.
  std::string_view method;
  // The route's pattern, such as `/booking/{booking_id}`. "none" when no route was found.
  std::string_view route;
  int status = 0;
  // The time from the complete request to the answer, before it is sent.
  double seconds = 0;
};

// Thread-safe. Never throws. It must be quick, since it is called for each request on its I/O thread.
class RequestObserver {
 public:
  virtual ~RequestObserver() = default;
  virtual void finished(const FinishedRequest& request) noexcept = 0;
};

}  // namespace flightdeck::http
