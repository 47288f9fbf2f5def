// One thread's event loop with a connection to Redis, run by the test.
#pragma once

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/log.h"
#include "doubles/manual_loop.h"
#include "redis/redis_connection.h"
#include "support/deadline.h"
#include "support/redis_server.h"

namespace flightdeck::test {

// Keeps the lines, `<level> <message> <name>=<text> …`.
class RecordingLog final : public Log {
 public:
  bool enabled(LogLevel) const override { return true; }
  void write(LogLevel level, std::string_view request_id, std::string_view message,
             std::initializer_list<LogField> fields) override;
  std::vector<std::string> lines;
};

// The server that the tests of this program share.
redis::RedisEndpoint shared_endpoint();
redis::RedisEndpoint endpoint_of(const RedisServer& server);
// A prefix that this process has never used before.
std::string fresh_prefix();

class RedisLoop {
 public:
  // Waits until it is up, unless `expect_up` is false. Calls have ten seconds and more, so that a slow
  // machine makes no Redis look away, unless a test is about the deadline.
  explicit RedisLoop(redis::RedisEndpoint endpoint, bool expect_up = true,
                     Milliseconds call_deadline = patient(std::chrono::seconds(10)),
                     const std::string& prefix = {});
  // Closes the connection and runs what is left.
  ~RedisLoop();
  RedisLoop(const RedisLoop&) = delete;
  RedisLoop& operator=(const RedisLoop&) = delete;

  redis::RedisConnection& connection();
  RecordingLog& log() { return log_; }
  flights::IndexLag& lag() { return lag_; }

  // Runs the loop until `done`. Returns false when it took too long.
  bool run_until(const std::function<bool()>& done, Milliseconds within = std::chrono::seconds(30));
  // Runs one thing that is ready, if there is any.
  void step();
  // Runs the loop until nothing is left to do. Returns false when it took too long.
  bool run_out(Milliseconds within = std::chrono::seconds(30));

  // Runs the task to its end. Throws when that takes more than a minute.
  template <class T>
  auto finish(Task<T> task) {
    auto started = start(std::move(task));
    if (!run_until([&started] { return started.done(); }, std::chrono::seconds(60)))
      throw std::runtime_error("a task does not end");
    return started.take();
  }

 private:
  struct Loop;
  RecordingLog log_;
  flights::IndexLag lag_;
  std::unique_ptr<Loop> loop_;
};

}  // namespace flightdeck::test
