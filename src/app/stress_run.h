// `flightdeck stress`: the load on a deployment, its audit, and the report.
#pragma once

#include "app/config.h"

namespace flightdeck::app {

// Blocks until the audit is through. Prints to standard output, how it goes to standard error. The exit code: 0 the
// audit passed; 1 it did not, no booking could be made, or the run could not begin. SIGINT and SIGTERM end the load; a
// second one ends the process.
int run_stress(const StressCommand& command);

}  // namespace flightdeck::app
