#include "support/tls_proxy.h"

#include <array>
#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <mutex>
#include <thread>

// GCC 12 sees none of Asio's own pair of new and delete for the frames of its coroutines.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

namespace flightdeck::test {

namespace asio = boost::asio;
using asio::ip::tcp;
using TlsStream = asio::ssl::stream<tcp::socket>;

namespace {

// Errors come as values: each ends one connection, and nothing else.
constexpr auto as_values = asio::as_tuple(asio::use_awaitable);

template <class From, class To>
asio::awaitable<void> forward(From& from, To& to) {
  std::array<char, 16384> bytes{};
  while (true) {
    const auto [failed, size] = co_await from.async_read_some(asio::buffer(bytes), as_values);
    if (size == 0) co_return;
    const auto [refused, sent] = co_await asio::async_write(to, asio::buffer(bytes, size), as_values);
    if (failed || refused) co_return;
  }
}

}  // namespace

struct TlsProxy::Impl {
  Impl(const TlsCertificate& certificate, std::uint16_t port, TlsEnd how) : server_port(port), end(how) {
    context.use_certificate_chain_file(certificate.certificate.string());
    context.use_private_key_file(certificate.key.string(), asio::ssl::context::pem);
    asio::co_spawn(io, accept_all(), asio::detached);
    thread = std::jthread([this] { io.run(); });
  }
  ~Impl() {
    io.stop();
    thread.join();
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  struct Pair {
    Pair(tcp::socket socket, asio::ssl::context& context)
        : client(std::move(socket), context), server(client.get_executor()) {}
    TlsStream client;
    tcp::socket server;
  };

  asio::awaitable<void> accept_all() {
    while (true) {
      auto [failed, socket] = co_await acceptor.async_accept(as_values);
      if (failed) co_return;
      asio::co_spawn(io, serve(std::make_shared<Pair>(std::move(socket), context)), asio::detached);
    }
  }

  asio::awaitable<void> serve(std::shared_ptr<Pair> pair) {
    const auto [refused] = co_await pair->client.async_handshake(TlsStream::server, as_values);
    // Also of a client that hangs up on it.
    if (const char* const name =
            SSL_get_servername(pair->client.native_handle(), TLSEXT_NAMETYPE_host_name)) {
      const std::lock_guard lock(mutex);
      last_server_name = name;
    }
    if (refused) co_return;
    ++handshakes;
    const tcp::endpoint there(asio::ip::address_v4::loopback(), server_port);
    const auto [away] = co_await pair->server.async_connect(there, as_values);
    if (away) co_return;
    asio::co_spawn(io, send_on(pair), asio::detached);
    co_await forward(pair->server, pair->client);
    if (end == TlsEnd::told) co_await pair->client.async_shutdown(as_values);
    close(*pair);
  }

  static asio::awaitable<void> send_on(std::shared_ptr<Pair> pair) {
    co_await forward(pair->client, pair->server);
    boost::system::error_code ignored;
    pair->server.shutdown(tcp::socket::shutdown_both, ignored);
  }

  static void close(Pair& pair) {
    boost::system::error_code ignored;
    pair.client.next_layer().close(ignored);
    pair.server.close(ignored);
  }

  const std::uint16_t server_port;
  const TlsEnd end;
  std::atomic<int> handshakes{0};
  mutable std::mutex mutex;
  std::string last_server_name;
  asio::ssl::context context{asio::ssl::context::tls_server};
  asio::io_context io;
  tcp::acceptor acceptor{io, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
  std::jthread thread;
};

TlsProxy::TlsProxy(const TlsCertificate& certificate, std::uint16_t server_port, TlsEnd end)
    : impl_(std::make_unique<Impl>(certificate, server_port, end)) {}

TlsProxy::~TlsProxy() = default;

std::uint16_t TlsProxy::port() const { return impl_->acceptor.local_endpoint().port(); }
int TlsProxy::handshakes() const { return impl_->handshakes; }
std::string TlsProxy::server_name() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->last_server_name;
}

}  // namespace flightdeck::test
