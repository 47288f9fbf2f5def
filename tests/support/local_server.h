// What the real servers of the tests have in common: a directory, a free port of the loopback, a child
// process.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

// free_port.
#include "support/socket.h"
#include "support/subprocess.h"

namespace flightdeck::test {

// A server program of the test's own, which dies with it.
class LocalServer {
 public:
  LocalServer(std::string name, std::optional<Account> account);

  // Runs `command(port)` until `answers(port)`; on another port, when that one is taken meanwhile. Once it
  // has run, it keeps its port. Throws, with its log, when it does not get there.
  void start(const std::function<std::vector<std::string>(std::uint16_t port)>& command,
             const std::function<bool(std::uint16_t port)>& answers);
  // Sends the signal and waits for the end.
  void stop(int signal);
  void send_signal(int signal) const;

  bool running() const { return process_ != nullptr; }
  std::uint16_t port() const { return port_; }
  // Its own: the account it runs as may write there.
  const std::filesystem::path& directory() const { return directory_.path(); }
  std::filesystem::path log_file() const { return directory_ / "log"; }
  // Runs a program in the directory, as the account, to its end. Throws when it fails.
  void run_to_end(const std::vector<std::string>& command) const;

 private:
  std::string name_;
  std::optional<Account> account_;
  TemporaryDirectory directory_;
  std::unique_ptr<Subprocess> process_;
  std::uint16_t port_ = 0;
};

}  // namespace flightdeck::test
