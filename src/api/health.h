// Port: how the program is, for probes and people.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace flightdeck::api {

enum class HealthStatus {
  ok,
  degraded,  // something is away, bookings are taken all the same
  down,      // no bookings can be taken: 503
};

struct HealthReport {
  HealthStatus status = HealthStatus::ok;
  std::string version;
  std::int64_t uptime_s = 0;
  std::vector<std::pair<std::string, std::string>> checks;  // part ("database") and how it is ("ok")
};

// Thread-safe. Answers at once from what is known: probes are frequent and must not wait for a part that hangs.
class Health {
 public:
  virtual ~Health() = default;
  virtual HealthReport report() const = 0;
};

}  // namespace flightdeck::api
