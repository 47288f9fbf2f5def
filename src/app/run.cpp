#include "app/run.h"

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iostream>

#include "app/app.h"
#include "app/audit_run.h"
#include "app/database.h"
#include "app/demo_data.h"
#include "app/schedule_import.h"
#include "app/shared_services.h"
#include "app/start_patience.h"
#include "booking/import_flights.h"
#include "core/showable.h"
#include "core/version.h"
#include "net/descriptors.h"
#include "net/scheduling.h"
#include "stress_http/stress_run.h"
#include "telemetry/json_log.h"

namespace flightdeck::app {

namespace {

constexpr int done = 0;
constexpr int failed = 1;

int fail(const std::string& why) {
  std::cerr << "flightdeck: " << why << std::endl;
  return failed;
}

sigset_t stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

// Before any thread starts, so that all of them leave these signals to `wait_for_stop`.
void prepare_signals() {
  const sigset_t signals = stop_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  // A peer that is gone is an error of its write.
  signal(SIGPIPE, SIG_IGN);
}

int wait_for_stop() {
  const sigset_t signals = stop_signals();
  int signal_number = 0;
  while (sigwait(&signals, &signal_number) != 0) {
  }
  // Whoever asks a second time does not want to wait.
  signal(signal_number, SIG_DFL);
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  return signal_number;
}

// Written beside and renamed: whoever polls the file never reads half a number.
void write_port_file(const std::string& path, std::uint16_t port) {
  if (path.empty()) return;
  const std::string partial = path + ".partial";
  std::ofstream(partial) << port << '\n';
  if (std::rename(partial.c_str(), path.c_str()) != 0) throw std::runtime_error("cannot write " + path);
}

MigrationOutcome migrate_when_there(const Config& config, StartPatience& patience, const Clock& clock) {
  return patience.run([&] { return migrate_database(config.database, clock.now()); });
}

int serve(const Config& config) {
  net::schedule_as_batch();
  prepare_signals();
  net::raise_descriptor_limit();
  const SystemClock clock;
  telemetry::JsonLog log(config.log_level, STDOUT_FILENO, clock);
  StartPatience patience(config.start_timeout, done, log);
  if (uses_ledger(config.role)) {
    const MigrationOutcome report = migrate_when_there(config, patience, clock);
    if (report.applied > 0) log.info("schema migrated", {{"version", std::int64_t{report.version}}});
    load_demo_data(config, clock, log, patience);
  }
  const auto app = patience.run([&] { return std::make_unique<App>(config, clock, log); });
  if (uses_ledger(config.role) && config.role != Role::all && config.role != Role::search &&
      !config.payment.service) {
    log.warn(
        "payments of the in-process mock are unknown to other processes; set payment-url when roles are "
        "split");
  }
  const std::uint16_t port = patience.run_once([&] { return app->start(); });
  write_port_file(config.port_file, port);
  log.info("listening", {{"host", config.listen.host},
                         {"port", std::int64_t{port}},
                         {"role", to_string(config.role)},
                         {"version", kVersion}});
  log.flush();
  const int signal_number = wait_for_stop();
  log.info("stopping", {{"signal", std::int64_t{signal_number}}});
  const bool ended = app->stop();
  log.info("stopped", {{"everything_ended", ended}});
  log.flush();
  // Everything acknowledged is durable; what hangs is given up with the process.
  if (!ended) std::_Exit(done);
  return done;
}

int migrate(const Config& config) {
  const SystemClock clock;
  telemetry::JsonLog log(config.log_level, STDERR_FILENO, clock);
  StartPatience patience(config.start_timeout, failed, log);
  const MigrationOutcome report = migrate_when_there(config, patience, clock);
  std::cout << "schema version " << report.version << ", " << report.applied << " migrations applied"
            << std::endl;
  return done;
}

int import(const ImportCommand& command) {
  const SystemClock clock;
  telemetry::JsonLog log(command.config.log_level, STDERR_FILENO, clock);
  const Result<std::string> schedule = booking::read_schedule_file(command.file);
  if (!schedule) return fail(showable(command.file) + ": " + schedule.error().detail);
  StartPatience patience(command.config.start_timeout, failed, log);
  migrate_when_there(command.config, patience, clock);
  LedgerConnections connections(command.config.database, log);
  const ImportConnections ledger{patience.run([&] { return connections.open_bulk_store(); }),
                                 patience.run([&] { return connections.open_reader(); })};
  const booking::ImportRequest request{*schedule, command.config.flight_rules, command.shift_to,
                                       booking::terminal_progress()};
  const Result<booking::ImportSummary> summary = import_schedule(command.config, request, ledger, clock, log);
  if (!summary) return fail(showable(command.file) + ": " + summary.error().detail);
  booking::print_summary(std::cout, *summary);
  if (!summary->complete()) return fail(showable(command.file) + ": not all of it was imported");
  return summary->nothing_taken() ? failed : done;
}

struct Runner {
  int operator()(const ServeCommand& command) const { return serve(command.config); }
  int operator()(const MigrateCommand& command) const { return migrate(command.config); }
  int operator()(const ImportCommand& command) const { return import(command); }
  int operator()(const AuditCommand& command) const { return run_audit(command); }
  int operator()(const stress_http::StressCommand& command) const { return stress_http::run_stress(command); }
  int operator()(const EarlyExit& exit) const {
    std::cout << exit.to_out << std::flush;
    std::cerr << exit.to_error << std::flush;
    return exit.code;
  }
};

}  // namespace

int run(const CommandLine& command) {
  try {
    return std::visit(Runner{}, command);
  } catch (const std::exception& error) {
    return fail(error.what());
  }
}

}  // namespace flightdeck::app
