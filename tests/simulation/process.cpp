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

void Process::WatchedSync::on_commit(booking::Commit commit, std::function<void()> told) {
  const std::uint64_t number = watch_.begun(commit.news, clock_.now());
  sync_.on_commit(std::move(commit), [this, number, told = std::move(told)] {
    watch_.told(number);
    told();
  });
}

Process::Process(const Surroundings& surroundings, Role role, Milliseconds clock_ahead, std::uint64_t seed,
                 std::function<bool()> before_turn, const int& pace)
    : parts_(surroundings),
      role_(role),
      pace_(pace),
      loop_(std::make_shared<ProcessLoop>(parts_.queue, clock_ahead, std::move(before_turn))),
      wire_(parts_.queue, *loop_, parts_.on_fault),
      random_(seed),
      scope_(report("a background task")),
      refusals_(wire_, parts_.redis, parts_.faults.redis, parts_.queue, lag_),
      gate_(wire_, parts_.redis, parts_.faults.redis, refusals_, parts_.on_gate_change),
      index_(wire_, parts_.redis, parts_.faults.redis, refusals_),
      sink_(wire_, parts_.redis, parts_.faults.redis),
      provider_(wire_, parts_.payments),
      watched_provider_(provider_),
      teller_({*loop_, *loop_, gate_, index_, scope_, *loop_, lag_}, report("telling gate and index")),
      commit_sync_(waiters_),
      watched_sync_(commit_sync_, parts_.commits, *loop_),
      ledger_({parts_.queue, parts_.database, loop_, wire_, watched_sync_}),
      admission_(1000),
      bookings_({ledger_, gate_, lag_, teller_, watched_provider_, waiters_, admission_, *loop_, *loop_,
                 *loop_, random_, scope_, counters_, log_},
                rules_),
      flights_(ledger_, gate_, bookings_, *loop_, random_, scope_),
      changes_(std::make_unique<flights::ChangeClock>()),
      search_({index_, ledger_, *loop_, *changes_, lag_, counters_}, count_flights),
      worker_(ledger_, bookings_, watched_provider_, *loop_, scope_),
      sweeper_(ledger_, gate_, index_, flights_, *loop_, scope_),
      relay_(ledger_, sink_, *loop_) {
  rules_.payment_timeout = payment_timeout;
  commit_sync_.add(teller_);
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
      parts_.on_problem(what + " failed: " + error.what());
    }
  };
}

void Process::start() {
  if (parts_.faults.redis_refusals > 0)
    scope_.spawn(repeat(limits::redis_health_interval, &Process::look_at_redis));
  if (role_ != Role::all) return;
  scope_.spawn(repeat(limits::sweep_interval, &Process::sweep));
  scope_.spawn(repeat(limits::sweep_interval, &Process::close_flights));
  scope_.spawn(repeat(limits::unfinished_scan_interval, &Process::finish_bookings));
  scope_.spawn(repeat(limits::relay_interval, &Process::publish));
}

void Process::end() {
  ended_ = true;
  wire_.cut();
  ledger_.cut();
  waiters_.close();
  teller_.stop();
  loop_->run_out();
  if (scope_.running() != 0) parts_.on_problem("a process left tasks behind when it ended");
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
  if (!parts_.redis.up()) co_return;  // leases taken now would only hold the events up
  co_await relay_.run_once();
}

}  // namespace flightdeck::simulation
