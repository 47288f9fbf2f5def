// `flightdeck stress`: the load on a deployment, its audit, and the report.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/ids.h"
#include "net/http_url.h"
#include "stress/plan.h"
#include "stress_http/deployment.h"

namespace flightdeck::stress_http {

struct StressCommand {
  net::HttpUrl url;  // as parse_base_url makes it
  stress::Plan plan;
  std::vector<FlightId> flights;  // to book on, besides
  std::optional<Route> route;
  std::size_t create_flights = 0;  // and of those added for the run,
  std::int64_t seats_per_flight = 0;
  std::size_t connections = 0;  // most requests under way
  std::chrono::seconds settle{
      0};                 // that the audit waits for what is pending, and for a deployment that is away
  std::string json_file;  // empty: none; `-`: standard output
  bool quiet = false;
};
// Blocks until the audit is through. Prints to standard output, how it goes to standard error. The exit code: 0 the
// audit passed; 1 it did not, no booking could be made, or the run could not begin. SIGINT and SIGTERM end the load; a
// second one ends the process.
int run_stress(const StressCommand& command);

}  // namespace flightdeck::stress_http
