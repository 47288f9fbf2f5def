#include "redis/redis_url.h"

#include <gtest/gtest.h>

namespace flightdeck::redis {
namespace {

RedisEndpoint parsed(std::string_view url) {
  const auto endpoint = parse_redis_url(url);
  EXPECT_TRUE(endpoint) << url;
  return endpoint.value_or(RedisEndpoint{});
}

TEST(RedisUrl, AHostIsEnough) {
  EXPECT_EQ(parsed("redis://cache"), (RedisEndpoint{"cache", 6379, "", "", 0, false}));
  EXPECT_EQ(parsed("redis://cache/"), parsed("redis://cache"));
  EXPECT_EQ(parsed("rediss://cache"), (RedisEndpoint{"cache", 6379, "", "", 0, true}));
}

TEST(RedisUrl, HasPortAndDatabase) {
  EXPECT_EQ(parsed("redis://10.0.0.7:6380/3"), (RedisEndpoint{"10.0.0.7", 6380, "", "", 3, false}));
  EXPECT_EQ(parsed("redis://[::1]:6380"), (RedisEndpoint{"::1", 6380, "", "", 0, false}));
  EXPECT_EQ(parsed("redis://[fe80::1]/12").host, "fe80::1");
}

TEST(RedisUrl, CredentialsArePercentDecoded) {
  EXPECT_EQ(parsed("redis://:secret@h"), (RedisEndpoint{"h", 6379, "", "secret", 0, false}));
  EXPECT_EQ(parsed("redis://shop:secret@h"), (RedisEndpoint{"h", 6379, "shop", "secret", 0, false}));
  EXPECT_EQ(parsed("redis://shop@h").user, "shop");
  EXPECT_EQ(parsed("redis://a%3Ab:p%40%2f%25w@h"), (RedisEndpoint{"h", 6379, "a:b", "p@/%w", 0, false}));
  EXPECT_EQ(parsed("redis://u:p:q@h").password, "p:q");
  EXPECT_EQ(parsed("redis://u:p@q@h").password, "p@q");
  EXPECT_EQ(parsed("redis://u:a+b@h").password, "a+b");
}

TEST(RedisUrl, AnythingElseIsNone) {
  for (const std::string_view bad : {"",
                                     "redis:",
                                     "redis://",
                                     "redis:///1",
                                     "http://h",
                                     "REDIS://h",
                                     "redis://h:",
                                     "redis://h:0",
                                     "redis://h:65536",
                                     "redis://h:x",
                                     "redis://h:1x",
                                     "redis://:6379",
                                     "redis://h/x",
                                     "redis://h/-1",
                                     "redis://h/1/2",
                                     "redis://h/99999999999",
                                     "redis://u:%zz@h",
                                     "redis://u:%4@h",
                                     "redis://%@h",
                                     "redis://[::1",
                                     "redis://[::1]x",
                                     "redis://[]",
                                     "redis://[x]",
                                     "redis://a b",
                                     "redis://h?x=1",
                                     "redis://h#x",
                                     "redis://u@"}) {
    EXPECT_EQ(parse_redis_url(bad), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace flightdeck::redis
