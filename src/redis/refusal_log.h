// Says in the log what Redis refuses, once for all connections of a process, and once that it is over.
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

  // A connection is refused something, or nothing any more; not `over`: nobody knows, as the connection is
  // closed.
  void begin();
  void end(const RedisEndpoint& endpoint, bool over);
  // Between the two.
  void name(const RedisEndpoint& endpoint, const RefusedCommand& refused);

 private:
  Log& log_;
  std::mutex mutex_;
  // That are refused something.
  int connections_ = 0;
  // While there are any: words, and commands that a right is missing for.
  std::set<std::string> named_;
};

}  // namespace flightdeck::redis
