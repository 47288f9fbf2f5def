// Where Redis is, as a URL says it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace flightdeck::redis {

struct RedisEndpoint {
  // A name or an address; an IPv6 address without its brackets.
  std::string host;
  std::uint16_t port = 6379;
  // Empty: the default user.
  std::string user;
  // Empty: none is sent. Never logged.
  std::string password;
  int database = 0;
  bool tls = false;
  friend bool operator==(const RedisEndpoint&, const RedisEndpoint&) = default;
};

// `redis://[[user][:password]@]host[:port][/database]`, or `rediss://` for TLS. User and password are
// percent-decoded. nullopt: it is no such URL.
std::optional<RedisEndpoint> parse_redis_url(std::string_view url);

}  // namespace flightdeck::redis
