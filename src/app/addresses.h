// Addresses as settings write them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace flightdeck::app {

struct Endpoint {
  // An IPv4 or IPv6 address, without brackets.
  std::string host;
  std::uint16_t port = 0;
  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

// Parses `127.0.0.1:8080`, `[::1]:8080` or `localhost:8080` (which is 127.0.0.1). Other names are refused,
// since the address to listen on should not depend on a name server.
std::optional<Endpoint> parse_endpoint(std::string_view text);

}  // namespace flightdeck::app
