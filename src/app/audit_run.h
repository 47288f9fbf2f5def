// `flightdeck audit`: looks at the database and the Redis of the settings, whether servers use them or not.
#pragma once

#include "app/config.h"

namespace flightdeck::app {

// Prints what it found. The exit code: 0 nothing is wrong, 1 something is, or not all of it could be looked
// at. Throws std::runtime_error with one line for people when the database cannot be read.
int run_audit(const AuditCommand& command);

}  // namespace flightdeck::app
