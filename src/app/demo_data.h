// Flights to try the program with, when a database holds none yet.
#pragma once

#include "app/config.h"
#include "app/start_patience.h"
#include "core/log.h"
#include "core/time.h"

namespace flightdeck::app {

// Of several processes that start on one empty database, one loads them and the others wait for it. One that
// was interrupted is gone on with by whoever starts next with --demo-data. Nothing without that setting.
// Throws std::runtime_error with one line that says what is wrong.
void load_demo_data(const Config& config, const Clock& clock, Log& log, StartPatience& patience);

}  // namespace flightdeck::app
