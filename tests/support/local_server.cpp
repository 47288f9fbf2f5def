#include "support/local_server.h"

#include <unistd.h>

#include <stdexcept>

namespace flightdeck::test {
namespace {

constexpr int kPortsTried = 5;
constexpr auto kStartPatience = std::chrono::seconds(60);
constexpr auto kStopPatience = std::chrono::seconds(60);

}  // namespace

LocalServer::LocalServer(std::string name, std::optional<Account> account)
    : name_(std::move(name)), account_(account) {
  write_text(log_file(), "");
  if (!account_) return;
  for (const auto& path : {directory(), log_file()}) {
    if (::chown(path.c_str(), account_->user, account_->group) != 0) {
      throw std::runtime_error("cannot give " + path.string() + " to the account of " + name_);
    }
  }
}

void LocalServer::start(const std::function<std::vector<std::string>(std::uint16_t port)>& command,
                        const std::function<bool(std::uint16_t port)>& answers) {
  for (int tries = 1;; ++tries) {
    const std::uint16_t port = port_ != 0 ? port_ : free_port();
    process_ = std::make_unique<Subprocess>(command(port), Environment{}, directory(), log_file(), log_file(),
                                            account_);
    bool ended = false;
    const bool up = eventually(
        [&] {
          ended = process_->wait(Milliseconds::zero()).has_value();
          return ended || answers(port);
        },
        kStartPatience);
    if (up && !ended) {
      port_ = port;
      return;
    }
    process_.reset();
    if (!ended || tries == kPortsTried) {
      throw std::runtime_error(name_ + " does not start:\n" + read_text(log_file()));
    }
  }
}

void LocalServer::stop(int signal) {
  if (!process_) return;
  process_->signal(signal);
  const bool ended = process_->wait(patient(kStopPatience)).has_value();
  process_.reset();
  if (!ended) throw std::runtime_error(name_ + " does not stop:\n" + read_text(log_file()));
}

void LocalServer::send_signal(int signal) const {
  if (process_) process_->signal(signal);
}

void LocalServer::run_to_end(const std::vector<std::string>& command) const {
  Subprocess process(command, {}, directory(), log_file(), log_file(), account_);
  if (process.wait(patient(kStartPatience)) != std::optional<int>(0)) {
    throw std::runtime_error(command.front() + " failed:\n" + read_text(log_file()));
  }
}

}  // namespace flightdeck::test
