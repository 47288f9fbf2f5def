#include "http/request_target.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "http/character_classes.h"

namespace flightdeck::http {

namespace {

constexpr std::uint32_t port_max = 65535;

bool is_port(std::string_view text) {
  std::uint32_t port = 0;
  for (const char c : text) {
    if (!is(is_digit, c)) return false;
    port = std::min(10 * port + static_cast<std::uint32_t>(c - '0'), port_max + 1);
  }
  // An empty one is the scheme's own.
  return port <= port_max;
}

bool is_registered_name(std::string_view text) {
  if (all_are(is_in_host_name, text)) return !text.empty();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is(is_in_host_name, text[i])) continue;
    const bool encoded =
        text[i] == '%' && text.size() - i > 2 && all_are(is_hex_digit, text.substr(i + 1, 2));
    if (!encoded) return false;
    i += 2;
  }
  return true;
}

bool is_ipv6_address(std::string_view text) {
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (text.size() >= terminated.size() || text.find('\0') != std::string_view::npos) return false;
  std::copy(text.begin(), text.end(), terminated.begin());
  in6_addr address{};
  return ::inet_pton(AF_INET6, terminated.data(), &address) == 1;
}

// `v1.anything`: addresses that are not invented yet.
bool is_future_address(std::string_view text) {
  if (!text.starts_with('v') && !text.starts_with('V')) return false;
  text.remove_prefix(1);
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos || dot == 0 || dot + 1 == text.size()) return false;
  return all_are(is_hex_digit, text.substr(0, dot)) &&
         std::ranges::all_of(text.substr(dot + 1), [](char c) { return c == ':' || is(is_in_host_name, c); });
}

// The length of `http://`, however it is written; 0: the target is not absolute.
std::size_t scheme_length(std::string_view target) {
  constexpr std::string_view scheme = "http://";
  if (target.size() < scheme.size() || target.front() == '/') return 0;
  const bool same = std::equal(scheme.begin(), scheme.end(), target.begin(), [](char x, char c) {
    return x == (c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
  });
  return same ? scheme.size() : 0;
}

}  // namespace

bool is_authority(std::string_view text) {
  const bool bracketed = text.starts_with('[');
  const std::size_t end = bracketed ? text.find(']') : std::min(text.find(':'), text.size());
  if (end == std::string_view::npos) return false;
  const std::string_view host = bracketed ? text.substr(1, end - 1) : text.substr(0, end);
  const std::string_view rest = text.substr(bracketed ? end + 1 : end);
  if (!rest.empty() && (rest.front() != ':' || !is_port(rest.substr(1)))) return false;
  return bracketed ? is_ipv6_address(host) || is_future_address(host) : is_registered_name(host);
}

bool is_host_field(std::string_view value) { return value.empty() || is_authority(value); }

bool is_plain_path(std::string_view path) {
  if (path == "/") return true;
  while (!path.empty()) {
    if (path.front() != '/') return false;
    const std::size_t end = std::min(path.find('/', 1), path.size());
    const std::string_view segment = path.substr(1, end - 1);
    if (segment.empty() || segment == "." || segment == ".." || !all_are(is_unreserved, segment))
      return false;
    path.remove_prefix(end);
  }
  return true;
}

std::optional<RequestTarget> parse_request_target(std::string_view target) {
  if (target == "*") return RequestTarget{target, {}};
  const std::size_t scheme = scheme_length(target);
  if (scheme > 0) {
    const std::size_t end = std::min(target.find_first_of("/?", scheme), target.size());
    if (!is_authority(target.substr(scheme, end - scheme))) return std::nullopt;
    target.remove_prefix(end);
  } else if (!target.starts_with('/')) {
    return std::nullopt;
  }
  const std::size_t question = std::min(target.find('?'), target.size());
  std::string_view path = target.substr(0, question);
  const std::string_view query = target.substr(std::min(question + 1, target.size()));
  if (path.empty()) path = "/";
  const bool plain = is_plain_path(path);
  if ((!plain && !all_are(is_in_path, path)) || !all_are(is_in_query, query)) return std::nullopt;
  return RequestTarget{plain ? path : std::string_view(), query};
}

}  // namespace flightdeck::http
