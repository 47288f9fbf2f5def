// Programs started without a shell, each in a process of its own that dies with the test.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "support/deadline.h"

namespace flightdeck::test {

// Added to the environment of the test itself, from which every FLIGHTDECK_ setting was taken out.
using Environment = std::map<std::string, std::string>;

// Who a child runs as.
struct Account {
  uid_t user;
  gid_t group;
};
// That account of this machine; throws when there is none.
Account account_named(const std::string& name);

// A running child; killed (SIGKILL) and waited for when it goes out of scope.
class Subprocess {
 public:
  // Standard output and error are appended to the two files, which may be the same one. `account`: who it
  // runs as, for programs that refuse to run as root. Throws when the program cannot be started.
  Subprocess(const std::vector<std::string>& command, const Environment& environment,
             const std::filesystem::path& directory, const std::filesystem::path& output,
             const std::filesystem::path& errors, std::optional<Account> account = std::nullopt);
  ~Subprocess();
  Subprocess(const Subprocess&) = delete;
  Subprocess& operator=(const Subprocess&) = delete;

  pid_t pid() const { return pid_; }
  void signal(int number) const;
  // The exit code, 128 + the signal that ended it, or nullopt when it still runs after `within`.
  std::optional<int> wait(Milliseconds within);

 private:
  pid_t pid_ = -1;
  std::optional<int> exit_code_;
};

// A directory of its own, removed with everything in it.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

std::string read_text(const std::filesystem::path& file);
void write_text(const std::filesystem::path& file, const std::string& text);

struct CommandResult {
  int exit_code = -1;
  std::string out;
  std::string err;
};

// The program under test: FLIGHTDECK_PROGRAM of the environment, else the one built together with the tests.
std::filesystem::path flightdeck_program();

// Runs `flightdeck ARGUMENTS…` to its end, in a directory of its own; throws when it takes longer than
// `within`.
CommandResult run_command(const std::vector<std::string>& arguments, const Environment& environment = {},
                          Milliseconds within = std::chrono::seconds(60));

}  // namespace flightdeck::test
