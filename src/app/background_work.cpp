#include "app/background_work.h"

#include "core/limits.h"

namespace flightdeck::app {

BackgroundWork::BackgroundWork(IoThread& thread, SharedParts& shared)
    : thread_(thread),
      shared_(shared),
      sweeper_(thread.ledger(), thread.gate(), thread.index(), thread.manage_flights(), shared.clock),
      unfinished_(thread.ledger(), thread.bookings(), shared.clock, thread.scope()),
      health_ticker_(thread.loop(), limits::health_look_interval),
      sweep_ticker_(thread.loop(), limits::sweep_interval),
      unfinished_ticker_(thread.loop(), limits::unfinished_scan_interval),
      relay_ticker_(thread.loop(), limits::relay_interval) {
  if (thread.redis()) relay_.emplace(thread.ledger(), thread.redis()->event_sink, shared.clock);
}

void BackgroundWork::start() {
  thread_.scope().spawn(look_at_parts());
  if (sweeps(shared_.config)) thread_.scope().spawn(sweep());
  if (!works_in_background(shared_.config.role)) return;
  thread_.scope().spawn(finish_bookings());
  if (relay_) thread_.scope().spawn(publish_events());
}

void BackgroundWork::stop() {
  health_ticker_.stop();
  sweep_ticker_.stop();
  unfinished_ticker_.stop();
  relay_ticker_.stop();
}

Task<void> BackgroundWork::look_at_parts() {
  for (;;) {
    if (RedisParts* redis = thread_.redis()) shared_.health.redis_answers(redis->connection.up());
    bool answers = true;
    try {
      std::function<bool(booking::LedgerReader&)> query = [](booking::LedgerReader& reader) {
        return reader.any_flight();
      };
      co_await booking::read<bool>(thread_.ledger(), std::move(query));
      co_await thread_.ledger().check_writable();
    } catch (const std::exception& error) {
      answers = false;
      shared_.log.warn("the database takes no bookings", {{"error", error.what()}});
    }
    shared_.health.database_answers(answers);
    const bool go_on = co_await health_ticker_.next();
    if (!go_on) co_return;
  }
}

Task<void> BackgroundWork::sweep() {
  for (;;) {
    const bool go_on = co_await sweep_ticker_.next();
    if (!go_on) co_return;
    try {
      co_await sweeper_.run_once();
    } catch (const std::exception& error) {
      shared_.log.warn("sweep put off", {{"error", error.what()}});
    }
  }
}

Task<void> BackgroundWork::finish_bookings() {
  for (;;) {
    const bool go_on = co_await unfinished_ticker_.next();
    if (!go_on) co_return;
    try {
      co_await unfinished_.run_once();
    } catch (const std::exception& error) {
      shared_.log.warn("unfinished bookings put off", {{"error", error.what()}});
    }
  }
}

Task<void> BackgroundWork::publish_events() {
  for (;;) {
    const bool go_on = co_await relay_ticker_.next();
    if (!go_on) co_return;
    if (!thread_.redis()->connection.up()) continue;  // leases taken now would only hold the events up
    try {
      const std::size_t rows = co_await relay_->run_once();
      shared_.counters.events_published.add(static_cast<std::int64_t>(rows));
    } catch (const std::exception& error) {
      shared_.log.warn("publishing events put off", {{"error", error.what()}});
    }
  }
}

}  // namespace flightdeck::app
