// What Redis refuses though it answers: writes (out of memory, a replica, no disk), or a command that its
// user has no right to. Values and rules only, no I/O.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "redis/command.h"

namespace flightdeck::redis {

// Says that a key is of another type, or holds something else, than the program ever writes.
bool is_damage(const Reply& reply);

// Redis is there and cannot answer now, or will not answer this user: what was asked for is not known.
// Another error says that a key holds what the program never writes.
bool any_unanswered(const Replies& replies);

struct Refusal {
  // OOM, MISCONF, READONLY, NOREPLICAS, MOVED, NOPERM, …; ERR for a command it does not know.
  std::string word;
  // Of the whole error.
  std::string text;
  // By something that the script called, not by the script's own command.
  bool in_script = false;
  // The right to a key is missing, not the one to a command.
  bool of_keys = false;

  // Everybody who asks is refused so, whatever he asks for.
  bool is_general() const { return word != "NOPERM" && word != "ERR"; }
};

// nullopt: the reply is no error, or one that says something of a key or a script.
std::optional<Refusal> refusal_of(const Reply& reply);
// Whoever says so is no primary, or not yet: another one may be at the same address.
bool is_not_primary(const Refusal& refusal);

// As the log and ACL name it: `zadd`, `script|load`; of a script that was refused something, `evalsha
// sync_seats`.
std::string name_of(const Command& command, const Refusal& refusal);

// A command that is refused, by its name.
struct RefusedCommand {
  std::string name;
  Refusal refusal;
};

// Whoever takes it would take others. `key` is never there.
Command write_that_changes_nothing(std::string_view key);

// What the script `try_commands` answers, or one command that writes.
std::vector<RefusedCommand> parse_trial(const Command& look, const Reply& reply);

// Of one connection. A refusal by everybody is over when a look is not refused any more and nothing was
// refused for a while; one for want of a right, when the look says so or the command is carried out; one of a
// key that no look touches also when it was not refused for a while.
class Refusals {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // True: it is to be named. What a script is refused for want of a right is left to a look, which knows the
  // command.
  bool refused(const RefusedCommand& one, Time at);
  void carried_out(const Command& command);
  // Answers those to be named. `asked_at`: when the look began.
  std::vector<RefusedCommand> looked(const std::vector<RefusedCommand>& found, Time asked_at);
  // A new connection, of which nothing is known.
  void forget();

  bool any() const { return !refused_.empty(); }
  bool any_general() const;
  // Something else than publishing events: gate and index may not have been told.
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
