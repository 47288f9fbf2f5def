#include "support/redis_server.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>
#include <thread>

#include "support/deadline.h"

namespace flightdeck::test {
namespace {

constexpr const char* kProgram = "/usr/bin/redis-server";

// Whatever it answers, it is there: it may want a password first, or speak TLS only.
bool accepts(std::uint16_t port) {
  try {
    RedisProbe probe(port);
    return true;
  } catch (const std::runtime_error&) {
    return false;
  }
}

void wait_for_info(RedisProbe& probe, const std::string& section, const std::string& said) {
  const Deadline deadline(patient(std::chrono::seconds(30)));
  while (probe.text({"INFO", section}).find(said) == std::string::npos) {
    if (deadline.passed()) throw std::runtime_error("Redis never says " + said);
    std::this_thread::sleep_for(Milliseconds(10));
  }
}

}  // namespace

RedisServer::RedisServer(std::vector<std::string> arguments)
    : server_("Redis", std::nullopt), arguments_(std::move(arguments)) {
  if (!std::filesystem::exists(kProgram))
    throw std::runtime_error("Redis is not installed (./dev setup test)");
  start();
}

RedisServer::~RedisServer() {
  try {
    go_on();
    server_.stop(SIGKILL);
  } catch (const std::exception&) {
    // It dies with its process object.
  }
}

void RedisServer::start() {
  const auto command = [this](std::uint16_t port) {
    std::vector<std::string> words{
        kProgram, "--bind", "127.0.0.1",         "--port", std::to_string(port), "--save",
        "",       "--dir",  directory().string()};
    words.insert(words.end(), arguments_.begin(), arguments_.end());
    return words;
  };
  server_.start(command, accepts);
}

void RedisServer::stop() { server_.stop(SIGTERM); }

void RedisServer::refuse_writes(const std::string& word) {
  RedisProbe probe(port());
  if (word == "OOM") {
    probe.command({"CONFIG", "SET", "maxmemory", "1"});
  } else if (word == "NOREPLICAS") {
    probe.command({"CONFIG", "SET", "min-replicas-to-write", "1"});
  } else if (word == "READONLY") {
    probe.command({"REPLICAOF", "127.0.0.1", "1"});
  } else if (word == "MISCONF") {
    // Nothing can be saved in the place of a folder.
    std::filesystem::create_directory(directory() / "dump.rdb");
    probe.command({"CONFIG", "SET", "save", "3600 1000000"});
    probe.command({"BGSAVE"});
    wait_for_info(probe, "persistence", "rdb_last_bgsave_status:err");
  } else {
    throw std::invalid_argument("no way to make Redis say " + word);
  }
}

void RedisServer::take_writes() {
  RedisProbe probe(port());
  probe.command({"CONFIG", "SET", "maxmemory", "0"});
  probe.command({"CONFIG", "SET", "min-replicas-to-write", "0"});
  probe.command({"REPLICAOF", "NO", "ONE"});
  probe.command({"CONFIG", "SET", "save", ""});
  std::filesystem::remove(directory() / "dump.rdb");
}

void RedisServer::fail_over_to(RedisServer& replica) {
  RedisProbe probe(port());
  probe.command({"CONFIG", "SET", "repl-diskless-sync-delay", "0"});
  RedisProbe other(replica.port());
  other.command({"REPLICAOF", "127.0.0.1", std::to_string(port())});
  wait_for_info(other, "replication", "master_link_status:up");
  wait_for_info(probe, "replication", "state=online");
  probe.command({"FAILOVER", "TO", "127.0.0.1", std::to_string(replica.port())});
  wait_for_info(probe, "replication", "role:slave");
  wait_for_info(other, "replication", "role:master");
}

RedisServer& shared_redis() {
  static RedisServer server;
  return server;
}

RedisProbe::RedisProbe(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
  address.sin_port = ::htons(port);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(patient(std::chrono::seconds(10)));
  const timeval limit{seconds.count(), 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(socket_);
    throw std::runtime_error("Redis cannot be reached");
  }
}

RedisProbe::~RedisProbe() { ::close(socket_); }

std::string RedisProbe::read_line() {
  std::size_t end = unread_.find("\r\n");
  while (end == std::string::npos) {
    char buffer[16 * 1024];
    const ssize_t count = ::recv(socket_, buffer, sizeof buffer, 0);
    if (count <= 0) throw std::runtime_error("Redis does not answer");
    unread_.append(buffer, static_cast<std::size_t>(count));
    end = unread_.find("\r\n");
  }
  std::string line = unread_.substr(0, end);
  unread_.erase(0, end + 2);
  return line;
}

void RedisProbe::read_answer(std::vector<std::string>& texts) {
  const std::string line = read_line();
  const std::string rest = line.substr(1);
  switch (line.front()) {
    case '-': throw std::runtime_error(rest);
    case '$': {
      std::string text;
      if (rest != "-1") {
        const std::size_t size = std::stoul(rest);
        text = read_line();
        while (text.size() < size) text += "\r\n" + read_line();
      }
      texts.push_back(std::move(text));
      return;
    }
    case '*':
      for (int left = std::stoi(rest); left > 0; --left) read_answer(texts);
      return;
    default: texts.push_back(rest);
  }
}

std::vector<std::string> RedisProbe::command(const std::vector<std::string>& words) {
  std::string request = "*" + std::to_string(words.size()) + "\r\n";
  for (const std::string& word : words) request += "$" + std::to_string(word.size()) + "\r\n" + word + "\r\n";
  if (::send(socket_, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size())) {
    throw std::runtime_error("Redis cannot be reached");
  }
  std::vector<std::string> texts;
  read_answer(texts);
  return texts;
}

std::string RedisProbe::text(const std::vector<std::string>& words) {
  std::vector<std::string> texts = command(words);
  if (texts.size() != 1) throw std::runtime_error("not one text, but " + std::to_string(texts.size()));
  return std::move(texts.front());
}

}  // namespace flightdeck::test
