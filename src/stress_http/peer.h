// The address of a deployment that answers there.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>

#include "core/error.h"
#include "core/time.h"

namespace flightdeck::stress_http {

struct Peer {
  sockaddr_storage address{};
  socklen_t size = 0;
};

// Looks the name up and connects once, to the first of its addresses that takes a connection. Blocks, at most
// so long for each address. Error unavailable, with a detail for people.
Result<Peer> find_peer(const std::string& host, std::uint16_t port, Milliseconds deadline);

}  // namespace flightdeck::stress_http
