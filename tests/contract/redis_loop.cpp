#include "contract/redis_loop.h"

#include <boost/asio/io_context.hpp>
#include <stdexcept>

namespace flightdeck::test {

void RecordingLog::write(LogLevel level, std::string_view, std::string_view message,
                         std::initializer_list<LogField> fields) {
  std::string line = level == LogLevel::warn ? "warn " : level == LogLevel::info ? "info " : "other ";
  line.append(message);
  for (const LogField& field : fields) {
    line.append(" ").append(field.name).append("=");
    if (const auto* text = std::get_if<std::string_view>(&field.value)) line.append(*text);
    if (const auto* number = std::get_if<std::int64_t>(&field.value)) line.append(std::to_string(*number));
  }
  lines.push_back(std::move(line));
}

redis::RedisEndpoint shared_endpoint() { return endpoint_of(shared_redis()); }

redis::RedisEndpoint endpoint_of(const RedisServer& server) {
  return redis::parse_redis_url(server.url()).value();
}

std::string fresh_prefix() {
  static int count = 0;
  return "test" + std::to_string(++count) + ":";
}

struct RedisLoop::Loop {
  Loop(redis::RedisEndpoint endpoint, Log& log, Milliseconds call_deadline)
      : connection(context, std::move(endpoint), log, call_deadline) {}
  boost::asio::io_context context{1};
  redis::RedisConnection connection;
};

RedisLoop::RedisLoop(redis::RedisEndpoint endpoint, bool expect_up, Milliseconds call_deadline,
                     const std::string& prefix)
    : loop_(std::make_unique<Loop>(std::move(endpoint), log_, call_deadline)) {
  connection().doubt(lag_);
  connection().try_writes_under(prefix);
  connection().start();
  if (expect_up && !run_until([this] { return connection().up(); }))
    throw std::runtime_error("no connection to Redis");
}

RedisLoop::~RedisLoop() {
  connection().close();
  run_out();
}

redis::RedisConnection& RedisLoop::connection() { return loop_->connection; }

bool RedisLoop::run_until(const std::function<bool()>& done, Milliseconds within) {
  const Deadline deadline(patient(within));
  while (!done()) {
    if (deadline.passed()) return false;
    loop_->context.restart();
    loop_->context.run_one_for(Milliseconds(20));
  }
  return true;
}

void RedisLoop::step() {
  loop_->context.restart();
  loop_->context.poll_one();
}

bool RedisLoop::run_out(Milliseconds within) {
  const Deadline deadline(patient(within));
  loop_->context.restart();
  while (!loop_->context.stopped()) {
    if (deadline.passed()) return false;
    loop_->context.run_for(Milliseconds(20));
  }
  return true;
}

}  // namespace flightdeck::test
