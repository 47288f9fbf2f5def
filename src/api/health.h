// Port: how the program is, for probes and people.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace flightdeck::api {

enum class HealthStatus {
  ok,
  // Something is away, bookings are taken all the same.
  degraded,
  // No bookings can be taken: 503.
  down,
};

struct HealthReport {
  HealthStatus status = HealthStatus::ok;
  std::string version;
  std::int64_t uptime_s = 0;
  // Part ("database") and how it is ("ok").
  std::vector<std::pair<std::string, std::string>> checks;
};

// Thread-safe. Answers at once from what is known: probes are frequent and must not wait for a part that
// hangs.
class Health {
 public:
  virtual ~Health() = default;
  virtual HealthReport report() const = 0;
};

}  // namespace flightdeck::api
