// Port: who hears of every finished request (the latency histogram).
#pragma once

#include <cstddef>
#include <string_view>

namespace flightdeck::http {

struct FinishedRequest {
  // Upper case; "OTHER" for one that no route has.
  std::string_view method;
  // Its pattern, such as `/booking/{booking_id}`; "none" when no route was found.
  std::string_view route;
  int status = 0;
  // From the complete request to the answer, before it is sent.
  double seconds = 0;
};

// Thread-safe, quick, never throws: it is called for each request, on its I/O thread.
class RequestObserver {
 public:
  virtual ~RequestObserver() = default;
  virtual void finished(const FinishedRequest& request) noexcept = 0;
};

}  // namespace flightdeck::http
