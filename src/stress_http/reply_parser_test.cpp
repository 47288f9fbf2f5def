#include "stress_http/reply_parser.h"

#include <gtest/gtest.h>

#include "core/limits.h"

namespace flightdeck::stress_http {
namespace {

struct Parsed {
  ParseState state;
  ParsedReply reply;
  std::string body;
};

Parsed parse(std::string_view bytes, bool at_end = false) {
  Parsed parsed;
  std::string scratch;
  parsed.state = parse_reply(bytes, at_end, scratch, parsed.reply);
  parsed.body = parsed.reply.body;
  return parsed;
}

TEST(ReplyParser, ReadsABodyOfKnownLength) {
  const std::string text =
      "HTTP/1.1 503 Service Unavailable\r\nContent-Type: a/b\r\ncontent-LENGTH:  5 \r\nRetry-After: "
      "1\r\n\r\nhello";
  const Parsed parsed = parse(text + "more");
  EXPECT_EQ(parsed.state, ParseState::done);
  EXPECT_EQ(parsed.reply.status, 503);
  EXPECT_EQ(parsed.body, "hello");
  EXPECT_TRUE(parsed.reply.retry_after);
  EXPECT_TRUE(parsed.reply.keep_alive);
  EXPECT_EQ(parsed.reply.size, text.size());
}

TEST(ReplyParser, WantsMoreUntilItIsWhole) {
  const std::string whole[] = {
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\nTrailer: "
      "t\r\n\r\n"};
  for (const std::string& text : whole) {
    for (std::size_t size = 0; size < text.size(); ++size) {
      EXPECT_EQ(parse(text.substr(0, size)).state, ParseState::need_more) << text.substr(0, size);
    }
    const Parsed parsed = parse(text);
    EXPECT_EQ(parsed.state, ParseState::done);
    EXPECT_EQ(parsed.reply.status, 200);
    EXPECT_EQ(parsed.body, "hello");
    EXPECT_EQ(parsed.reply.size, text.size());
  }
}

TEST(ReplyParser, KnowsWhenTheConnectionEnds) {
  EXPECT_FALSE(parse("HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 0\r\n\r\n").reply.keep_alive);
  EXPECT_FALSE(parse("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n").reply.keep_alive);
  EXPECT_TRUE(
      parse("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n").reply.keep_alive);
}

TEST(ReplyParser, WithoutALengthTheBodyGoesToTheEnd) {
  const std::string text = "HTTP/1.1 200 OK\r\n\r\nhel";
  EXPECT_EQ(parse(text).state, ParseState::need_more);
  EXPECT_EQ(parse(text, true).state, ParseState::done);
  EXPECT_EQ(parse(text, true).body, "hel");
  EXPECT_FALSE(parse(text, true).reply.keep_alive);
  EXPECT_EQ(parse("HTTP/1.1 204 No Content\r\n\r\n").state, ParseState::done);
}

TEST(ReplyParser, RefusesWhatIsNotHttp) {
  for (const std::string text :
       {"SSH-2.0-x\r\n\r\n", "HTTP/2 200\r\n\r\n", "HTTP/1.1 abc OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
    EXPECT_EQ(parse(text).state, ParseState::malformed) << text;
  }
  EXPECT_EQ(parse(std::string(limits::header_bytes + 1, 'x')).state, ParseState::malformed);
}

}  // namespace
}  // namespace flightdeck::stress_http
