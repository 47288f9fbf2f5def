#include "app/shared_services.h"

#include "core/limits.h"

namespace flightdeck::app {

api::RouteGroups route_groups(const Config& config) {
  const Role role = config.role;
  const bool everything = role == Role::all || role == Role::api;
  api::RouteGroups groups;
  groups.admin = everything || role == Role::admin;
  groups.search = everything || role == Role::search;
  groups.booking = everything || role == Role::booking;
  // The mock in this process is reached where it charges; one elsewhere serves its own routes.
  groups.mock_payment = role == Role::payment_mock || (!config.payment.service && groups.booking);
  return groups;
}

namespace {

// SQLite lets only one write at a time.
std::size_t writers_of(const Config& config) {
  return config.database.kind == DatabaseKind::sqlite ? 1 : limits::ledger_selling_threads + 1;
}

}  // namespace

LedgerService::LedgerService(const Config& config, ledger::CommitObserver& observer, const Clock& clock,
                             Counters& counters, Log& log)
    : connections(config.database, log),
      by_id(connections, clock),
      lists(connections, clock),
      background(connections, clock),
      health(connections, clock) {
  for (std::size_t i = 0; i < writers_of(config); ++i) {
    Writing next;
    next.store = connections.open_store();
    next.thread = std::make_unique<ledger::LedgerWriter>(*next.store, observer, clock, counters, log);
    writing.push_back(std::move(next));
  }
}

ledger::LedgerThreads LedgerService::threads() {
  std::vector<ledger::LedgerWriter*> sellers;
  for (const Writing& one : writing) sellers.push_back(one.thread.get());
  ledger::LedgerWriter& settler = *sellers.back();
  if (sellers.size() > 1) sellers.pop_back();
  return {std::move(sellers), settler, by_id.thread, lists.thread, background.thread, health.thread};
}

void LedgerService::stop() {
  for (const Writing& one : writing) one.thread->stop();
  for (Reading* reading : {&by_id, &lists, &background, &health}) reading->thread.stop();
}

SharedServices::SharedServices(const Config& settings, const Clock& the_clock, Log& the_log)
    : config(settings),
      clock(the_clock),
      log(the_log),
      metrics(counters),
      request_metrics(metrics),
      health(clock, uses_ledger(config.role), config.redis.server.has_value()),
      admission(config.booking.in_flight_max),
      booking_rules{config.booking.seats_per_booking_max, config.payment.timeout, {}},
      redis_refusals(log),
      handshakes(log),
      memory_index(&changes),
      commit_sync(waiters),
      mock_payments(config.payment.mock),
      callback_bases(config.payment.mock_callback_urls),
      groups(route_groups(config)),
      routes(api::contract_routes(groups)),
      snapshots([&settings] { return open_ledger_snapshot(settings.database); }) {
  if (!config.payment.callback_base_url.empty()) {
    booking_rules.callback_url = config.payment.callback_base_url + "/payment/callback";
    callback_bases.push_back(net::parse_base_url(config.payment.callback_base_url).value());
  }
  // An index in this process is changed by nobody else.
  if (!config.redis.server) changes.hears_until(flights::ChangeClock::SteadyTime::max());
  if (uses_ledger(config.role)) {
    ledger = std::make_unique<LedgerService>(config, commit_sync, clock, counters, log);
  }
}

TaskScope::OnError log_failures(Log& log, std::string what) {
  return [&log, what = std::move(what)](std::exception_ptr failure) {
    try {
      std::rethrow_exception(failure);
    } catch (const std::exception& error) {
      log.error("work failed", {{"work", what}, {"error", error.what()}});
    } catch (...) {
      log.error("work failed", {{"work", what}, {"error", "unknown"}});
    }
  };
}

}  // namespace flightdeck::app
