// The health of the process, from the last check of its database and its Redis.
#pragma once

#include <atomic>
#include <string>

#include "api/health.h"
#include "core/log.h"
#include "core/time.h"
#include "redis/redis_connection.h"

namespace flightdeck::app {

// Thread-safe.
class HealthMonitor final : public api::Health {
 public:
  // `uses_database` false: the process has none to look at (the payment mock).
  // `uses_redis` false: seat gate and flight index are in this process.
  HealthMonitor(const Clock& clock, bool uses_database, bool uses_redis);

  api::HealthReport report() const override;

  // Records the result of a check of the database. A check that is overdue counts as failed.
  void database_answers(bool answers);
  void redis_is(redis::RedisCondition condition) { redis_ = condition; }

 private:
  const Clock& clock_;
  const bool uses_database_;
  const bool uses_redis_;
  const Instant started_;
  std::atomic<bool> database_answers_{false};
  std::atomic<redis::RedisCondition> redis_{redis::RedisCondition::away};
  std::atomic<std::int64_t> looked_at_ms_{0};
};

}  // namespace flightdeck::app
