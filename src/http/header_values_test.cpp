#include "http/header_values.h"

#include <gtest/gtest.h>

#include <string>

namespace flightdeck::http {
namespace {

using std::chrono::seconds;

TEST(HeaderValues, PreferWait) {
  EXPECT_EQ(preferred_wait("wait=10"), seconds(10));
  EXPECT_EQ(preferred_wait("WAIT = 10"), seconds(10));
  EXPECT_EQ(preferred_wait("wait=\"7\""), seconds(7));
  EXPECT_EQ(preferred_wait("respond-async, wait=5"), seconds(5));
  EXPECT_EQ(preferred_wait("return=\"a, wait=9\", wait=5; x=y, wait=6"), seconds(5));
  EXPECT_EQ(preferred_wait("wait=0"), seconds(0));
  EXPECT_EQ(preferred_wait("wait=31"), seconds(30));
  EXPECT_EQ(preferred_wait("wait=99999999999999999999999"), seconds(30));
}

TEST(HeaderValues, OtherPreferencesAndMalformedWaitsAreIgnored) {
  for (const char* prefer : {"", "wait", "wait=", "wait=-1", "wait=1.5", "wait=ten", "waits=10",
                             "respond-async", "return=\"wait=3", ",,,;=", "wait=5s"}) {
    EXPECT_EQ(preferred_wait(prefer), std::nullopt) << prefer;
  }
  EXPECT_EQ(preferred_wait("wait=soon, wait=4"), seconds(4));
}

TEST(HeaderValues, ListsOfTokens) {
  for (const char* list : {"close", "CLOSE", "x, close", "close,x", ",, \tClose \t,", "keep-alive , close"}) {
    EXPECT_TRUE(lists_token(list, "close")) << list;
  }
  for (const char* list : {"", "closed", "x-close", "clos", "close x", "\"close\""}) {
    EXPECT_FALSE(lists_token(list, "close")) << list;
  }
}

TEST(HeaderValues, Expectations) {
  for (const char* expect :
       {"", "100-continue", "100-CONTINUE", "100-continue, 100-continue", " ,100-continue,"}) {
    EXPECT_TRUE(expects_only_continue(expect)) << expect;
  }
  for (const char* expect :
       {"foo", "100-continue, foo", "foo, 100-continue", "100-continue;q=1", "100-continue=1",
        "100-continue foo", "\"100-continue\"", "x=\",100-continue\""}) {
    EXPECT_FALSE(expects_only_continue(expect)) << expect;
  }
}

TEST(HeaderValues, RequestIds) {
  EXPECT_TRUE(is_sane_request_id("order-42"));
  EXPECT_TRUE(is_sane_request_id(std::string(128, 'x')));
  for (const std::string& id : {std::string(), std::string(129, 'x'), std::string("caf\xc3\xa9"),
                                std::string("a\tb"), std::string("a\x7f")}) {
    EXPECT_FALSE(is_sane_request_id(id)) << id;
  }
}

TEST(HeaderValues, IdempotencyKeys) {
  EXPECT_TRUE(is_idempotency_key("k"));
  EXPECT_TRUE(is_idempotency_key(std::string(255, 'k')));
  EXPECT_FALSE(is_idempotency_key(""));
  EXPECT_FALSE(is_idempotency_key(std::string(256, 'k')));
  EXPECT_FALSE(is_idempotency_key("\xc3\xa9"));
}

TEST(HeaderValues, JsonMediaTypes) {
  for (const char* type : {"application/json", "Application/JSON", "application/json; charset=utf-8",
                           "application/json;charset=\"UTF-8\"", "application/json; v=1"}) {
    EXPECT_TRUE(is_json_media_type(type)) << type;
  }
  for (const char* type : {"", "text/plain", "application/jsonp", "jsonish", "application/problem+json",
                           "application/json; charset=utf-16", "text/json"}) {
    EXPECT_FALSE(is_json_media_type(type)) << type;
  }
}

}  // namespace
}  // namespace flightdeck::http
