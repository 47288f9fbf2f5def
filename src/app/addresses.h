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

// `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080` (which is 127.0.0.1). No other names: where to listen
// should not depend on a name server.
std::optional<Endpoint> parse_endpoint(std::string_view text);

}  // namespace flightdeck::app
