// A way to a server of the loopback that fails on demand: it cuts connections at a chosen moment, or falls
// silent.
#pragma once

#include <atomic>
#include <condition_variable>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "support/socket.h"

namespace flightdeck::test {

// Thread-safe.
class TcpProxy {
 public:
  enum class Direction { to_server, to_client };

  // Leads to that port. It takes several connections at a time.
  explicit TcpProxy(std::uint16_t server_port);
  ~TcpProxy();
  TcpProxy(const TcpProxy&) = delete;
  TcpProxy& operator=(const TcpProxy&) = delete;

  std::uint16_t port() const { return port_; }

  // Connections that are made from now on lead there; those that are open stay.
  void lead_to(std::uint16_t server_port) { server_port_ = server_port; }

  // Once: the next bytes that hold `text` do not arrive; both sides see their connection end instead. The
  // text must be sent at once, in a message of a few KiB, so that it is read at once.
  void cut_before(Direction direction, std::string text);
  // Whether that has happened.
  bool has_cut() const;
  // Connections are taken, but nothing passes in either direction, until `speak`.
  void fall_silent();
  void speak();

 private:
  struct Pair {
    Socket client, server;
    std::jthread to_server, to_client;
  };

  void accept_all();
  void forward(Pair& pair, Direction direction);
  // Waits while silent. False: cut the connection here.
  bool may_pass(Direction direction, const std::string& bytes);

  std::atomic<std::uint16_t> server_port_;
  Socket listener_ = Socket::listen_loopback(0);
  std::uint16_t port_ = listener_.local_port();
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<std::pair<Direction, std::string>> trap_;
  bool has_cut_ = false;
  bool silent_ = false;
  bool stopping_ = false;
  std::list<Pair> pairs_;
  std::jthread acceptor_;
};

}  // namespace flightdeck::test
