#include "http/request.h"

#include <gtest/gtest.h>

#include "http/percent_encoding.h"

namespace flightdeck::http {
namespace {

TEST(Request, SplitsItsTarget) {
  Request request;
  ASSERT_TRUE(request.set_target("/search?source=JFK&x=?"));
  EXPECT_EQ(request.path, "/search");
  EXPECT_EQ(request.query, "source=JFK&x=?");
  ASSERT_TRUE(request.set_target("/health"));
  EXPECT_EQ(request.path, "/health");
  EXPECT_EQ(request.query, "");
}

TEST(Request, TakesAnAbsoluteTarget) {
  Request request;
  ASSERT_TRUE(request.set_target("HTTP://example.org:80/booking?a=b"));
  EXPECT_EQ(request.path, "/booking");
  EXPECT_EQ(request.query, "a=b");
  ASSERT_TRUE(request.set_target("http://example.org"));
  EXPECT_EQ(request.path, "/");
}

TEST(Request, RefusesWhatIsNoTarget) {
  Request request;
  EXPECT_FALSE(request.set_target("health"));
  EXPECT_FALSE(request.set_target("example.org:443"));
  EXPECT_FALSE(request.set_target(""));
  EXPECT_TRUE(request.set_target("*"));
}

TEST(Request, DecodesNeitherItsPathNorItsQuery) {
  Request request;
  ASSERT_TRUE(request.set_target("/booking?x=%20"));
  EXPECT_EQ(request.path, "/booking");
  EXPECT_EQ(request.query, "x=%20");
  ASSERT_TRUE(request.set_target("/%62ooking?x=%20"));
  EXPECT_EQ(request.path, "") << "matches no route";
  EXPECT_EQ(request.query, "x=%20");
}

TEST(Request, KeepsHeadersUntilItIsCleared) {
  Request request;
  EXPECT_EQ(request.header(Header::prefer), std::nullopt);
  request.add_header(Header::prefer, "wait=1");
  request.add_header(Header::prefer, "respond-async");
  request.add_header(Header::idempotency_key, "");
  EXPECT_EQ(request.header(Header::prefer), "wait=1, respond-async");
  EXPECT_EQ(request.header(Header::idempotency_key), "");
  EXPECT_TRUE(request.repeated(Header::prefer));
  EXPECT_FALSE(request.repeated(Header::idempotency_key));
  EXPECT_FALSE(request.repeated(Header::if_match));
  request.body = "text";
  request.clear();
  EXPECT_EQ(request.header(Header::prefer), std::nullopt);
  EXPECT_FALSE(request.repeated(Header::prefer));
  EXPECT_EQ(request.header(Header::idempotency_key), std::nullopt);
  EXPECT_EQ(request.body, "");
}

TEST(PercentEncoding, Decodes) {
  std::string out;
  EXPECT_TRUE(form_decode("a%20b+c%2525", out));
  EXPECT_EQ(out, "a b c%25");
  out.clear();
  EXPECT_TRUE(form_decode("a+b%2B", out));
  EXPECT_EQ(out, "a b+");
  for (const char* bad : {"%", "%4", "%zz", "a%4", "%-1"}) EXPECT_FALSE(form_decode(bad, out)) << bad;
}

}  // namespace
}  // namespace flightdeck::http
