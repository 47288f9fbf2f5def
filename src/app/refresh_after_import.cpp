#include "app/refresh_after_import.h"

#include <chrono>

#include "app/io_thread.h"
#include "core/ticker.h"
#include "sync/flight_refresher.h"

namespace flightdeck::app {

namespace {

constexpr std::chrono::milliseconds look_pause{10};

// Nothing else runs on its loop, so reading may block.
class ImportRefresh {
 public:
  ImportRefresh(RedisServices& redis, net::EventLoop& loop, ledger::LedgerReader& reader, Instant since,
                const Clock& clock)
      : redis_(redis),
        loop_(loop),
        reader_(reader),
        since_(since),
        scope_([](const std::exception_ptr&) {}),
        refresher_(redis.gate, redis.index, clock, scope_) {}

  bool run() {
    loop_.post([this] { scope_.spawn(refresh_and_stop()); });
    loop_.run();
    if (failure_) std::rethrow_exception(failure_);
    return refreshed_;
  }

 private:
  bool in_time() const { return std::chrono::steady_clock::now() < deadline_; }

  Task<void> refresh_and_stop() {
    try {
      refreshed_ = co_await refresh_all();
    } catch (...) {
      failure_ = std::current_exception();
    }
    redis_.connection.close();
    loop_.stop();
  }

  Task<bool> refresh_all() {
    Ticker ticker(loop_, look_pause);
    const auto start_deadline = std::chrono::steady_clock::now() + limits::redis_start_patience;
    while (!redis_.connection.up()) {
      if (std::chrono::steady_clock::now() >= start_deadline) co_return false;
      co_await ticker.next();
    }
    Instant updated_at = since_;
    FlightId id;
    for (;;) {
      const std::vector<flights::Flight> rows = reader_.flights_changed(updated_at, id, limits::sweep_batch);
      if (rows.empty()) co_return true;
      for (;;) {
        std::vector<flights::Flight> part = rows;
        const bool taken = co_await refresher_.refresh(std::move(part), false);
        if (taken) break;
        if (!in_time()) co_return false;
        co_await ticker.next();
      }
      if (rows.size() < limits::sweep_batch) co_return true;
      updated_at = rows.back().updated_at;
      id = rows.back().id;
    }
  }

  RedisServices& redis_;
  net::EventLoop& loop_;
  ledger::LedgerReader& reader_;
  const Instant since_;
  TaskScope scope_;
  sync::FlightRefresher refresher_;
  const std::chrono::steady_clock::time_point deadline_ =
      std::chrono::steady_clock::now() + limits::import_refresh_patience;
  bool refreshed_ = false;
  std::exception_ptr failure_;
};

}  // namespace

bool refresh_redis(const RedisSettings& settings, ledger::LedgerReader& reader, Instant since,
                   const Clock& clock, Log& log) {
  net::EventLoop loop;
  flights::ChangeClock changes;
  flights::IndexLag lag;
  RedisServices redis(loop, settings, changes, lag, log);
  redis.connection.start();
  return ImportRefresh(redis, loop, reader, since, clock).run();
}

}  // namespace flightdeck::app
