#include "http/request_target.h"

#include <gtest/gtest.h>

#include <string>

#include "http/character_classes.h"

namespace flightdeck::http {
namespace {

TEST(RequestTarget, PlainPathsAreOfUnreservedCharactersBetweenSingleSlashes) {
  for (const char* path : {"/", "/booking", "/health/live", "/a.b/..c/.d/e./...", "/A-Z_0~9",
                           "/booking/0197aaaa-0000-7000-8000-000000000000/cancel"}) {
    EXPECT_TRUE(is_plain_path(path)) << path;
  }
  for (const char* path :
       {"booking", "*",      "//",        "//a",   "/a//b",  "/a/",     "/a//", "/.",     "/..",
        "/./a",    "/../a",  "/a/.",      "/a/..", "/a/./b", "/a/../b", "/%61", "/a%2Fb", "/a%5cb",
        "/a\\b",   "/a;b",   "/a;",       "/a:b",  "/a@b",   "/a,b",    "/a=b", "/a+b",   "/a b",
        "/a\tb",   "/a\x7f", "/\xc0\xaf", "/\xff", "/a?b",   "/a#b"}) {
    EXPECT_FALSE(is_plain_path(path)) << path;
  }
}

// Whatever byte it is: either it stands for itself in a path, or no route has it.
TEST(RequestTarget, EveryByteIsPlainOrReachesNoRouteOrIsRefused) {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const std::string target = std::string("/a") + c + "b";
    const auto parsed = parse_request_target(target);
    const bool letter_or_digit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    const std::string_view others = "-._~/";
    const std::string_view legal = "!$&'()*+,;=:@%";
    if (letter_or_digit || others.find(c) != std::string_view::npos) {
      ASSERT_TRUE(parsed) << byte;
      EXPECT_EQ(parsed->path, target);
    } else if (c == '?') {
      ASSERT_TRUE(parsed);
      EXPECT_EQ(parsed->path, "/a");
      EXPECT_EQ(parsed->query, "b");
    } else if (legal.find(c) != std::string_view::npos) {
      ASSERT_TRUE(parsed) << byte;
      EXPECT_EQ(parsed->path, "") << byte;
    } else {
      EXPECT_FALSE(parsed) << byte;
    }
    const auto in_query = parse_request_target("/?" + std::string(1, c));
    const bool may_be_in_query = parsed.has_value() || c == '?';
    EXPECT_EQ(in_query.has_value(), may_be_in_query) << byte;
  }
}

TEST(RequestTarget, AnAbsoluteOneBeginsBehindItsAuthority) {
  for (const char* target :
       {"http://h", "http://h?x=/health", "http://h?/health", "http://h?http://x/health"}) {
    const auto parsed = parse_request_target(target);
    ASSERT_TRUE(parsed) << target;
    EXPECT_EQ(parsed->path, "/") << target;
  }
  const auto parsed = parse_request_target("hTTp://h:80/a?b=http://c/d?e");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->path, "/a");
  EXPECT_EQ(parsed->query, "b=http://c/d?e");
  for (const char* target :
       {"http://", "http:///a", "http://?a", "http://:80/a", "http://u@h/a", "http://h#/a", "http://h:x/a",
        "http:/a", "https://h/a", "ttp://h/a", "http://h\\a", "", "a", "*a"}) {
    EXPECT_FALSE(parse_request_target(target)) << target;
  }
}

TEST(RequestTarget, HostsMayBeEmptyAndAuthoritiesMayNot) {
  EXPECT_TRUE(is_host_field(""));
  EXPECT_FALSE(is_authority(""));
  EXPECT_FALSE(is_host_field(":80"));
  EXPECT_FALSE(is_host_field(std::string_view("[::1\0]", 6)));
  EXPECT_FALSE(is_host_field('[' + std::string(1000, ':') + ']'));
}

TEST(RequestTarget, ClassesOfCharacters) {
  std::size_t tokens = 0;
  std::size_t text = 0;
  for (int byte = 0; byte < 256; ++byte) {
    tokens += is(is_in_token, static_cast<char>(byte)) ? 1 : 0;
    text += is(is_text, static_cast<char>(byte)) ? 1 : 0;
  }
  EXPECT_EQ(tokens, 26U + 26 + 10 + 15);
  EXPECT_EQ(text, 256U - 32 - 1 + 1) << "no control character but the tab";
}

}  // namespace
}  // namespace flightdeck::http
