#include "app/addresses.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace flightdeck::app {

namespace {

bool is_address(int family, const std::string& text) {
  in6_addr address{};  // the larger of the two
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

// From `name=` to the next `&` or `#`.
void hide_parameter(std::string& url, std::string_view name) {
  const auto query = url.find('?');
  if (query == std::string::npos) return;
  for (auto at = url.find(name, query); at != std::string::npos; at = url.find(name, at + 1)) {
    const auto begin = at + name.size();
    const auto end = std::min(url.find_first_of("&#", begin), url.size());
    url.replace(begin, end - begin, "***");
  }
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

std::string printable_url(std::string_view url) {
  std::string shown(url);
  const auto scheme = shown.find("://");
  if (scheme == std::string::npos) return shown;
  const auto user = scheme + 3;
  // The last @, even in what looks like a path: a password may hold a slash that somebody forgot to encode.
  if (const auto at = shown.rfind('@'); at != std::string::npos && at > user) {
    const auto colon = shown.find(':', user);
    if (colon < at) shown.replace(colon + 1, at - colon - 1, "***");
  }
  hide_parameter(shown, "password=");
  return shown;
}

}  // namespace flightdeck::app
