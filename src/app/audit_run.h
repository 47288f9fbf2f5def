// `flightdeck audit`: inspects the database and the Redis of the settings, whether servers use them or not.
#pragma once

#include "app/config.h"

namespace flightdeck::app {

// Prints the findings and returns the exit code: 0 when nothing is wrong, 1 when something is wrong or not
// everything could be inspected. Throws std::runtime_error with one line for people when the database cannot
// be read.
int run_audit(const AuditCommand& command);

}  // namespace flightdeck::app
