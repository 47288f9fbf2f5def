// The clock of a load: it only moves forward.
#pragma once

#include <chrono>

#include "stress/plan.h"

namespace flightdeck::stress_http {

inline stress::Time clock_now() { return std::chrono::steady_clock::now(); }

}  // namespace flightdeck::stress_http
