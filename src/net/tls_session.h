// TLS of a client over a socket that does not block: whom it trusts, and how a connection is secured and
// used. It waits for nothing: who has the socket does.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct ssl_ctx_st;
struct ssl_st;

namespace flightdeck::net {

// The certificates that are trusted: the system's, or those that SSL_CERT_FILE and SSL_CERT_DIR name. They
// are read from disk when it is made, so connections share it. Used from one thread.
class TlsTrust {
 public:
  TlsTrust();
  ~TlsTrust();
  TlsTrust(const TlsTrust&) = delete;
  TlsTrust& operator=(const TlsTrust&) = delete;

  ssl_ctx_st* context() const { return context_; }

 private:
  ssl_ctx_st* context_;
};

enum class TlsStep {
  done,
  // Again, once the socket can be read.
  wants_read,
  // Again, once the socket can be written.
  wants_write,
  // The other side has said that it sends no more.
  ended,
  // Broken, or cut: an end that the other side has not said is none.
  failed,
};

// TLS 1.2 or newer. The certificate must be one for the host, in its time, and signed by whom is trusted.
class TlsSession {
 public:
  // The socket is connected, does not block, and outlives this. `host`: a name, which is sent along (SNI), or
  // an address.
  TlsSession(const TlsTrust& trust, int socket, const std::string& host);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  TlsStep shake_hands();
  // Once hands are shaken. `done` has moved at least a byte.
  TlsStep read(std::span<char> into, std::size_t& moved);
  TlsStep write(std::string_view bytes, std::size_t& moved);
  // Something has been taken from the socket and not been read here.
  bool holds_more() const;
  // Says that nothing more will be sent, if the socket takes that at once.
  void say_goodbye();

  // Why hands were not shaken, for people: what is wrong with the certificate, or with what the other side
  // says. Empty: nothing was said.
  const std::string& refusal() const { return refusal_; }

 private:
  friend struct SocketBio;
  TlsStep step_of(int result);
  std::string describe_refusal() const;

  int socket_;
  // The socket came to its end.
  bool at_end_ = false;
  ssl_st* session_;
  std::string refusal_;
};

}  // namespace flightdeck::net
