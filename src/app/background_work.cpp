#include "app/background_work.h"

#include <algorithm>
#include <utility>

#include "core/limits.h"

namespace flightdeck::app {

BackgroundWork::BackgroundWork(IoThread& thread, SharedServices& shared)
    : thread_(thread),
      shared_(shared),
      sweeper_(thread.ledger(), thread.gate(), thread.index(), thread.manage_flights(), shared.clock,
               thread.scope()),
      unfinished_(thread.ledger(), thread.bookings(), thread.provider(), shared.clock, thread.scope()),
      health_ticker_(thread.loop(), limits::health_look_interval),
      sweep_ticker_(thread.loop(), limits::sweep_interval),
      closing_ticker_(thread.loop(), limits::sweep_interval),
      unfinished_ticker_(thread.loop(), limits::unfinished_scan_interval),
      relay_ticker_(thread.loop(), limits::relay_interval),
      trim_ticker_(thread.loop(), limits::unread_events_interval),
      audit_ticker_(thread.loop(), limits::audit_start_delay),
      next_audit_(shared.clock.now() + limits::audit_start_delay) {
  if (thread.redis()) relay_.emplace(thread.ledger(), thread.redis()->event_sink, shared.clock);
}

void BackgroundWork::start() {
  const auto start = [this](Ticker& ticker, std::string_view what, Turn turn) {
    thread_.scope().spawn(repeat(ticker, what, turn));
  };
  start(health_ticker_, "looking at the database", &BackgroundWork::look_at_parts);
  if (sweeps(shared_.config)) {
    start(sweep_ticker_, "sweeping", &BackgroundWork::sweep);
    start(closing_ticker_, "cancelling bookings of closed flights", &BackgroundWork::close_flights);
  }
  if (!works_in_background(shared_.config.role)) return;
  start(unfinished_ticker_, "finishing bookings", &BackgroundWork::finish_bookings);
  start(audit_ticker_, "auditing", &BackgroundWork::audit);
  if (relay_) {
    start(relay_ticker_, "publishing events", &BackgroundWork::publish_events);
  } else {
    start(trim_ticker_, "trimming events", &BackgroundWork::trim_events);
  }
}

void BackgroundWork::stop() {
  health_ticker_.stop();
  sweep_ticker_.stop();
  closing_ticker_.stop();
  unfinished_ticker_.stop();
  relay_ticker_.stop();
  trim_ticker_.stop();
  audit_ticker_.stop();
}

Task<void> BackgroundWork::repeat(Ticker& ticker, std::string_view what, Turn turn) {
  bool failing = false;
  for (;;) {
    try {
      const Turned turned = co_await (this->*turn)();
      if (turned == Turned::well && std::exchange(failing, false))
        shared_.log.info("background work goes on", {{"work", what}});
    } catch (const std::exception& error) {
      if (!std::exchange(failing, true)) {
        shared_.log.warn("background work put off", {{"work", what}, {"error", error.what()}});
      }
    }
    const bool go_on = co_await ticker.next();
    if (!go_on) co_return;
  }
}

Task<BackgroundWork::Turned> BackgroundWork::look_at_parts() {
  if (RedisServices* redis = thread_.redis()) shared_.health.redis_is(redis->connection.condition());
  try {
    std::function<bool(ledger::LedgerReader&)> query = [](ledger::LedgerReader& reader) {
      return reader.any_flight();
    };
    co_await ledger::read<bool>(thread_.ledger(), ledger::ReadKind::health, std::move(query));
    co_await thread_.ledger().check_writable();
  } catch (const std::exception&) {
    shared_.health.database_answers(false);
    throw;
  }
  shared_.health.database_answers(true);
  co_return Turned::well;
}

Task<void> BackgroundWork::sync_all() {
  const sync::Synced synced = co_await sweeper_.sync_changed();
  log_synced(synced);
}

Task<BackgroundWork::Turned> BackgroundWork::sweep() {
  const sync::Synced synced = co_await sweeper_.run_once();
  log_synced(synced);
  co_return Turned::well;
}

Task<BackgroundWork::Turned> BackgroundWork::close_flights() {
  co_await sweeper_.finish_closed_flights();
  co_return Turned::well;
}

void BackgroundWork::log_synced(const sync::Synced& synced) {
  using End = sync::Synced::End;
  const bool as_before = std::exchange(last_sync_, synced.end) == synced.end;
  if (as_before && !(synced.end == End::in_step && synced.every_flight)) return;
  const auto told = static_cast<std::int64_t>(synced.told);
  if (synced.end == End::in_step) {
    shared_.log.info("gate and index are in step with the ledger", {{"flights_told", told}});
  } else if (synced.end == End::interrupted) {
    shared_.log.warn("gate or index did not hear of everything and is told again", {{"flights_told", told}});
  } else {
    shared_.log.info("another process is telling gate and index of every flight");
  }
}

Task<BackgroundWork::Turned> BackgroundWork::finish_bookings() {
  co_await unfinished_.run_once();
  co_return Turned::well;
}

Task<BackgroundWork::Turned> BackgroundWork::publish_events() {
  // Rows claimed now would only be held up.
  if (!thread_.redis()->connection.takes_writes()) co_return Turned::idle;
  const std::size_t rows = co_await relay_->run_once();
  shared_.counters.events_published.add(static_cast<std::int64_t>(rows));
  // What was refused is leased, and not seen for a while.
  co_return rows > 0 ? Turned::well : Turned::idle;
}

Task<BackgroundWork::Turned> BackgroundWork::trim_events() {
  const Instant before = shared_.clock.now() - limits::unread_events_kept_for;
  std::size_t gone = 0;
  for (int round = 0; round < limits::relay_rounds; ++round) {
    const std::size_t rows = co_await thread_.ledger().trim_events(before, limits::unread_event_rows_kept,
                                                                   limits::unread_events_batch);
    gone += rows;
    if (rows < limits::unread_events_batch) break;
  }
  co_return gone > 0 ? Turned::well : Turned::idle;
}

Task<BackgroundWork::Turned> BackgroundWork::audit() {
  if (shared_.clock.now() < next_audit_) co_return Turned::idle;
  const Result<audit::AuditReport> report = co_await thread_.auditor().run();
  // Somebody asked for one just now.
  if (!report) co_return Turned::idle;
  next_audit_ = shared_.clock.now() +
                std::max<Milliseconds>(limits::audit_interval, limits::audit_rest_factor * report->duration);
  for (const audit::Finding& finding : report->findings) {
    shared_.log.error("the audit found something wrong",
                      {{"kind", to_string(finding.kind)},
                       {"flight_id", finding.flight ? finding.flight->str() : std::string()},
                       {"booking_id", finding.booking ? finding.booking->str() : std::string()},
                       {"seats", finding.seats},
                       {"detail", std::string_view(finding.detail)}});
  }
  co_return Turned::well;
}

}  // namespace flightdeck::app
