#include "app/demo_data.h"

#include <chrono>
#include <thread>

#include "app/schedule_import.h"
#include "core/limits.h"
#include "core/showable.h"
#include "ledger/demo_load.h"

namespace flightdeck::app {

namespace {

class Loading {
 public:
  Loading(const Config& config, const Clock& clock, Log& log)
      : config_(config), clock_(clock), log_(log), connections_(config.database, log) {}

  void run() {
    ledger_.reader = connections_.open_reader();
    turn_ = open_demo_load(config_.database);
    if (!is_due()) return;
    wait_for_turn();
    // Looked again: whose turn it was before may have done it all.
    if (!is_due()) return;
    load();
    turn_->complete(clock_.now());
  }

 private:
  bool is_due() {
    mark_ = turn_->mark();
    return mark_ ? !mark_->complete : !ledger_.reader->any_flight();
  }

  void wait_for_turn() {
    for (bool told = false; !turn_->take_turn(); told = true) {
      if (!told) log_.info("waiting for another process that loads demo flights");
      std::this_thread::sleep_for(limits::demo_turn_pause);
    }
  }

  void load() {
    const std::string file = showable(config_.demo_data);
    const Result<std::string> schedule = booking::read_schedule_file(config_.demo_data);
    if (!schedule) throw std::runtime_error(file + ": " + schedule.error().detail);
    log_.info(mark_ ? "going on with loading demo flights" : "loading demo flights",
              {{"file", std::string_view(file)}});
    if (!mark_) {
      const Date today{std::chrono::floor<std::chrono::days>(clock_.now())};
      turn_->begin(today);
      mark_ = ledger::DemoMark{today, false};
    }
    ledger_.store = connections_.open_bulk_store();
    booking::ImportRequest request;
    request.schedule = *schedule;
    request.rules = config_.flight_rules;
    request.shift_to = mark_->first_day;
    const Result<booking::ImportSummary> summary = import_schedule(config_, request, ledger_, clock_, log_);
    if (!summary) throw std::runtime_error(file + ": " + summary.error().detail);
    if (!summary->complete()) throw UnavailableError(summary->failure);
    log_.info("demo flights loaded", {{"added", static_cast<std::int64_t>(summary->added)},
                                      {"updated", static_cast<std::int64_t>(summary->updated)},
                                      {"refused", static_cast<std::int64_t>(summary->refused)}});
  }

  const Config& config_;
  const Clock& clock_;
  Log& log_;
  LedgerConnections connections_;
  ImportConnections ledger_;
  std::unique_ptr<ledger::DemoLoad> turn_;
  std::optional<ledger::DemoMark> mark_;
};

}  // namespace

void load_demo_data(const Config& config, const Clock& clock, Log& log, StartPatience& patience) {
  if (config.demo_data.empty()) return;
  patience.run([&] {
    try {
      Loading(config, clock, log).run();
    } catch (const UnavailableError& error) {
      throw DatabaseNotThereYet(error.what());
    }
    return true;
  });
}

}  // namespace flightdeck::app
