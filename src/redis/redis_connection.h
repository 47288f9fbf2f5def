// A connection to Redis that is kept up for ever: calls are pipelined on it, and when Redis is away they say
// so at once.
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
  // It answers, and refuses writes, or a command that its user has no right to.
  refusing,
  well,
};

// One an I/O thread, used from that thread only. It is up after Redis has taken the credentials, the database
// and the scripts and has answered a PING. A missed deadline makes it doubtful, and so not up, until Redis
// answers again: a frozen Redis costs one deadline, not one a call. Logs once when Redis is lost and once
// when it is back. Each second it is tried whether Redis takes writes. One that is no primary is left, and
// connected to anew, wherever its address leads now; one that refuses otherwise stays, and what it refuses is
// named in the log.
class RedisConnection {
 public:
  // `context` and `log` outlive it. `call_deadline`: other than the limit only in tests.
  RedisConnection(boost::asio::io_context& context, RedisEndpoint endpoint, Log& log,
                  Milliseconds call_deadline = limits::redis_call_deadline);
  // Closes it. What is under way inside goes on in the context for a moment, without this object.
  ~RedisConnection();
  RedisConnection(const RedisConnection&) = delete;
  RedisConnection& operator=(const RedisConnection&) = delete;

  // Before `start`: it is up only while Redis tells `watcher` of every change of the keys that begin so. No
  // prefix may be the beginning of another. Such a connection has no use for scripts. `watcher` outlives the
  // connection's `close`.
  void watch(std::vector<std::string> prefixes, KeyWatcher& watcher);

  // Before `start`: `lag`, which outlives the connection's `close`, is told when Redis stands still or
  // refuses to be told of anything, and when it is back after that or after it was away.
  void doubt(flights::IndexLag& lag);

  // Before `start`: it is tried on keys with `prefix` whether Redis takes writes. `refusals`, which outlives
  // the connection, speaks for all connections of the process; null: for itself.
  void try_writes_under(const std::string& prefix, RefusalLog* refusals = nullptr);

  // Connects, and again after each loss, until `close`.
  void start();
  // For good. Calls under way end before it returns.
  void close();

  bool up() const;
  RedisCondition condition() const;
  // Up, and as far as is known nobody is refused a write.
  bool takes_writes() const;
  // Grows whenever it comes up on a new connection: Redis may have lost what it was told last.
  std::uint64_t generation() const;

  // The replies, one a command in their order; an error reply spoils no other. nullopt: Redis is away, and
  // the commands may have been carried out or not. At once when it is not up, or when too much is under way.
  // The deadline holds for each limits::redis_pipeline_commands of them, which are sent when those before are
  // answered. A script that Redis has forgotten is loaded and called again, after the other commands; so
  // scripts must be repeatable. Never throws.
  Task<std::optional<Replies>> call(std::vector<Command> commands);
  // The same, of commands that the caller keeps until it has its answer.
  Task<std::optional<Replies>> call_kept(std::span<const Command> commands);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace flightdeck::redis
