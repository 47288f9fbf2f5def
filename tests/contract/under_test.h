// What the suites of ports share: parts in this process, which answer inline, or in Redis, which need a loop
// to run.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "contract/redis_loop.h"
#include "doubles/manual_loop.h"

namespace flightdeck::test {

// Runs tasks to their end, one at a time.
class Runner {
 public:
  virtual ~Runner() = default;
  virtual void run(Task<void> task) = 0;

  template <class T>
  T result_of(Task<T> task) {
    std::optional<T> result;
    auto keep = [](Task<T> inner, std::optional<T>& out) -> Task<void> {
      out.emplace(co_await std::move(inner));
    };
    run(keep(std::move(task), result));
    return std::move(*result);
  }
};

class InlineRunner final : public Runner {
 public:
  void run(Task<void> task) override { finish_inline(std::move(task)); }
};

// With a connection to the Redis that the tests share.
class RedisRunner final : public Runner {
 public:
  void run(Task<void> task) override { loop_.finish(std::move(task)); }
  redis::RedisConnection& connection() { return loop_.connection(); }

 private:
  RedisLoop loop_{shared_endpoint()};
};

// One implementation of a port for one test, and what runs its tasks.
template <class Port>
class UnderTest {
 public:
  UnderTest(std::unique_ptr<Runner> runner, std::unique_ptr<Port> port)
      : runner_(std::move(runner)), port_(std::move(port)) {}

  Port& port() { return *port_; }
  template <class T>
  T run(Task<T> task) {
    return runner_->result_of(std::move(task));
  }

  template <class InMemory>
  static std::unique_ptr<UnderTest> in_memory() {
    return std::make_unique<UnderTest>(std::make_unique<InlineRunner>(), std::make_unique<InMemory>());
  }
  // Under a prefix of its own.
  template <class InRedis>
  static std::unique_ptr<UnderTest> in_redis() {
    auto runner = std::make_unique<RedisRunner>();
    auto port = std::make_unique<InRedis>(runner->connection(), fresh_prefix());
    return std::make_unique<UnderTest>(std::move(runner), std::move(port));
  }

 private:
  std::unique_ptr<Runner> runner_;
  std::unique_ptr<Port> port_;
};

}  // namespace flightdeck::test
