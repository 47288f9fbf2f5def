// The address of a deployment that answers there.
#pragma once

#include <sys/socket.h>

#include <memory>
#include <string>

#include "core/error.h"
#include "core/time.h"
#include "net/http_url.h"
#include "net/tls_session.h"

namespace flightdeck::stress_http {

struct Peer {
  sockaddr_storage address{};
  socklen_t size = 0;
  // Of the URL: who the certificate must be of.
  std::string host;
  // Null: it is spoken to without TLS.
  std::shared_ptr<const net::TlsTrust> trust;
};

// Looks the name up and connects once, to the first of its addresses that takes a connection; with https://
// it must also show a certificate that is trusted. Blocks, at most so long for each address. Error
// unavailable, with a detail for people.
Result<Peer> find_peer(const net::HttpUrl& url, Milliseconds deadline);

}  // namespace flightdeck::stress_http
