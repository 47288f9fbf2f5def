// Port: the health of the program, for probes and people.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace flightdeck::api {

enum class HealthStatus {
  ok,
  // A part is away, but bookings can be made.
  degraded,
  // No bookings can be made. The answer is 503.
  down,
};

struct HealthReport {
  HealthStatus status = HealthStatus::ok;
  std::string version;
  std::int64_t uptime_s = 0;
  // The name of each part ("database") and its state ("ok").
  std::vector<std::pair<std::string, std::string>> checks;
};

// Thread-safe. Answers at once from what is known, since probes are frequent and must not wait for a part
// that hangs.
class Health {
 public:
  virtual ~Health() = default;
  virtual HealthReport report() const = 0;
};

}  // namespace flightdeck::api
