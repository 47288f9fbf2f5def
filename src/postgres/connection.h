// One connection to PostgreSQL: statements go out in batches (libpq's pipeline mode), and nothing waits
// longer than its deadline.
#pragma once

#include <libpq-fe.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "postgres/array_parameter.h"
#include "postgres/connection_settings.h"
#include "postgres/errors.h"
#include "postgres/query_result.h"

namespace flightdeck::postgres {

// A point in time after which waiting is given up.
class Deadline {
 public:
  explicit Deadline(std::chrono::milliseconds from_now) : at_(std::chrono::steady_clock::now() + from_now) {}
  // Never negative.
  std::chrono::milliseconds left() const;
  bool passed() const { return left() == std::chrono::milliseconds::zero(); }
  // The earlier of this one and `from_now`.
  Deadline at_most(std::chrono::milliseconds from_now) const;

 private:
  std::chrono::steady_clock::time_point at_;
};

struct Statement {
  const char* name;
  std::string sql;
};

// Used from one thread at a time. After ConnectionLost only the destructor may be called, which never waits.
class Connection {
 public:
  // Connects, and sets what `settings` say of the session. Throws ConnectionLost with what the server or the
  // network says, never with a password; ConnectionRefused when trying again is of no use.
  Connection(const ConnectionSettings& settings, Deadline deadline);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Queues a statement; nothing is sent before `finish` needs to.
  void prepare(const Statement& statement);
  void queue(const Statement& prepared, const Parameters& parameters = {});
  void queue(const std::string& sql, const Parameters& parameters = {});
  // Sends what is queued and waits for all answers, one QueryResult a statement. Those after one that fails
  // are not carried out. Throws DatabaseError with what failed first; ConnectionLost, which may be a
  // StatementsStale.
  QueryResults finish(Deadline deadline);

  // Several statements as text, without parameters, outside the pipeline. Throws as `finish`.
  void run_script(const std::string& sql, Deadline deadline);

  // In the last `finish`, PostgreSQL gave up waiting for a synchronous standby: what was written is there,
  // and perhaps nowhere else.
  bool wait_cut_short() const { return wait_cut_short_; }

  // Ends the connection under whoever waits for it, on any thread: ConnectionLost.
  void interrupt() noexcept;

  // Statements failed or were left unfinished in a transaction that is still open.
  bool in_transaction() const;
  // Of the server itself: what libpq knows may be a pooler's.
  int backend_pid() const { return backend_pid_; }

 private:
  struct Finish {
    void operator()(PGconn* connection) const { PQfinish(connection); }
  };

  void connect(const NamedValues& settings, Deadline deadline);
  void set_session(const NamedValues& session, Deadline deadline);
  // Up to the next point of synchronization.
  void read_answers(QueryResults& results, std::optional<DatabaseError>& first_error, Deadline deadline);
  void wait(short events, Deadline deadline) const;
  void flush(Deadline deadline);
  PGresult* next_result(Deadline deadline);
  // Throws ConnectionLost if the error ended the connection, else returns it.
  DatabaseError error_of(const PGresult* result) const;
  void sent(int accepted);
  [[noreturn]] void lost() const;

  static void notice(void* connection, const PGresult* notice);

  std::unique_ptr<PGconn, Finish> handle_;
  bool wait_cut_short_ = false;
  std::size_t queued_ = 0;
  int backend_pid_ = 0;
};

}  // namespace flightdeck::postgres
