// The commands of the program.
#pragma once

#include "app/config.h"

namespace flightdeck::app {

// Each command runs to its end and returns the exit code: 0 for success, 1 for failure, 2 for wrong usage.
// One line on standard error says what went wrong.
int run(const CommandLine& command);

}  // namespace flightdeck::app
