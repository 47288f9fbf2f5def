#include "postgres/standby_witness.h"

#include "core/limits.h"
#include "ledger/ledger.h"
#include "postgres/link.h"

namespace flightdeck::postgres {

namespace {

using std::chrono::steady_clock;

const Statement oldest_running{"oldest_running",
                               "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"};
// A record in the log that changes nothing and locks nothing. Its commit waits as every other one does.
const Statement write_record{"write_record", "SELECT pg_logical_emit_message(true, 'flightdeck', '')::text"};
// A wait that nobody listens to any more; there is nothing in its transaction.
const Statement end_wait{"end_wait",
                         "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                         "WHERE pid = $1::integer AND wait_event = 'SyncRep' "
                         "AND query LIKE '%pg_logical_emit_message(true, ''flightdeck''%'"};

void set_up_witness(Connection& connection, Deadline deadline) {
  make_commits_durable(connection, deadline);
  for (const Statement* statement : {&oldest_running, &write_record, &end_wait})
    connection.prepare(*statement);
  connection.finish(deadline);
}

}  // namespace

ServerIdentity server_identity(Connection& connection, Deadline deadline) {
  connection.queue(
      "SELECT concat_ws(' ', pg_postmaster_start_time(), inet_server_addr(), inet_server_port())");
  return connection.finish(deadline).front().text(0, 0);
}

StandbyWitness::StandbyWitness(const std::string& url)
    : servers_(one_for_each_server(connection_settings(url, Purpose::writing))) {}

StandbyWitness::~StandbyWitness() {
  {
    const auto lock = locked();
    stopping_ = true;
    if (under_way_) under_way_->interrupt();
  }
  wake_.notify_all();
  answered_.notify_all();
  if (thread_.joinable()) thread_.join();
}

std::uint64_t StandbyWitness::ask() {
  const auto lock = locked();
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  wake_.notify_one();
  return ++asked_;
}

bool StandbyWitness::stuck() const {
  const auto lock = locked();
  return waiting_since_ && steady_clock::now() - *waiting_since_ > limits::standby_patience;
}

void StandbyWitness::confirm(const ServerIdentity& server, Deadline deadline) {
  const std::uint64_t mine = ask();
  if (stuck()) throw ledger::NotDurableError("PostgreSQL waits for its synchronous standby");
  auto lock = locked();
  const bool in_time =
      answered_.wait_for(lock, deadline.left(), [&] { return stopping_ || confirmed_ >= mine; });
  if (!in_time || stopping_)
    throw ledger::NotDurableError("PostgreSQL did not hear from its synchronous standby in time");
  if (confirmed_by_ != server)
    throw ledger::NotDurableError("PostgreSQL has failed over: what was read may be lost");
}

void StandbyWitness::run() {
  auto lock = locked();
  auto pause = limits::ledger_reconnect_pause_first;
  for (;;) {
    wake_.wait(lock, [this] { return stopping_ || asked_ > confirmed_; });
    if (stopping_) return;
    const std::uint64_t asked = asked_;
    if (!waiting_since_) waiting_since_ = steady_clock::now();
    lock.unlock();
    const bool got_through = probe();
    lock.lock();
    if (got_through) {
      confirmed_ = asked;
      confirmed_by_ = identity_;
      waiting_since_.reset();
      pause = limits::ledger_reconnect_pause_first;
      answered_.notify_all();
    } else {
      wake_.wait_for(lock, pause, [this] { return stopping_; });
      pause = std::min(2 * pause, limits::ledger_reconnect_pause_max);
    }
  }
}

bool StandbyWitness::probe() {
  try {
    if (!connection_) {
      connection_ =
          connect_to_one(servers_, server_, Deadline(limits::ledger_connect_deadline), set_up_witness);
      identity_ = server_identity(*connection_, Deadline(limits::ledger_answer_deadline));
    }
    const Deadline soon(limits::ledger_answer_deadline);
    if (abandoned_backend_) {
      Parameters p;
      connection_->queue(end_wait, p.add(Integer4{*abandoned_backend_}));
      connection_->finish(soon);
      abandoned_backend_.reset();
    }
    connection_->queue(oldest_running);
    const std::int64_t oldest = connection_->finish(soon).front().integer(0, 0);
    {
      const auto lock = locked();
      if (stopping_) return false;
      under_way_ = connection_.get();
    }
    connection_->queue(write_record);
    connection_->finish(Deadline(limits::standby_probe_deadline));
    {
      const auto lock = locked();
      under_way_ = nullptr;
    }
    if (connection_->wait_cut_short()) return false;
    horizon_.raise(static_cast<std::uint64_t>(oldest));
    return true;
  } catch (const std::runtime_error&) {
    const auto lock = locked();
    under_way_ = nullptr;
    if (connection_) abandoned_backend_ = connection_->backend_pid();
    connection_.reset();
    return false;
  }
}

}  // namespace flightdeck::postgres
