#include "support/server_process.h"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <stdexcept>

#include "support/http_client.h"

namespace flightdeck::test {
namespace {

constexpr std::size_t kLogShown = 20000;

std::string end_of(const std::string& log) {
  if (log.size() <= kLogShown) return log;
  return "(…)" + log.substr(log.size() - kLogShown);
}

bool ready(std::uint16_t port) {
  try {
    return HttpClient(port, std::chrono::seconds(2)).get("/health/ready").status == 200;
  } catch (const ConnectionError&) {
    return false;
  }
}

}  // namespace

ServerProcess::ServerProcess(std::vector<std::string> flags, Environment environment,
                             std::shared_ptr<const Storage> storage)
    : flags_(std::move(flags)), environment_(std::move(environment)), storage_(std::move(storage)) {}

ServerProcess::~ServerProcess() {
  process_.reset();
  if (testing::UnitTest::GetInstance()->Failed()) {
    std::cerr << "---- end of the server's log ----\n"
              << end_of(log()) << "\n---------------------------------\n";
  }
}

void ServerProcess::launch(std::uint16_t port) {
  std::filesystem::remove(directory_ / "port");
  std::vector<std::string> command{
      flightdeck_program().string(),       "serve",       "--listen",
      "127.0.0.1:" + std::to_string(port), "--port-file", (directory_ / "port").string()};
  const std::vector<std::string> placing = storage_->flags();
  command.insert(command.end(), placing.begin(), placing.end());
  command.insert(command.end(), flags_.begin(), flags_.end());
  process_ = std::make_unique<Subprocess>(command, environment_, directory_.path(), log_file(), log_file());
}

void ServerProcess::start(std::uint16_t port) {
  if (running()) throw std::logic_error("the server runs already");
  launch(port);
  wait_until_ready();
}

void ServerProcess::wait_until_ready() {
  port_ = 0;
  std::optional<int> ended;
  const bool up = eventually([&] {
    ended = process_->wait(Milliseconds::zero());
    if (ended) return true;
    port_ = static_cast<std::uint16_t>(std::atoi(read_text(directory_ / "port").c_str()));
    return port_ != 0 && ready(port_);
  });
  if (up && !ended) return;
  process_.reset();
  throw std::runtime_error((ended ? "the server ended with exit code " + std::to_string(*ended)
                                  : std::string("the server did not get ready")) +
                           ":\n" + end_of(log()));
}

int ServerProcess::start_and_fail() {
  launch(0);
  const std::optional<int> exit_code = wait();
  process_.reset();
  if (!exit_code) throw std::runtime_error("the server runs on:\n" + end_of(log()));
  return *exit_code;
}

void ServerProcess::ask_to_stop() const {
  if (process_) process_->signal(SIGTERM);
}

std::optional<int> ServerProcess::wait() {
  if (!process_) throw std::logic_error("no server runs");
  const std::optional<int> exit_code = process_->wait(patient(std::chrono::seconds(10)));
  if (exit_code) process_.reset();
  return exit_code;
}

std::optional<int> ServerProcess::terminate() {
  ask_to_stop();
  return wait();
}

void ServerProcess::kill9() { process_.reset(); }

void ServerProcess::stop_cleanly() {
  if (!running()) return;
  EXPECT_EQ(terminate(), std::optional<int>(0)) << end_of(log());
  process_.reset();
  const std::string all = log();
  for (const char* complaint : {"AddressSanitizer", "LeakSanitizer", "ThreadSanitizer", "runtime error:"}) {
    EXPECT_EQ(all.find(complaint), std::string::npos) << end_of(all.substr(all.find(complaint)));
  }
}

}  // namespace flightdeck::test
