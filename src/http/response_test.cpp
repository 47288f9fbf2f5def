#include "http/response.h"

#include <gmock/gmock.h>

namespace flightdeck::http {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

std::string bytes_of(const Response& response, bool head_only = false) {
  ResponseFrame frame;
  frame.request_id = "trace-1";
  frame.head_only = head_only;
  std::string out;
  append_response(out, response, frame);
  return out;
}

TEST(Response, IsNotToBeStoredUnlessItSaysOtherwise) {
  EXPECT_THAT(bytes_of(json_response(200, "{}")), HasSubstr("\r\nCache-Control: no-store\r\n"));
  EXPECT_THAT(bytes_of(empty_response(204)), HasSubstr("\r\nCache-Control: no-store\r\n"));
  Response page = json_response(200, "{}");
  page.cache_control = revalidate;
  EXPECT_THAT(bytes_of(page), HasSubstr("\r\nCache-Control: private, max-age=0, must-revalidate\r\n"));
  EXPECT_THAT(bytes_of(page), Not(HasSubstr("no-store")));
}

TEST(Response, ATagIsOneOfItsHeaders) {
  Response page = json_response(200, "{}");
  EXPECT_THAT(bytes_of(page), Not(HasSubstr("ETag")));
  page.etag = "\"7\"";
  EXPECT_THAT(bytes_of(page), HasSubstr("\r\nETag: \"7\"\r\n"));
}

TEST(Response, WhatIsNotModifiedHasItsHeadersAndNoBody) {
  Response page = json_response(304, "{}");
  page.etag = "\"7\"";
  for (const bool head_only : {false, true}) {
    const std::string bytes = bytes_of(page, head_only);
    EXPECT_THAT(bytes, HasSubstr("HTTP/1.1 304 Not Modified\r\n"));
    EXPECT_THAT(bytes, HasSubstr("\r\nETag: \"7\"\r\n"));
    EXPECT_THAT(bytes, HasSubstr("\r\nCache-Control: no-store\r\n"));
    EXPECT_THAT(bytes, Not(HasSubstr("Content-")));
    EXPECT_THAT(bytes, EndsWith("\r\n\r\n"));
  }
}

TEST(Response, ToAHeadHasEverythingButTheBody) {
  const std::string bytes = bytes_of(json_response(200, "{}"), true);
  EXPECT_THAT(bytes, HasSubstr("\r\nContent-Length: 2\r\n"));
  EXPECT_THAT(bytes, EndsWith("\r\n\r\n"));
}

}  // namespace
}  // namespace flightdeck::http
