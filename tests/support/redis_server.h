// A real Redis of the test's own, on a free port of the loopback, and plain commands to it.
#pragma once

#include <csignal>
#include <string>
#include <vector>

#include "support/local_server.h"

namespace flightdeck::test {

class RedisServer {
 public:
  // `arguments` follow the ones that place it (`--requirepass`, `secret`). Nothing is kept on disk unless
  // they say so.
  explicit RedisServer(std::vector<std::string> arguments = {});
  ~RedisServer();

  // A start after a stop is an empty one, unless it keeps something on disk.
  void start();
  void stop();
  // As a crash, frozen or not.
  void kill() { server_.stop(SIGKILL); }
  // Stands still until `go_on`: connections stay open and nothing is answered.
  void freeze() { server_.send_signal(SIGSTOP); }
  void go_on() { server_.send_signal(SIGCONT); }

  // It goes on answering reads and refuses writes with that word (OOM, MISCONF, READONLY, NOREPLICAS), until
  // `take_writes`.
  void refuse_writes(const std::string& word);
  void take_writes();
  // Its data go to a replica, which becomes the primary; this one stays as its replica.
  void fail_over_to(RedisServer& replica);

  std::uint16_t port() const { return server_.port(); }
  std::string url() const { return "redis://127.0.0.1:" + std::to_string(port()); }
  const std::filesystem::path& directory() const { return server_.directory(); }
  std::string log() const { return read_text(server_.log_file()); }

 private:
  LocalServer server_;
  std::vector<std::string> arguments_;
};

// The one that the tests of this program share; started when it is first asked for. Tests keep apart by
// prefixes of their own.
RedisServer& shared_redis();

// Commands by hand, as redis-cli sends them: what the program keeps in Redis, told by Redis itself. One
// connection; used from one thread. Throws when Redis cannot be reached.
class RedisProbe {
 public:
  explicit RedisProbe(std::uint16_t port);
  ~RedisProbe();

  // All texts of the answer in order: one for a simple answer, an empty one for nil, one an element for
  // (nested) arrays. An error throws std::runtime_error with its text.
  std::vector<std::string> command(const std::vector<std::string>& words);
  // The only text of the answer.
  std::string text(const std::vector<std::string>& words);

 private:
  std::string read_line();
  void read_answer(std::vector<std::string>& texts);

  int socket_ = -1;
  std::string unread_;
};

}  // namespace flightdeck::test
