#include "support/tcp_proxy.h"

namespace flightdeck::test {
namespace {

constexpr auto kPatience = std::chrono::minutes(10);

}  // namespace

TcpProxy::TcpProxy(std::uint16_t server_port)
    : server_port_(server_port), acceptor_([this] { accept_all(); }) {}

TcpProxy::~TcpProxy() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  listener_.shut_down();
  acceptor_.join();
  for (Pair& pair : pairs_) {
    pair.client.shut_down();
    pair.server.shut_down();
  }
}

void TcpProxy::cut_before(Direction direction, std::string text) {
  const std::lock_guard lock(mutex_);
  trap_ = {direction, std::move(text)};
  has_cut_ = false;
}

bool TcpProxy::has_cut() const {
  const std::lock_guard lock(mutex_);
  return has_cut_;
}

void TcpProxy::fall_silent() {
  const std::lock_guard lock(mutex_);
  silent_ = true;
}

void TcpProxy::speak() {
  {
    const std::lock_guard lock(mutex_);
    silent_ = false;
  }
  changed_.notify_all();
}

void TcpProxy::accept_all() {
  for (;;) {
    Socket client = listener_.accept();
    if (!client.valid()) return;
    try {
      Pair& pair =
          pairs_.emplace_back(Pair{std::move(client), Socket::connect_loopback(server_port_), {}, {}});
      pair.to_server = std::jthread([this, &pair] { forward(pair, Direction::to_server); });
      pair.to_client = std::jthread([this, &pair] { forward(pair, Direction::to_client); });
    } catch (const ConnectionError&) {
      // The server is away: the client sees its connection end.
    }
  }
}

void TcpProxy::forward(Pair& pair, Direction direction) {
  const bool outward = direction == Direction::to_server;
  Socket& from = outward ? pair.client : pair.server;
  Socket& to = outward ? pair.server : pair.client;
  const Deadline deadline(kPatience);
  try {
    std::string bytes;
    while (from.receive_some(bytes, deadline) && may_pass(direction, bytes)) {
      to.send_all(bytes, deadline);
      bytes.clear();
    }
  } catch (const ConnectionError&) {
    // Ended by the other side.
  }
  pair.client.shut_down();
  pair.server.shut_down();
}

bool TcpProxy::may_pass(Direction direction, const std::string& bytes) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return !silent_ || stopping_; });
  if (!trap_ || trap_->first != direction || bytes.find(trap_->second) == std::string::npos)
    return !stopping_;
  trap_.reset();
  has_cut_ = true;
  return false;
}

}  // namespace flightdeck::test
