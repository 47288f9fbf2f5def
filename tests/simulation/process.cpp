#include "simulation/process.h"

#include "core/limits.h"

namespace flightdeck::simulation {

namespace {

std::string count_flights(const flights::SearchQuery&, const flights::SearchPage& page) {
  std::string text;
  for (const flights::Flight& flight : page.flights)
    text += flight.id.str() + ":" + std::to_string(flight.available_seats) + "\n";
  return text;
}

}  // namespace

void Process::WatchedSync::on_commit(ledger::Commit commit, std::function<void()> told) {
  const std::uint64_t number = watch_.begun(commit.updates, clock_.now());
  sync_.on_commit(std::move(commit), [this, number, told = std::move(told)] {
    watch_.told(number);
    told();
  });
}

Process::Process(const Surroundings& surroundings, Role role, Milliseconds clock_ahead, std::uint64_t seed,
                 std::function<bool()> before_turn, const int& pace)
    : dependencies_(surroundings),
      role_(role),
      pace_(pace),
      loop_(std::make_shared<ProcessLoop>(dependencies_.queue, clock_ahead, std::move(before_turn))),
      network_(dependencies_.queue, *loop_, dependencies_.on_fault),
      random_(seed),
      scope_(report("a background task")),
      refusals_(network_, dependencies_.redis, dependencies_.faults.redis, dependencies_.queue, lag_),
      gate_(network_, dependencies_.redis, dependencies_.faults.redis, refusals_,
            dependencies_.on_gate_change),
      index_(network_, dependencies_.redis, dependencies_.faults.redis, refusals_),
      sink_(network_, dependencies_.redis, dependencies_.faults.redis),
      provider_(network_, dependencies_.payments),
      watched_provider_(provider_),
      updater_({*loop_, *loop_, gate_, index_, scope_, *loop_, lag_}, report("telling gate and index")),
      commit_sync_(waiters_),
      watched_sync_(commit_sync_, dependencies_.commits, *loop_),
      ledger_({dependencies_.queue, dependencies_.database, loop_, network_, watched_sync_}),
      admission_(1000),
      bookings_({ledger_, gate_, lag_, updater_, watched_provider_, waiters_, admission_, *loop_, *loop_,
                 *loop_, random_, scope_, counters_, log_},
                rules_),
      flights_(ledger_, gate_, bookings_, *loop_, random_, scope_),
      changes_(std::make_unique<flights::ChangeClock>()),
      search_({index_, ledger_, *loop_, *changes_, lag_, counters_}, count_flights),
      worker_(ledger_, bookings_, watched_provider_, *loop_, scope_),
      sweeper_(ledger_, gate_, index_, flights_, *loop_, scope_),
      relay_(ledger_, sink_, *loop_) {
  rules_.payment_timeout = payment_timeout;
  commit_sync_.add(updater_);
}

Process::~Process() {
  if (!ended_) end();
}

TaskScope::OnError Process::report(std::string what) {
  return [this, what = std::move(what)](std::exception_ptr failure) {
    try {
      std::rethrow_exception(failure);
    } catch (const UnavailableError&) {
      // Expected here; it is tried again.
    } catch (const std::exception& error) {
      dependencies_.on_problem(what + " failed: " + error.what());
    }
  };
}

void Process::start() {
  if (dependencies_.faults.redis_refusals > 0)
    scope_.spawn(repeat(limits::redis_health_interval, &Process::look_at_redis));
  if (role_ != Role::all) return;
  scope_.spawn(repeat(limits::sweep_interval, &Process::sweep));
  scope_.spawn(repeat(limits::sweep_interval, &Process::close_flights));
  scope_.spawn(repeat(limits::unfinished_scan_interval, &Process::finish_bookings));
  scope_.spawn(repeat(limits::relay_interval, &Process::publish));
}

void Process::end() {
  ended_ = true;
  network_.cut();
  ledger_.cut();
  waiters_.close();
  updater_.stop();
  loop_->run_out();
  if (scope_.running() != 0) dependencies_.on_problem("a process left tasks behind when it ended");
}

Task<void> Process::repeat(Milliseconds rest, Turn turn) {
  while (!ended_) {
    try {
      co_await (this->*turn)();
    } catch (const UnavailableError&) {
      // Put off.
    }
    co_await pause(*loop_, rest * pace_);
  }
}

Task<void> Process::publish() {
  // Leases taken now would only hold the events up.
  if (!dependencies_.redis.up()) co_return;
  co_await relay_.run_once();
}

}  // namespace flightdeck::simulation
