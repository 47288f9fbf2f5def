#include "support/socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace flightdeck::test {
namespace {

[[noreturn]] void fail(const std::string& what) { throw ConnectionError(what + ": " + std::strerror(errno)); }

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

Socket open_socket() {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) fail("socket");
  return Socket(descriptor);
}

void wait_for(int descriptor, short what, const Deadline& deadline) {
  while (true) {
    pollfd waiting{descriptor, what, 0};
    const int ready = ::poll(&waiting, 1, static_cast<int>(deadline.left().count()));
    if (ready > 0) return;
    if (ready == 0) throw ConnectionError("nothing happened within the deadline");
    if (errno != EINTR) fail("poll");
  }
}

}  // namespace

Socket::~Socket() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Socket::Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

Socket& Socket::operator=(Socket&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

Socket Socket::connect_loopback(std::uint16_t port) {
  Socket socket = open_socket();
  const sockaddr_in address = loopback(port);
  if (::connect(socket.descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    fail("connect to port " + std::to_string(port));
  }
  const int on = 1;
  ::setsockopt(socket.descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return socket;
}

Socket Socket::listen_loopback(std::uint16_t port) {
  Socket socket = open_socket();
  const int on = 1;
  ::setsockopt(socket.descriptor_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const sockaddr_in address = loopback(port);
  if (::bind(socket.descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    fail("bind");
  }
  if (::listen(socket.descriptor_, 512) != 0) fail("listen");
  return socket;
}

Socket Socket::accept() { return Socket(::accept4(descriptor_, nullptr, nullptr, SOCK_CLOEXEC)); }

std::uint16_t Socket::local_port() const {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  if (::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &size) != 0) fail("getsockname");
  return ntohs(address.sin_port);
}

void Socket::send_all(std::string_view bytes, const Deadline& deadline) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      wait_for(descriptor_, POLLOUT, deadline);
    } else if (errno != EINTR) {
      fail("send");
    }
  }
}

std::size_t Socket::send_some(std::string_view bytes) {
  const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent >= 0) return static_cast<std::size_t>(sent);
  if (errno != EAGAIN && errno != EINTR) fail("send");
  return 0;
}

bool Socket::receive_some(std::string& into, const Deadline& deadline, std::size_t at_most) {
  std::array<char, kReceivedAtOnce> buffer;
  while (true) {
    wait_for(descriptor_, POLLIN, deadline);
    const ssize_t got = ::recv(descriptor_, buffer.data(), std::min(buffer.size(), at_most), MSG_DONTWAIT);
    if (got > 0) {
      into.append(buffer.data(), static_cast<std::size_t>(got));
      return true;
    }
    if (got == 0) return false;
    if (errno != EINTR && errno != EAGAIN) fail("receive");
  }
}

bool Socket::readable_now() const {
  pollfd waiting{descriptor_, POLLIN, 0};
  return ::poll(&waiting, 1, 0) > 0;
}

void Socket::finish_sending() { ::shutdown(descriptor_, SHUT_WR); }

void Socket::reset_on_close() {
  const linger at_once{1, 0};
  ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

void Socket::shut_down() { ::shutdown(descriptor_, SHUT_RDWR); }

std::uint16_t free_port() { return Socket::listen_loopback(0).local_port(); }

}  // namespace flightdeck::test
