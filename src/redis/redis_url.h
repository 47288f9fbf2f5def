// The address of Redis, parsed from a URL.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace flightdeck::redis {

struct RedisEndpoint {
  // A name or an address. An IPv6 address has no brackets here.
  std::string host;
  std::uint16_t port = 6379;
  // Empty: the default user.
  std::string user;
  // Empty: no password is sent. It is never logged.
  std::string password;
  int database = 0;
  bool tls = false;
  friend bool operator==(const RedisEndpoint&, const RedisEndpoint&) = default;
};

// Parses `redis://[[user][:password]@]host[:port][/database]`, or `rediss://` for TLS. User and password are
// percent-decoded. nullopt: it is no such URL.
std::optional<RedisEndpoint> parse_redis_url(std::string_view url);

}  // namespace flightdeck::redis
