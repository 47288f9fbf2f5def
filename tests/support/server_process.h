// The real program, serving on a free port of the loopback, in a directory of its own, on a storage of the
// shape that the tests run in.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "support/shape.h"
#include "support/subprocess.h"

namespace flightdeck::test {

class ServerProcess {
 public:
  // Nothing runs before `start`. `flags` follow the ones that place it (--listen, --port-file, those of the
  // storage). Without a storage it gets one of its own.
  explicit ServerProcess(std::vector<std::string> flags = {}, Environment environment = {},
                         std::shared_ptr<const Storage> storage = make_storage());
  // Kills what still runs; shows the end of the log when a test has failed; removes the directory.
  ~ServerProcess();

  // Starts and waits until it is ready; throws, with the log, when it does not get there.
  // `port` 0: any free one. A later start uses the same storage again.
  void start(std::uint16_t port = 0);
  // Starts and waits for its end: for settings that stop it. Throws when it goes on running.
  int start_and_fail();

  // SIGTERM; the exit code, nullopt when it has not ended within 10 s (stretched for sanitizers).
  std::optional<int> terminate();
  // SIGTERM without waiting for the end; `wait` or `terminate` follows.
  void ask_to_stop() const;
  std::optional<int> wait();
  // SIGKILL, and waits for the end.
  void kill9();
  // Ends it as an operator would and fails the test when it does not exit with 0 or a sanitizer complained.
  void stop_cleanly();

  bool running() const { return process_ != nullptr; }
  // Valid while it runs.
  pid_t pid() const { return process_->pid(); }
  std::uint16_t port() const { return port_; }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  const std::filesystem::path& directory() const { return directory_.path(); }
  std::string database_url() const { return storage_->database_url(); }
  // Call it once the process has started.
  std::unique_ptr<Probe> probe() const { return storage_->probe(); }
  // Standard output and error of all starts so far.
  std::string log() const { return read_text(log_file()); }

  void set_flags(std::vector<std::string> flags) { flags_ = std::move(flags); }

 private:
  std::filesystem::path log_file() const { return directory_ / "log"; }
  void launch(std::uint16_t port);
  void wait_until_ready();

  TemporaryDirectory directory_;
  std::vector<std::string> flags_;
  Environment environment_;
  std::shared_ptr<const Storage> storage_;
  std::unique_ptr<Subprocess> process_;
  std::uint16_t port_ = 0;
};

}  // namespace flightdeck::test
