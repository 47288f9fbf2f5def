#include "app/addresses.h"

#include <gtest/gtest.h>

namespace flightdeck::app {
namespace {

TEST(Endpoint, IsAnAddressAndAPort) {
  EXPECT_EQ(parse_endpoint("127.0.0.1:8080"), (Endpoint{"127.0.0.1", 8080}));
  EXPECT_EQ(parse_endpoint("0.0.0.0:0"), (Endpoint{"0.0.0.0", 0}));
  EXPECT_EQ(parse_endpoint("[::1]:65535"), (Endpoint{"::1", 65535}));
  EXPECT_EQ(parse_endpoint("localhost:80"), (Endpoint{"127.0.0.1", 80}));
}

TEST(Endpoint, IsNothingElse) {
  for (const char* text :
       {"", ":", "8080", "127.0.0.1", "127.0.0.1:", ":8080", "127.0.0.1:65536", "127.0.0.1:-1",
        "127.0.0.1:+1", "127.0.0.1: 1", "127.0.0.1:80x", "example.org:80", "::1:80", "[::1]", "[::1",
        "[::1]80", "[127.0.0.1]:80", "127.1:80", "1.2.3.4:5:6"}) {
    EXPECT_FALSE(parse_endpoint(text)) << text;
  }
}

}  // namespace
}  // namespace flightdeck::app
