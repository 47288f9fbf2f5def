#include "app/audit_run.h"

#include <unistd.h>

#include <iostream>

#include "app/database.h"
#include "app/io_thread.h"
#include "app/start_patience.h"
#include "audit/auditor.h"
#include "audit/snapshot_thread.h"
#include "core/ticker.h"
#include "telemetry/json_log.h"

namespace flightdeck::app {

namespace {

constexpr std::chrono::milliseconds redis_look_pause{10};

// Nothing else runs on this loop, so it may block.
class BlockingQueries final : public ledger::LedgerQueries {
 public:
  explicit BlockingQueries(ledger::LedgerReader& reader) : reader_(reader) {}
  Task<void> run(ledger::ReadKind, std::function<void(ledger::LedgerReader&)> query) override {
    query(reader_);
    co_return;
  }

 private:
  ledger::LedgerReader& reader_;
};

struct Outcome {
  std::optional<audit::AuditReport> report;
  std::exception_ptr failure;
};

Task<void> wait_for(RedisServices& redis, Timers& timers) {
  Ticker ticker(timers, redis_look_pause);
  const int looks = static_cast<int>(limits::redis_start_patience / redis_look_pause);
  for (int look = 0; look < looks && !redis.connection.up(); ++look) co_await ticker.next();
}

Task<void> audit(audit::Auditor& auditor, RedisServices* redis, net::EventLoop& loop, Outcome& outcome) {
  try {
    if (redis) co_await wait_for(*redis, loop);
    const Result<audit::AuditReport> report = co_await auditor.run();
    // Nobody else has this desk.
    outcome.report = *report;
  } catch (...) {
    outcome.failure = std::current_exception();
  }
  if (redis) redis->connection.close();
  loop.stop();
}

}  // namespace

int run_audit(const AuditCommand& command) {
  const Config& config = command.config;
  const SystemClock clock;
  telemetry::JsonLog log(config.log_level, STDERR_FILENO, clock);
  StartPatience patience(config.start_timeout, 1, log);
  LedgerConnections connections(config.database, log);
  const auto reader = patience.run([&] { return connections.open_reader(); });
  BlockingQueries ledger(*reader);
  audit::AuditDesk desk;
  net::EventLoop loop;
  flights::ChangeClock changes;
  flights::IndexLag lag;
  std::optional<RedisServices> redis;
  if (config.redis.server) {
    redis.emplace(loop, config.redis, changes, lag, log);
    redis->connection.start();
  }
  audit::SnapshotThread snapshots([&config] { return open_ledger_snapshot(config.database); });
  const audit::Auditor::Dependencies parts{snapshots,
                                           ledger,
                                           redis ? &redis->gate : nullptr,
                                           redis ? &redis->index : nullptr,
                                           desk,
                                           clock,
                                           loop,
                                           loop,
                                           redis.has_value()};
  audit::Auditor auditor(parts);
  Outcome outcome;
  TaskScope scope([](const std::exception_ptr&) {});
  loop.post([&] { scope.spawn(audit(auditor, redis ? &*redis : nullptr, loop, outcome)); });
  loop.run();
  log.flush();
  if (outcome.failure) std::rethrow_exception(outcome.failure);

  const audit::AuditReport& report = *outcome.report;
  std::string text;
  if (command.json) {
    append_audit_json(text, report);
    text.push_back('\n');
  } else {
    text = audit_summary(report);
  }
  std::cout << text << std::flush;
  // What is out of reach is in the memory of another process; it never was this command's to look at.
  const auto seen = [](audit::AuditedPart part) {
    return part == audit::AuditedPart::checked || part == audit::AuditedPart::elsewhere;
  };
  const bool all_looked_at = seen(report.gate) && seen(report.index);
  return report.ok() && all_looked_at ? 0 : 1;
}

}  // namespace flightdeck::app
