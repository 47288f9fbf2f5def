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

TEST(PrintableUrl, HidesPasswords) {
  EXPECT_EQ(printable_url("postgresql://ann:secret@db:5432/flights"), "postgresql://ann:***@db:5432/flights");
  EXPECT_EQ(printable_url("redis://:secret@cache"), "redis://:***@cache");
  EXPECT_EQ(printable_url("postgresql://ann:se:c@r/et@db/x"), "postgresql://ann:***@db/x");
  EXPECT_EQ(printable_url("postgresql://db/x?user=ann&password=secret&sslmode=require"),
            "postgresql://db/x?user=ann&password=***&sslmode=require");
  EXPECT_EQ(printable_url("postgresql://db/x?sslpassword=secret"), "postgresql://db/x?sslpassword=***");
}

TEST(PrintableUrl, LeavesTheRestAsItIs) {
  for (const char* text : {"sqlite:/var/lib/flightdeck.db", "memory", "", "redis://cache:6379",
                           "postgresql://ann@db/x", "http://[::1]:8080/x"}) {
    EXPECT_EQ(printable_url(text), text);
  }
}

}  // namespace
}  // namespace flightdeck::app
