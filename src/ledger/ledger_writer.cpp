#include "ledger/ledger_writer.h"

#include <algorithm>
#include <utility>

#include "core/limits.h"
#include "ledger/apply_batch.h"

namespace flightdeck::ledger {

namespace {

Error no_answer() { return Error{ErrorCode::unavailable, "The database does not answer."}; }

}  // namespace

LedgerWriter::LedgerWriter(LedgerStore& store, CommitObserver& observer, const Clock& clock,
                           Counters& counters, Log& log)
    : store_(store), observer_(observer), clock_(clock), counters_(counters), log_(log), thread_([this] {
        run();
      }) {}

LedgerWriter::~LedgerWriter() { stop(); }

std::vector<LedgerCall*> LedgerWriter::submit(std::vector<LedgerCall*> calls) {
  Error refusal{ErrorCode::overloaded, "Too many bookings are being written; try again.", {}};
  {
    const std::lock_guard lock(mutex_);
    std::size_t room = limits::ledger_queue_commands - commands_.size();
    if (stopping_) {
      room = 0;
      refusal = {ErrorCode::unavailable, "The server is stopping.", {}};
    }
    const auto taken = static_cast<std::ptrdiff_t>(std::min(room, calls.size()));
    commands_.insert(commands_.end(), calls.begin(), calls.begin() + taken);
    calls.erase(calls.begin(), calls.begin() + taken);
  }
  wake_.notify_one();
  for (LedgerCall* call : calls) call->outcome = refusal;
  return calls;
}

bool LedgerWriter::submit(StoreCall& call) {
  const std::lock_guard lock(mutex_);
  if (stopping_) {
    call.failure = std::make_exception_ptr(UnavailableError("The server is stopping."));
    return false;
  }
  store_calls_.push_back(&call);
  wake_.notify_one();
  return true;
}

void LedgerWriter::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void LedgerWriter::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    const auto asked = [this] { return stopping_ || !commands_.empty() || !store_calls_.empty(); };
    if (!locks_.empty())
      wake_.wait_for(lock, limits::ledger_lock_look_pause, asked);
    else if (locked_out_.empty())
      wake_.wait(lock, asked);
    // All is done but what is locked out.
    if (stopping_ && commands_.empty() && store_calls_.empty()) break;
    const auto count = static_cast<std::ptrdiff_t>(std::min(commands_.size(), limits::ledger_batch_commands));
    std::vector<LedgerCall*> batch(commands_.begin(), commands_.begin() + count);
    commands_.erase(commands_.begin(), commands_.begin() + count);
    StoreCall* store_call = nullptr;
    if (!store_calls_.empty()) {
      store_call = store_calls_.front();
      store_calls_.pop_front();
    }
    lock.unlock();
    if (!locks_.empty() || !locked_out_.empty()) batch = not_locked_out(std::move(batch));
    if (!batch.empty()) apply(std::move(batch));
    if (store_call) run_on_store(*store_call);
    lock.lock();
  }
  lock.unlock();
  refuse(std::exchange(locked_out_, {}));
}

std::vector<LedgerCall*> LedgerWriter::not_locked_out(std::vector<LedgerCall*> queued) {
  if (!locks_.empty()) look_at_locks();
  std::vector<LedgerCall*> calls = std::exchange(locked_out_, {});
  calls.insert(calls.end(), queued.begin(), queued.end());
  const LockedRows overdue = locks_.overdue(clock_.now());
  std::vector<LedgerCall*> free;
  std::vector<LedgerCall*> waiting;
  std::vector<LedgerCall*> refused;
  for (LedgerCall* call : calls) {
    auto& to = !needs(call->command, locks_.rows()) ? free
               : needs(call->command, overdue)      ? refused
                                                    : waiting;
    to.push_back(call);
  }
  refuse(refused);
  wait_aside(waiting);
  if (free.size() > limits::ledger_batch_commands) {
    const auto end = free.begin() + static_cast<std::ptrdiff_t>(limits::ledger_batch_commands);
    // The next turn begins at once.
    locked_out_.insert(locked_out_.end(), end, free.end());
    free.erase(end, free.end());
  }
  return free;
}

void LedgerWriter::look_at_locks() {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_lock_look_) return;
  next_lock_look_ = now + limits::ledger_lock_look_pause;
  LedgerKeys keys;
  keys.flights = locks_.rows().flights;
  keys.bookings = locks_.rows().bookings;
  try {
    locks_.looked(store_.locked_of(keys));
  } catch (const UnavailableError&) {
    // The next batch finds out, and fails if the database is away.
    locks_.looked({});
  }
  if (const LockedRows overdue = locks_.overdue(clock_.now()); !overdue.empty() && !lock_reported_) {
    lock_reported_ = true;
    log_.warn("somebody else has locked rows of the ledger",
              {{"flight_id", overdue.flights.empty() ? std::string() : overdue.flights.front().str()},
               {"booking_id", overdue.bookings.empty() ? std::string() : overdue.bookings.front().str()},
               {"rows", static_cast<std::int64_t>(overdue.flights.size() + overdue.bookings.size())}});
  }
  if (locks_.empty() && std::exchange(lock_reported_, false)) log_.info("rows of the ledger are free again");
}

