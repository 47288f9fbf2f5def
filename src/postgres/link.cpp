#include "postgres/link.h"

#include <algorithm>
#include <exception>
#include <utility>

#include "core/limits.h"

namespace flightdeck::postgres {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

void set_up(Connection& connection, Purpose purpose, const std::vector<Statement>& statements,
            Deadline deadline) {
  if (writes(purpose)) make_commits_durable(connection, deadline);
  for (const Statement& statement : statements) connection.prepare(statement);
  connection.finish(deadline);
}

}  // namespace

void make_commits_durable(Connection& connection, Deadline deadline) {
  connection.queue(
      "SELECT set_config('synchronous_commit', 'on', false) "
      "WHERE current_setting('synchronous_commit') = 'off'");
  connection.queue("SELECT current_setting('synchronous_commit') = 'off'");
  const QueryResults results = connection.finish(deadline);
  if (results.at(1).truth(0, 0)) {
    throw ConnectionRefused(
        "PostgreSQL: synchronous_commit stays off; what clients are told of could be lost");
  }
}

std::unique_ptr<Connection> connect_to_one(const std::vector<ConnectionSettings>& servers, std::size_t& first,
                                           Deadline all, const SetUp& set_up) {
  // Every server gets its share of the time, so that one that hangs does not hide one that works.
  const milliseconds share = all.left() / static_cast<milliseconds::rep>(servers.size());
  std::exception_ptr refused;
  for (std::size_t tried = 1;; ++tried) {
    const bool last = tried == servers.size();
    try {
      const Deadline mine = last ? all : all.at_most(share);
      auto fresh = std::make_unique<Connection>(servers[first], mine);
      set_up(*fresh, mine);
      return fresh;
    } catch (const std::runtime_error& error) {
      if (!refused && dynamic_cast<const ConnectionRefused*>(&error)) refused = std::current_exception();
      first = (first + 1) % servers.size();
      if (last && refused) std::rethrow_exception(refused);
      if (last) throw;
    }
  }
}

Link::Link(const std::string& url, Purpose purpose, std::vector<Statement> statements, OutageLog& outages)
    : servers_(one_for_each_server(connection_settings(url, purpose))),
      purpose_(purpose),
      statements_(std::move(statements)),
      outages_(outages),
      pause_(limits::ledger_reconnect_pause_first) {
  try {
    connection_ = connect(Deadline(limits::ledger_start_deadline));
  } catch (const ConnectionRefused& error) {
    throw ConnectionRefused(std::string("cannot use the database: ") + error.what());
  } catch (const ConnectionLost& error) {
    throw ConnectionLost(std::string("cannot use the database: ") + error.what());
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(std::string("cannot use the database: ") + error.what());
  }
}

std::unique_ptr<Connection> Link::connect(Deadline all) {
  return connect_to_one(servers_, server_, all, [this](Connection& fresh, Deadline deadline) {
    set_up(fresh, purpose_, statements_, deadline);
  });
}

Connection& Link::connection(Deadline deadline) {
  if (connection_) return *connection_;
  if (steady_clock::now() < next_attempt_) throw UnavailableError("PostgreSQL does not answer");
  try {
    connection_ = connect(deadline.at_most(limits::ledger_connect_deadline));
  } catch (const std::runtime_error& error) {
    put_off();
    lose(dropped_for_.empty() ? error.what() : dropped_for_);
    throw UnavailableError(error.what());
  }
  return *connection_;
}

void Link::drop(const std::string& reason) {
  connection_.reset();
  dropped_for_ = reason;
}

void Link::lose(const std::string& reason) {
  if (!std::exchange(away_, true)) outages_.lost(reason);
}

void Link::works() {
  pause_ = limits::ledger_reconnect_pause_first;
  if (std::exchange(away_, false)) outages_.back();
}

void Link::note(const DatabaseError& error) {
  if (meaning_of(error.state()) != Meaning::elsewhere) return;
  drop(error.what());
  lose(error.what());
  // The next connection may lead to the same server.
  put_off();
}

void Link::put_off() {
  next_attempt_ = steady_clock::now() + pause_;
  pause_ = std::min(pause_ * 2, limits::ledger_reconnect_pause_max);
}

}  // namespace flightdeck::postgres
