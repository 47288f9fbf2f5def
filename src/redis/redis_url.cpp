#include "redis/redis_url.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace flightdeck::redis {

namespace {

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_';
}

bool is_address_character(char c) {
  return (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || (c >= '0' && c <= '9') || c == ':' || c == '.';
}

template <class Number>
bool parse_whole(std::string_view text, Number& number, int base = 10) {
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number, base);
  return read.ec == std::errc() && read.ptr == text.data() + text.size();
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded.push_back(text[i]);
      continue;
    }
    const std::string_view digits = text.substr(i + 1, 2);
    unsigned char byte = 0;
    if (digits.size() != 2 || !parse_whole(digits, byte, 16)) return std::nullopt;
    decoded.push_back(static_cast<char>(byte));
    i += 2;
  }
  return decoded;
}

bool take_credentials(std::string_view text, RedisEndpoint& endpoint) {
  const std::size_t colon = text.find(':');
  const auto user = percent_decode(text.substr(0, colon));
  const auto password =
      percent_decode(colon == std::string_view::npos ? std::string_view() : text.substr(colon + 1));
  if (!user || !password) return false;
  endpoint.user = *user;
  endpoint.password = *password;
  return true;
}

bool take_host(std::string_view text, RedisEndpoint& endpoint) {
  const bool bracketed = text.starts_with('[');
  const std::size_t close = bracketed ? text.find(']') : text.find(':');
  if (bracketed && close == std::string_view::npos) return false;
  endpoint.host = bracketed ? text.substr(1, close - 1) : text.substr(0, close);
  if (endpoint.host.empty() || !std::all_of(endpoint.host.begin(), endpoint.host.end(),
                                            bracketed ? is_address_character : is_host_character)) {
    return false;
  }
  text.remove_prefix(bracketed ? close + 1 : endpoint.host.size());
  if (text.empty()) return true;
  return text.front() == ':' && parse_whole(text.substr(1), endpoint.port) && endpoint.port != 0;
}

}  // namespace

std::optional<RedisEndpoint> parse_redis_url(std::string_view url) {
  RedisEndpoint endpoint;
  if (url.starts_with("rediss://")) {
    endpoint.tls = true;
    url.remove_prefix(9);
  } else if (url.starts_with("redis://")) {
    url.remove_prefix(8);
  } else {
    return std::nullopt;
  }
  const std::size_t slash = url.find('/');
  if (slash != std::string_view::npos) {
    const std::string_view database = url.substr(slash + 1);
    if (!database.empty() && (!parse_whole(database, endpoint.database) || endpoint.database < 0))
      return std::nullopt;
    url = url.substr(0, slash);
  }
  // The last @: one that nobody encoded belongs to the password.
  const std::size_t at = url.rfind('@');
  if (at != std::string_view::npos) {
    if (!take_credentials(url.substr(0, at), endpoint)) return std::nullopt;
    url.remove_prefix(at + 1);
  }
  if (!take_host(url, endpoint)) return std::nullopt;
  return endpoint;
}

}  // namespace flightdeck::redis
