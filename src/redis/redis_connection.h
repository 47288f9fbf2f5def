// A connection to Redis that is always kept up. Calls are pipelined on it, and fail at once while Redis is
// away.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/limits.h"
#include "core/log.h"
#include "core/task.h"
#include "core/time.h"
#include "flights/index_lag.h"
#include "redis/command.h"
#include "redis/redis_url.h"

namespace boost::asio {
class io_context;
}

namespace flightdeck::redis {

class KeyWatcher;
class RefusalLog;

enum class RedisCondition {
  away,
  // Redis answers, but refuses writes, or a command that the user has no right to.
  refusing,
  well,
};

// There is one for each I/O thread, used from that thread only. It is up when Redis has accepted the
// credentials, the database and the scripts and has answered a PING. A missed deadline puts the connection in
// doubt, and so not up, until Redis answers again. A frozen Redis therefore costs one deadline, not one for
// each call. It logs once when Redis is lost and once when it is back. Each second it tries whether Redis
// takes writes. It leaves a server that is not a primary, and connects again to wherever the address leads
// now. It stays with a server that refuses for another reason, and names what is refused in the log.
class RedisConnection {
 public:
  // `context` and `log` outlive it. Only tests pass another `call_deadline`.
  RedisConnection(boost::asio::io_context& context, RedisEndpoint endpoint, Log& log,
                  Milliseconds call_deadline = limits::redis_call_deadline);
  // Closes it. Internal work goes on in the context for a moment, without this object.
  ~RedisConnection();
  RedisConnection(const RedisConnection&) = delete;
  RedisConnection& operator=(const RedisConnection&) = delete;

  // Call it before `start`. The connection is then up only while Redis pushes every change of keys with these
  // prefixes to `watcher`. No prefix may be a prefix of another. Such a connection does not load scripts.
  // `watcher` outlives the connection's `close`.
  void watch(std::vector<std::string> prefixes, KeyWatcher& watcher);

  // Call it before `start`. The connection marks in `lag` when Redis stands still or refuses updates, and
  // when it is back after that or after it was away. `lag` outlives the connection's `close`.
  void doubt(flights::IndexLag& lag);

  // Call it before `start`. The connection then tries on keys with `prefix` whether Redis takes writes.
  // `refusals` logs for all connections of the process and outlives the connection. Null: the connection logs
  // by itself.
  void try_writes_under(const std::string& prefix, RefusalLog* refusals = nullptr);

  // Connects, and reconnects after each loss, until `close`.
  void start();
  // Closes it for good. Calls under way end before it returns.
  void close();

  bool up() const;
  RedisCondition condition() const;
  // Whether the connection is up and no write is known to be refused.
  bool takes_writes() const;
  // Grows whenever it comes up on a new connection. Redis may have lost its last updates then.
  std::uint64_t generation() const;

  // Returns a reply for each command, in their order. An error reply does not affect the others. nullopt:
  // Redis is away, and the commands may have been carried out or not. It returns at once when the connection
  // is not up or has too many calls under way. Commands are sent in groups of
  // limits::redis_pipeline_commands, each when the one before is answered, and the deadline applies to each
  // group. A script that Redis does not have is loaded and called again, after the other commands, so scripts
  // must be repeatable. Never throws.
  Task<std::optional<Replies>> call(std::vector<Command> commands);
  // The same, but the caller keeps the commands alive until it has the replies.
  Task<std::optional<Replies>> call_kept(std::span<const Command> commands);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace flightdeck::redis
