#include "net/http_url.h"

#include <gtest/gtest.h>

#include "core/limits.h"

namespace flightdeck::net {
namespace {

TEST(HttpUrl, TakesAUrlApart) {
  const auto full = parse_http_url("http://example.org:8081/a/b?c=d");
  ASSERT_TRUE(full);
  EXPECT_EQ(*full, (HttpUrl{"example.org", 8081, "/a/b?c=d"}));
  EXPECT_EQ(full->authority(), "example.org:8081");
  EXPECT_EQ(*parse_http_url("http://localhost"), (HttpUrl{"localhost", 80, "/"}));
  EXPECT_EQ(*parse_http_url("http://localhost?x=y"), (HttpUrl{"localhost", 80, "/?x=y"}));
  const auto v6 = parse_http_url("http://[::1]:99/");
  ASSERT_TRUE(v6);
  EXPECT_EQ(*v6, (HttpUrl{"::1", 99, "/"}));
  EXPECT_EQ(v6->authority(), "[::1]:99");
  EXPECT_EQ(*parse_http_url("https://example.org/a"), (HttpUrl{"example.org", 443, "/a", true}));
  EXPECT_EQ(*parse_http_url("https://example.org:8443"), (HttpUrl{"example.org", 8443, "/", true}));
}

TEST(HttpUrl, RefusesWhatCannotBeCalled) {
  for (const char* url : {"",
                          "example.org",
                          "httpss://example.org",
                          "https://",
                          "HTTPS//h",
                          "http://",
                          "http:///path",
                          "http://host:0/",
                          "http://host:65536/",
                          "http://host:/",
                          "http://host:8x/",
                          "http://user@host/",
                          "http://host/#top",
                          "http://host/a b",
                          "http://host/\r\nX: y",
                          "http://h\xc3\xa9/",
                          "http://[::1",
                          "http://[host]/",
                          "http://ho%73t/",
                          "http://[::1]x/"}) {
    EXPECT_FALSE(parse_http_url(url)) << url;
  }
}

TEST(HttpUrl, HasALimit) {
  const std::string host = "http://host/";
  const std::string longest = host + std::string(limits::url_bytes - host.size(), 'x');
  EXPECT_TRUE(parse_http_url(longest));
  EXPECT_FALSE(parse_http_url(longest + "x"));
}

TEST(HttpUrl, IsUnderABaseOrNot) {
  const HttpUrl root = *parse_base_url("http://host:1");
  const HttpUrl deep = *parse_base_url("http://host:1/a/b/");
  const auto under = [](const char* url, const HttpUrl& base) {
    return is_under(*parse_http_url(url), base);
  };
  for (const char* url : {"http://host:1", "http://HOST:1/", "http://host:1/x?y=z", "http://host:1/../x"})
    EXPECT_TRUE(under(url, root)) << url;
  for (const char* url : {"http://host", "http://host:2/", "http://host.evil:1/", "http://hos:1/"})
    EXPECT_FALSE(under(url, root)) << url;
  for (const char* url : {"http://host:1/a/b", "http://host:1/a/b/c", "http://host:1/a/b?c=../d"})
    EXPECT_TRUE(under(url, deep)) << url;
  for (const char* url :
       {"http://host:1/a", "http://host:1/a/bc", "http://host:1/a/b/../c", "http://host:1/a/b/%2e./c",
        "http://host:1/A/b", "http://host:1/a/b/.", "http://host:1/a/b\\..\\c"})
    EXPECT_FALSE(under(url, deep)) << url;
  EXPECT_FALSE(under("https://host:1/x", root)) << "another server";
  EXPECT_TRUE(under("https://host/x", *parse_base_url("https://host:443")));
}

TEST(HttpUrl, ABaseHasNoQueryAndNoLastSlash) {
  EXPECT_EQ(parse_base_url("http://host:1")->target, "");
  EXPECT_EQ(parse_base_url("http://host:1/")->target, "");
  EXPECT_EQ(parse_base_url("http://host:1/mock/")->target, "/mock");
  EXPECT_FALSE(parse_base_url("http://host:1/?a=b"));
  EXPECT_FALSE(parse_base_url("ftp://host"));
}

}  // namespace
}  // namespace flightdeck::net
