#include "support/subprocess.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace flightdeck::test {
namespace {

constexpr int kCannotStart = 127;

std::vector<std::string> environment_texts(const Environment& additions) {
  std::vector<std::string> texts;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const bool replaced = additions.contains(text.substr(0, text.find('=')));
    if (!text.starts_with("FLIGHTDECK_") && !replaced) texts.push_back(text);
  }
  for (const auto& [name, value] : additions) texts.push_back(name + "=" + value);
  return texts;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

}  // namespace

Account account_named(const std::string& name) {
  const passwd* entry = ::getpwnam(name.c_str());
  if (entry == nullptr) throw std::runtime_error("this machine has no account " + name);
  return {entry->pw_uid, entry->pw_gid};
}

Subprocess::Subprocess(const std::vector<std::string>& command, const Environment& environment,
                       const std::filesystem::path& directory, const std::filesystem::path& output,
                       const std::filesystem::path& errors, std::optional<Account> account) {
  // Everything that needs memory is made before the fork: the child only makes system calls.
  std::vector<std::string> arguments = command;
  const std::vector<char*> argv = pointers(arguments);
  std::vector<std::string> variables = environment_texts(environment);
  const std::vector<char*> envp = pointers(variables);
  const pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error(std::string("fork: ") + std::strerror(errno));
  if (pid_ == 0) {
    constexpr int kAppend = O_WRONLY | O_CREAT | O_APPEND;
    const int in = ::open("/dev/null", O_RDONLY);
    const int out = ::open(output.c_str(), kAppend, 0600);
    const int err = ::open(errors.c_str(), kAppend, 0600);
    const bool turned = !account || (::setgroups(0, nullptr) == 0 && ::setgid(account->group) == 0 &&
                                     ::setuid(account->user) == 0);
    // A change of account would clear it.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const bool ready = turned && ::getppid() == parent && ::dup2(in, STDIN_FILENO) >= 0 &&
                       ::dup2(out, STDOUT_FILENO) >= 0 && ::dup2(err, STDERR_FILENO) >= 0 &&
                       ::chdir(directory.c_str()) == 0;
    ::close(in);
    ::close(out);
    ::close(err);
    if (ready) ::execve(argv[0], argv.data(), envp.data());
    ::_exit(kCannotStart);
  }
}

Subprocess::~Subprocess() {
  if (exit_code_) return;
  ::kill(pid_, SIGKILL);
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
}

void Subprocess::signal(int number) const {
  if (!exit_code_) ::kill(pid_, number);
}

std::optional<int> Subprocess::wait(Milliseconds within) {
  const Deadline deadline(within);
  while (!exit_code_) {
    int status = 0;
    const pid_t ended = ::waitpid(pid_, &status, WNOHANG);
    if (ended == pid_) {
      exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    } else if (deadline.passed()) {
      return std::nullopt;
    } else {
      std::this_thread::sleep_for(Milliseconds(2));
    }
  }
  return exit_code_;
}

TemporaryDirectory::TemporaryDirectory() {
  std::string pattern = (std::filesystem::temp_directory_path() / "flightdeck-test-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) {
    throw std::runtime_error("no temporary directory " + pattern + ": " + std::strerror(errno));
  }
  path_ = pattern;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string read_text(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

void write_text(const std::filesystem::path& file, const std::string& text) {
  std::ofstream out(file, std::ios::binary);
  out << text;
  out.flush();
  if (!out) throw std::runtime_error("cannot write " + file.string());
}

std::filesystem::path flightdeck_program() {
  if (const char* path = std::getenv("FLIGHTDECK_PROGRAM")) return std::filesystem::absolute(path);
  return FLIGHTDECK_PROGRAM;
}

CommandResult run_command(const std::vector<std::string>& arguments, const Environment& environment,
                          Milliseconds within) {
  const TemporaryDirectory directory;
  std::vector<std::string> command{flightdeck_program().string()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  Subprocess process(command, environment, directory.path(), directory / "out", directory / "err");
  const std::optional<int> exit_code = process.wait(patient(within));
  CommandResult result{exit_code.value_or(-1), read_text(directory / "out"), read_text(directory / "err")};
  if (!exit_code) throw std::runtime_error("the command did not end: " + result.out + result.err);
  return result;
}

}  // namespace flightdeck::test
