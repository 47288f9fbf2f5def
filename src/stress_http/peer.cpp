#include "stress_http/peer.h"

#include <netdb.h>
#include <poll.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "stress_http/descriptor.h"

namespace flightdeck::stress_http {

namespace {

using Until = std::chrono::steady_clock::time_point;

Error unreachable(std::string why) { return Error{ErrorCode::unavailable, std::move(why)}; }
Error unreachable(int error) { return unreachable(std::strerror(error)); }

bool wait_for(const Descriptor& socket, short event, Until until) {
  const auto left = std::chrono::ceil<Milliseconds>(until - std::chrono::steady_clock::now());
  pollfd wait{socket.number(), event, 0};
  return left.count() > 0 && ::poll(&wait, 1, static_cast<int>(left.count())) > 0;
}

Result<void> connect(const Descriptor& socket, const addrinfo& address, Until until) {
  if (!socket.valid()) return unreachable(errno);
  if (::connect(socket.number(), address.ai_addr, address.ai_addrlen) == 0) return {};
  if (errno != EINPROGRESS) return unreachable(errno);
  if (!wait_for(socket, POLLOUT, until)) return unreachable(ETIMEDOUT);
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(socket.number(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) return unreachable(errno);
  if (error != 0) return unreachable(error);
  return {};
}

Result<void> shake_hands(const Descriptor& socket, const Peer& peer, Until until) {
  net::TlsSession session(*peer.trust, socket.number(), peer.host);
  while (true) {
    const net::TlsStep step = session.shake_hands();
    if (step == net::TlsStep::done) return {};
    const bool reads = step == net::TlsStep::wants_read;
    if (!reads && step != net::TlsStep::wants_write) break;
    if (!wait_for(socket, reads ? POLLIN : POLLOUT, until)) return unreachable(ETIMEDOUT);
  }
  return unreachable(session.refusal().empty() ? "it hangs up on TLS" : session.refusal());
}

}  // namespace

Result<Peer> find_peer(const net::HttpUrl& url, Milliseconds deadline) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const int failed = ::getaddrinfo(url.host.c_str(), std::to_string(url.port).c_str(), &wanted, &list);
  if (failed != 0) return unreachable(::gai_strerror(failed));
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(list, ::freeaddrinfo);
  Peer peer;
  peer.host = url.host;
  if (url.tls) peer.trust = std::make_shared<const net::TlsTrust>();
  Result<void> reached = unreachable(ENOENT);
  for (const addrinfo* address = list; address != nullptr; address = address->ai_next) {
    const Descriptor socket(
        ::socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, address->ai_protocol));
    const Until until = std::chrono::steady_clock::now() + deadline;
    reached = connect(socket, *address, until);
    if (reached && peer.trust) reached = shake_hands(socket, peer, until);
    if (!reached) continue;
    std::memcpy(&peer.address, address->ai_addr, address->ai_addrlen);
    peer.size = address->ai_addrlen;
    return peer;
  }
  return reached.error();
}

}  // namespace flightdeck::stress_http
