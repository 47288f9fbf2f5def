// Brings what every process changes in Redis to this process' change clock.
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

// One a process, on a connection of its own, used from one thread. Redis pushes the names of the keys that
// changed (CLIENT TRACKING … BCAST). A connection that is silently dead pushes nothing either, so it is asked
// for a sign of life again and again, one that a replica refuses: the clock hears for
// limits::change_feed_trust after the last one that was answered was asked for.
class ChangeFeed {
 public:
  // `context`, `changes`, `log` and `refusals` outlive it. `refusals`: as RedisConnection::try_writes_on.
  ChangeFeed(boost::asio::io_context& context, RedisEndpoint endpoint, std::string prefix,
             flights::ChangeClock& changes, Log& log, RefusalLog* refusals = nullptr);
  // Closes it.
  ~ChangeFeed();
  ChangeFeed(const ChangeFeed&) = delete;
  ChangeFeed& operator=(const ChangeFeed&) = delete;

  // Before `start`: as RedisConnection::doubt.
  void doubt(flights::IndexLag& lag);
  void start();
  // For good. Nothing of it is left in the context after a moment.
  void close();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace flightdeck::redis
