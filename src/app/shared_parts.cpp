#include "app/shared_parts.h"

#include "app/database.h"

namespace flightdeck::app {

http::RouteGroups route_groups(const Config& config) {
  const Role role = config.role;
  const bool everything = role == Role::all || role == Role::api;
  http::RouteGroups groups;
  groups.admin = everything || role == Role::admin;
  groups.search = everything || role == Role::search;
  groups.booking = everything || role == Role::booking;
  // The mock in this process is reached where it charges; one elsewhere serves its own routes.
  groups.mock_payment = role == Role::payment_mock || (!config.payment.service && groups.booking);
  return groups;
}

namespace {

std::unique_ptr<booking::LedgerStore> open_settling_store(const Config& config, Log& log) {
  if (config.database.kind == DatabaseKind::sqlite) return nullptr;
  return open_ledger_store(config.database, log);
}

}  // namespace

LedgerParts::LedgerParts(const Config& config, booking::CommitObserver& observer, const Clock& clock,
                         booking::Counters& counters, Log& log)
    : store(open_ledger_store(config.database, log)),
      settling_store(open_settling_store(config, log)),
      reader(open_ledger_reader(config.database, log)),
      writer(*store, observer, clock, counters, log),
      reads(*reader) {
  if (settling_store) settler.emplace(*settling_store, observer, clock, counters, log);
}

void LedgerParts::stop() {
  writer.stop();
  if (settler) settler->stop();
  reads.stop();
}

SharedParts::SharedParts(const Config& settings, const Clock& the_clock, Log& the_log)
    : config(settings),
      clock(the_clock),
      log(the_log),
      metrics(counters),
      request_metrics(metrics),
      health(clock, uses_ledger(config.role), config.redis.server.has_value()),
      admission(config.booking.in_flight_max),
      booking_rules{config.booking.seats_per_booking_max, config.payment.timeout, {}},
      memory_index(&changes),
      commit_sync(waiters, clock, log_failures(log, "telling gate and index")),
      mock_payments(config.payment.mock),
      groups(route_groups(config)),
      router(http::contract_routes(groups)),
      snapshots([&settings] { return open_ledger_snapshot(settings.database); }) {
  if (!config.payment.callback_base_url.empty()) {
    booking_rules.callback_url = config.payment.callback_base_url + "/payment/callback";
  }
  // An index in this process is changed by nobody else.
  if (!config.redis.server) changes.hears_until(flights::ChangeClock::SteadyTime::max());
  if (uses_ledger(config.role)) {
    ledger = std::make_unique<LedgerParts>(config, commit_sync, clock, counters, log);
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
