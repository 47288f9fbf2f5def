// Marks what any process changes in Redis in this process's change clock.
#pragma once

#include <memory>
#include <string>

#include "core/log.h"
#include "flights/change_clock.h"
#include "flights/index_lag.h"
#include "redis/redis_url.h"

namespace boost::asio {
class io_context;
}

namespace flightdeck::redis {

class RefusalLog;

// There is one for a process, on a connection of its own, used from one thread. Redis pushes the names of the
// keys that changed (CLIENT TRACKING … BCAST). A dead connection pushes nothing either, so the feed keeps
// asking for a sign of life, in a way that a replica refuses. The clock can be relied on until
// limits::change_feed_trust after the last such request that was answered.
class ChangeFeed {
 public:
  // `context`, `changes`, `log` and `refusals` outlive it. For `refusals` see
  // RedisConnection::try_writes_under.
  ChangeFeed(boost::asio::io_context& context, RedisEndpoint endpoint, std::string prefix,
             flights::ChangeClock& changes, Log& log, RefusalLog* refusals = nullptr);
  // Closes it.
  ~ChangeFeed();
  ChangeFeed(const ChangeFeed&) = delete;
  ChangeFeed& operator=(const ChangeFeed&) = delete;

  // Call it before `start`; see RedisConnection::doubt.
  void doubt(flights::IndexLag& lag);
  void start();
  // Closes it for good. Soon after, nothing of it is left in the context.
  void close();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace flightdeck::redis