void LedgerWriter::wait_aside(const std::vector<LedgerCall*>& calls) {
  const std::size_t room =
      limits::ledger_locked_out_commands - std::min(limits::ledger_locked_out_commands, locked_out_.size());
  const auto end = calls.begin() + static_cast<std::ptrdiff_t>(std::min(room, calls.size()));
  locked_out_.insert(locked_out_.end(), calls.begin(), end);
  refuse({end, calls.end()});
}

void LedgerWriter::refuse(const std::vector<LedgerCall*>& calls) {
  counters_.ledger_locked_out.add(static_cast<std::int64_t>(calls.size()));
  for (LedgerCall* call : calls) call->outcome = locked_out_error();
  deliver(calls);
}

void LedgerWriter::deliver(const std::vector<LedgerCall*>& calls) {
  // One post per thread, not per command. The calls of a thread die as their waiters go on: touch each only
  // once.
  std::vector<std::pair<Executor*, std::vector<std::coroutine_handle<>>>> by_home;
  for (const LedgerCall* call : calls) {
    auto home =
        std::find_if(by_home.begin(), by_home.end(), [&](const auto& e) { return e.first == call->home; });
    if (home == by_home.end()) home = by_home.insert(by_home.end(), {call->home, {}});
    home->second.push_back(call->waiter);
  }
  for (auto& [home, waiters] : by_home) {
    home->post([waiters = std::move(waiters)] {
      for (const auto waiter : waiters) waiter.resume();
    });
  }
}

void LedgerWriter::apply(std::vector<LedgerCall*> calls) {
  std::vector<Command> commands;
  commands.reserve(calls.size());
  for (const LedgerCall* call : calls) commands.push_back(call->command);
  try {
    AppliedBatch decision = apply_batch(store_, commands, clock_.now(), locks_.rows());
    for (std::size_t i = 0; i < calls.size(); ++i) calls[i]->outcome = std::move(decision.outcomes[i]);
    if (!decision.locked_out.empty()) keep_locked_out(calls, decision);
    counters_.ledger_batches.observe(calls.size());
    counters_.bookings_total.add(decision.stats.placed);
    counters_.bookings_success.add(decision.stats.confirmed);
    counters_.bookings_failed.add(decision.stats.failed);
    counters_.flight_db_updates_total.add(static_cast<std::int64_t>(decision.changes.flight_rows()));
    Commit commit{std::move(decision.updates), std::move(decision.settled)};
    observer_.on_commit(std::move(commit), [calls = std::move(calls)] { deliver(calls); });
    if (std::exchange(failing_, false)) log_.info("the ledger takes batches again");
  } catch (const std::exception& error) {
    // Once an outage, not once a batch.
    if (!std::exchange(failing_, true)) {
      log_.error("ledger batch failed",
                 {{"commands", static_cast<std::int64_t>(commands.size())}, {"error", error.what()}});
    }
    // Whoever has waited for this batch has waited long enough: the next ones would take as long to fail.
    const std::vector<LedgerCall*> waiting = take_queued();
    calls.insert(calls.end(), waiting.begin(), waiting.end());
    for (LedgerCall* call : calls) call->outcome = no_answer();
    deliver(calls);
  }
}

void LedgerWriter::keep_locked_out(std::vector<LedgerCall*>& calls, const AppliedBatch& applied) {
  locks_.found(applied.locked, clock_.now());
  std::vector<LedgerCall*> cached;
  // What locks them nobody can look at.
  std::vector<LedgerCall*> unknown;
  for (auto place = applied.locked_out.rbegin(); place != applied.locked_out.rend(); ++place) {
    LedgerCall* const call = calls[*place];
    (needs(call->command, locks_.rows()) ? cached : unknown).push_back(call);
    calls.erase(calls.begin() + static_cast<std::ptrdiff_t>(*place));
  }
  std::reverse(cached.begin(), cached.end());
  wait_aside(cached);
  refuse(unknown);
}

std::vector<LedgerCall*> LedgerWriter::take_queued() {
  const std::lock_guard lock(mutex_);
  std::vector<LedgerCall*> queued(commands_.begin(), commands_.end());
  commands_.clear();
  return queued;
}

void LedgerWriter::run_on_store(StoreCall& call) {
  try {
    call.work(store_);
  } catch (...) {
    call.failure = std::current_exception();
  }
  call.home->post([waiter = call.waiter] { waiter.resume(); });
}

}  // namespace flightdeck::ledger
