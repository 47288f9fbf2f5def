#include "stress_http/peer.h"

#include <netdb.h>
#include <poll.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "stress_http/descriptor.h"

namespace flightdeck::stress_http {

namespace {

// 0, or what went wrong.
int try_to_connect(const addrinfo& address, Milliseconds deadline) {
  const Descriptor socket(
      ::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, address.ai_protocol));
  if (!socket.valid()) return errno;
  if (::connect(socket.number(), address.ai_addr, address.ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  pollfd wait{socket.number(), POLLOUT, 0};
  if (::poll(&wait, 1, static_cast<int>(deadline.count())) <= 0) return ETIMEDOUT;
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(socket.number(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) return errno;
  return error;
}

Error unreachable(std::string why) { return Error{ErrorCode::unavailable, std::move(why)}; }

}  // namespace

Result<Peer> find_peer(const std::string& host, std::uint16_t port, Milliseconds deadline) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const int failed = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &list);
  if (failed != 0) return unreachable(::gai_strerror(failed));
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(list, ::freeaddrinfo);
  int error = ENOENT;
  for (const addrinfo* address = list; address != nullptr; address = address->ai_next) {
    error = try_to_connect(*address, deadline);
    if (error != 0) continue;
    Peer peer;
    std::memcpy(&peer.address, address->ai_addr, address->ai_addrlen);
    peer.size = address->ai_addrlen;
    return peer;
  }
  return unreachable(std::strerror(error));
}

}  // namespace flightdeck::stress_http
