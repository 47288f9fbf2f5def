// A server on a thread of its own, with handlers made for tests. For tests of http, net and payment_http.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "core/random.h"
#include "http/router.h"
#include "http/server.h"
#include "net/event_loop.h"

namespace flightdeck::test {

struct TestRoute {
  http::Method method;
  std::string_view pattern;
  Task<http::Response> (*handler)(const http::Request& request);
};

class TestDispatcher final : public http::Dispatcher {
 public:
  explicit TestDispatcher(std::span<const TestRoute> routes)
      : routes_(routes.begin(), routes.end()), router_(paths_of(routes)) {}

  http::Dispatch dispatch(http::Request& request) override {
    const http::RouteMatch match = router_.match(request.method, request.path);
    request.parameter = match.parameter;
    if (auto answer = http::answer_without_handler(match, request))
      return {match.route ? match.route->pattern : "none", *std::move(answer)};
    return {match.route->pattern, routes_[match.index].handler(request)};
  }

 private:
  static std::vector<http::Route> paths_of(std::span<const TestRoute> routes) {
    std::vector<http::Route> paths;
    for (const TestRoute& route : routes) paths.push_back({route.method, route.pattern});
    return paths;
  }

  std::vector<TestRoute> routes_;
  http::Router router_;
};

// Thread-safe: a server writes, a test reads.
class CollectedRequests final : public http::RequestObserver, public Log {
 public:
  void finished(const http::FinishedRequest& request) noexcept override {
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::string(request.method) + ' ' + std::string(request.route) + ' ' +
                     std::to_string(request.status));
  }
  bool enabled(LogLevel) const override { return true; }
  void write(LogLevel, std::string_view request_id, std::string_view message,
             std::initializer_list<LogField> fields) override {
    std::string line = std::string(request_id) + ' ' + std::string(message);
    for (const LogField& field : fields) {
      line += ' ' + std::string(field.name) + '=';
      if (const auto* text = std::get_if<std::string_view>(&field.value)) line += *text;
      if (const auto* number = std::get_if<std::int64_t>(&field.value)) line += std::to_string(*number);
    }
    const std::lock_guard lock(mutex_);
    log_.push_back(std::move(line));
  }
  std::vector<std::string> lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }
  std::vector<std::string> log() const {
    const std::lock_guard lock(mutex_);
    return log_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
  std::vector<std::string> log_;
};

// A loop that runs on a thread of its own from construction to destruction.
class LoopThread {
 public:
  LoopThread() : thread_([this] { loop_.run(); }) {}
  ~LoopThread() { stop(); }
  LoopThread(const LoopThread&) = delete;
  LoopThread& operator=(const LoopThread&) = delete;

  net::EventLoop& loop() { return loop_; }
  void stop() {
    if (!thread_.joinable()) return;
    loop_.stop();
    thread_.join();
  }
  // Runs it on the loop's thread and waits for it. Once that has ended, it runs here.
  void run(const std::function<void()>& work) {
    if (!thread_.joinable()) return work();
    std::atomic<bool> done{false};
    loop_.post([&] {
      work();
      done.store(true);
      done.notify_one();
    });
    done.wait(false);
  }

 private:
  net::EventLoop loop_;
  std::thread thread_;
};

class RunningServer {
 public:
  explicit RunningServer(std::span<const TestRoute> routes, http::ServerOptions options = {})
      : dispatcher_(routes) {
    thread_.run([&] {
      server_ = std::make_unique<http::Server>(
          http::Server::Dependencies{thread_.loop(), dispatcher_, requests_, clock_, random_, requests_},
          options);
      port_ = server_->listen("127.0.0.1", 0);
    });
  }
  // Closes what is open and waits for what runs.
  ~RunningServer() {
    if (!drained_.load()) drain();
    thread_.run([&] { server_->close_all(); });
    drained_.wait(false);
    thread_.stop();
  }
  RunningServer(const RunningServer&) = delete;
  RunningServer& operator=(const RunningServer&) = delete;

  std::uint16_t port() const { return port_; }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  net::EventLoop& loop() { return thread_.loop(); }
  CollectedRequests& requests() { return requests_; }

  std::size_t sessions() {
    std::size_t count = 0;
    thread_.run([&] { count = server_->sessions(); });
    return count;
  }
  // Runs it on the loop's thread, between two turns.
  void on_loop(const std::function<void(http::Server&)>& work) {
    thread_.run([&] { work(*server_); });
  }
  void drain() {
    if (std::exchange(draining_, true)) return;
    thread_.run([&] {
      server_->drain([this] {
        drained_.store(true);
        drained_.notify_all();
      });
    });
  }
  void close_all() {
    thread_.run([&] { server_->close_all(); });
  }
  bool drained() const { return drained_.load(); }

 private:
  TestDispatcher dispatcher_;
  CollectedRequests requests_;
  SystemClock clock_;
  SeededRandom random_{1};
  std::atomic<bool> drained_{false};
  bool draining_ = false;
  LoopThread thread_;
  // After the loop's thread: gone before the loop is.
  std::unique_ptr<http::Server> server_;
  std::uint16_t port_ = 0;
};

}  // namespace flightdeck::test
