// Logs what Redis refuses, once for all connections of a process, and logs once when it is over.
#pragma once

#include <mutex>
#include <set>
#include <string>

#include "core/log.h"
#include "redis/redis_url.h"
#include "redis/refusals.h"

namespace flightdeck::redis {

// Thread-safe.
class RefusalLog {
 public:
  // `log` outlives it.
  explicit RefusalLog(Log& log) : log_(log) {}

  // A connection calls these when it begins to be refused something, and when that ends. `over` is false when
  // the connection was closed, so that nobody knows whether the refusal is over.
  void begin();
  void end(const RedisEndpoint& endpoint, bool over);
  // Called between the two.
  void name(const RedisEndpoint& endpoint, const RefusedCommand& refused);

 private:
  Log& log_;
  std::mutex mutex_;
  // The number of connections that are refused something.
  int connections_ = 0;
  // What has been logged since the refusals began: error words, and commands that a right is missing for.
  std::set<std::string> named_;
};

}  // namespace flightdeck::redis
