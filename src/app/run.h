// The commands of the program.
#pragma once

#include "app/config.h"

namespace flightdeck::app {

// Each runs to its end and returns the exit code: 0 done, 1 failed at work, 2 wrong usage. What went wrong is
// one line on standard error.
int run(const CommandLine& command);

}  // namespace flightdeck::app
