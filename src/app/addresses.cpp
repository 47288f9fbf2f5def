#include "app/addresses.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace flightdeck::app {

namespace {

bool is_address(int family, const std::string& text) {
  // The larger of the two.
  in6_addr address{};
  return inet_pton(family, text.c_str(), &address) == 1;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return port;
}

// Host and port text; the port is nullopt when there is no colon.
struct HostPort {
  std::string host;
  std::optional<std::string_view> port;
  bool bracketed = false;
};

std::optional<HostPort> split_host_port(std::string_view text) {
  HostPort split;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    split.host = text.substr(1, end - 1);
    split.bracketed = true;
    text.remove_prefix(end + 1);
    if (text.empty()) return split;
    if (text.front() != ':') return std::nullopt;
    split.port = text.substr(1);
    return split;
  }
  const auto colon = text.find(':');
  split.host = text.substr(0, colon);
  if (colon != std::string_view::npos) split.port = text.substr(colon + 1);
  return split;
}

}  // namespace

std::optional<Endpoint> parse_endpoint(std::string_view text) {
  auto split = split_host_port(text);
  if (!split || !split->port) return std::nullopt;
  const auto port = parse_port(*split->port);
  if (!port) return std::nullopt;
  if (split->host == "localhost") split->host = "127.0.0.1";
  if (!is_address(split->bracketed ? AF_INET6 : AF_INET, split->host)) return std::nullopt;
  return Endpoint{std::move(split->host), *port};
}

}  // namespace flightdeck::app
