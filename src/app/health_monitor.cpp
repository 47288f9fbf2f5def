#include "app/health_monitor.h"

#include <string_view>

#include "core/limits.h"
#include "core/version.h"

namespace flightdeck::app {

namespace {

std::string_view to_string(redis::RedisCondition condition) {
  switch (condition) {
    case redis::RedisCondition::well: return "ok";
    case redis::RedisCondition::refusing: return "refusing";
    case redis::RedisCondition::away: break;
  }
  return "away";
}

}  // namespace

HealthMonitor::HealthMonitor(const Clock& clock, bool uses_database, bool uses_redis)
    : clock_(clock), uses_database_(uses_database), uses_redis_(uses_redis), started_(clock.now()) {}

api::HealthReport HealthMonitor::report() const {
  const Instant now = clock_.now();
  api::HealthReport report;
  report.version = kVersion;
  report.uptime_s = std::chrono::duration_cast<std::chrono::seconds>(now - started_).count();
  if (!uses_database_) return report;
  const bool fresh = now - from_unix_ms(looked_at_ms_) < limits::health_stale_after;
  const bool database_ok = database_answers_ && fresh;
  const redis::RedisCondition redis = redis_;
  const bool redis_ok = !uses_redis_ || redis == redis::RedisCondition::well;
  report.status = !database_ok ? api::HealthStatus::down
                  : redis_ok   ? api::HealthStatus::ok
                               : api::HealthStatus::degraded;
  report.checks = {{"database", database_ok ? "ok" : "away"},
                   {"redis", std::string(uses_redis_ ? to_string(redis) : "in-process")}};
  return report;
}

void HealthMonitor::database_answers(bool answers) {
  database_answers_ = answers;
  looked_at_ms_ = to_unix_ms(clock_.now());
}

}  // namespace flightdeck::app
