// What Redis refuses although it answers: writes (out of memory, a replica, no disk), or a command that the
// user has no right to. Pure: no I/O.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "redis/command.h"

namespace flightdeck::redis {

// Whether the reply is an error which says that a key has another type or content than the program ever
// writes.
bool is_damage(const Reply& reply);

// Whether Redis could not answer now, or did not answer this user, so that the answer is unknown. Any other
// error says that a key has content that the program never writes.
bool any_unanswered(const Replies& replies);

struct Refusal {
  // The first word of the error: OOM, MISCONF, READONLY, NOREPLICAS, MOVED, NOPERM and so on, or ERR for an
  // unknown command.
  std::string word;
  // The text of the whole error.
  std::string text;
  // A command that a script called was refused, not the script itself.
  bool in_script = false;
  // The right to a key is missing, not the right to a command.
  bool of_keys = false;

  // Whether every write by anybody is refused like this.
  bool is_general() const { return word != "NOPERM" && word != "ERR"; }
};

// nullopt: the reply is no error, or its error is about a key or a script.
std::optional<Refusal> refusal_of(const Reply& reply);
// Whether the server is not a primary, or not yet. Another server may be at the same address by now.
bool is_not_primary(const Refusal& refusal);

// The name in logs and ACLs, such as `zadd` or `script|load`. A script that was refused something is `evalsha
// sync_seats`.
std::string name_of(const Command& command, const Refusal& refusal);

// A command that is refused, with its name.
struct RefusedCommand {
  std::string name;
  Refusal refusal;
};

// A write that changes nothing, since `key` never exists. A server that accepts it accepts other writes.
Command write_that_changes_nothing(std::string_view key);

// Parses the reply to the script `try_commands`, or to one command that writes.
std::vector<RefusedCommand> parse_trial(const Command& look, const Reply& reply);

// The refusals of one connection. A general refusal is over when a check is not refused any more and nothing
// was refused for a while. A refusal for a missing right is over when a check says so or the command is
// carried out. A refusal of a key that no check touches is also over when it was not repeated for a while.
class Refusals {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // Returns true when the refusal should be logged by name. A missing right inside a script is left to a
  // check, which knows the command.
  bool refused(const RefusedCommand& one, Time at);
  void carried_out(const Command& command);
  // Records the result of a check that began at `asked_at`. Returns the refusals that should be logged by
  // name.
  std::vector<RefusedCommand> looked(const std::vector<RefusedCommand>& found, Time asked_at);
  // Forgets everything, for a new connection.
  void forget();

  bool any() const { return !refused_.empty(); }
  bool any_general() const;
  // Whether anything other than publishing events is refused, so that gate and index may lag.
  bool of_gate_or_index() const;

 private:
  struct Entry {
    Refusal refusal;
    Time at{};
    bool named = false;
    bool seen_by_look = false;
  };
  std::map<std::string, Entry, std::less<>> refused_;
};

}  // namespace flightdeck::redis
