// What can go wrong with a database, and what the ledger's callers are told.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace flightdeck::postgres {

// The connection is of no more use: it broke, was ended by the server, or did not answer in time. What was
// sent may or may not have been done.
class ConnectionLost : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Trying again changes nothing: a wrong password, no such database, a setting that the server does not take.
class ConnectionRefused : public ConnectionLost {
 public:
  using ConnectionLost::ConnectionLost;
};

// What the connection has prepared is not there any more, or answers with other columns than when it was
// prepared: a migration went over a table, or somebody had the session forget. Nothing of what was sent
// behind the last COMMIT was done, and on a new connection it can be.
class StatementsStale : public ConnectionLost {
 public:
  using ConnectionLost::ConnectionLost;
};

// The server refused a statement, and the connection goes on. `state` is the SQLSTATE.
class DatabaseError : public std::runtime_error {
 public:
  DatabaseError(std::string state, const std::string& message)
      : std::runtime_error(message), state_(std::move(state)) {}
  const std::string& state() const { return state_; }

 private:
  std::string state_;
};

enum class Meaning {
  // Deciding anew, if need be one command at a time, gives the answer.
  conflict,
  // Somebody else has locked a row for too long: the others can be had.
  locked,
  // A StatementsStale.
  stale,
  // This server takes no writes: another one may, so connect anew.
  elsewhere,
  // Anything else.
  unavailable,
};
Meaning meaning_of(std::string_view state);

// Throws LedgerConflict, RowsLockedError or UnavailableError.
[[noreturn]] void throw_as_ledger_error(const DatabaseError& error);

// Why no connection came to be. `text` is what libpq says of it when it is asked for verbose errors.
struct ConnectFailure {
  // A ConnectionRefused.
  bool lasting = false;
  // Without the places in the server's sources.
  std::string line;
};
ConnectFailure connect_failure(std::string_view text);

// What libpq says, on one line.
std::string one_line(std::string_view message);

}  // namespace flightdeck::postgres
