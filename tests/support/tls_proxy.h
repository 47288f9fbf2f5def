// TLS in front of a plain server of the loopback.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "support/tls_certificates.h"

namespace flightdeck::test {

enum class TlsEnd {
  // Says that it ends (close_notify), then closes.
  told,
  // Closes.
  cut,
};

// Thread-safe.
class TlsProxy {
 public:
  // To that port. `end`: how a connection is ended once the server has ended its own.
  TlsProxy(const TlsCertificate& certificate, std::uint16_t server_port, TlsEnd end = TlsEnd::told);
  ~TlsProxy();
  TlsProxy(const TlsProxy&) = delete;
  TlsProxy& operator=(const TlsProxy&) = delete;

  std::uint16_t port() const;
  // By that host, with https.
  std::string url(const std::string& host = "127.0.0.1") const {
    return "https://" + host + ":" + std::to_string(port());
  }

  // That came to their end: the client trusts it.
  int handshakes() const;
  // Which the client has sent last (SNI); empty: none.
  std::string server_name() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace flightdeck::test
