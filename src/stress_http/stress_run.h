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
  // As parse_base_url makes it.
  net::HttpUrl url;
  stress::Plan plan;
  // To book on, besides.
  std::vector<FlightId> flights;
  std::optional<Route> route;
  // And of those added for the run.
  std::size_t create_flights = 0;
  std::int64_t seats_per_flight = 0;
  // Most requests under way.
  std::size_t connections = 0;
  // That the audit waits for what is pending, and for a deployment that is away.
  std::chrono::seconds settle{0};
  // Empty: none; `-`: standard output.
  std::string json_file;
  bool quiet = false;
};
// Blocks until the audit is through. Prints to standard output, how it goes to standard error. The exit code:
// 0 the audit passed; 1 it did not, no booking could be made, or the run could not begin. SIGINT and SIGTERM
// end the load; a second one ends the process.
int run_stress(const StressCommand& command);

}  // namespace flightdeck::stress_http
