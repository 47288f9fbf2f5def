// Loads flights to try the program with, when the database has none yet.
#pragma once

#include "app/config.h"
#include "app/start_patience.h"
#include "core/log.h"
#include "core/time.h"

namespace flightdeck::app {

// Of several processes that start on one empty database, one loads the flights and the others wait for it. An
// interrupted load is continued by the next process that starts with --demo-data. Does nothing without that
// setting. Throws std::runtime_error with one line that says what is wrong.
void load_demo_data(const Config& config, const Clock& clock, Log& log, StartPatience& patience);

}  // namespace flightdeck::app
