#include "support/redis_server.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>

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
