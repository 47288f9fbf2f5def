#include "net/response_parser.h"

#include <gtest/gtest.h>

#include "core/limits.h"

namespace flightdeck::net {
namespace {

using State = ResponseParser::State;

constexpr std::size_t body_bytes_max = 100;

struct Parsed {
  State state = State::need_more;
  HttpReply reply;
  bool keep_alive = false;
  std::size_t used = 0;
};

Parsed parse(std::string_view bytes, bool at_end = false) {
  ResponseParser parser(body_bytes_max);
  Parsed parsed;
  parsed.state = parser.put(bytes, parsed.used);
  if (at_end) parsed.state = parser.put_end();
  parsed.keep_alive = parsed.state == State::done && parser.keep_alive();
  parsed.reply = parser.reply();
  return parsed;
}

TEST(ResponseParser, ReadsABodyOfKnownLength) {
  const std::string text =
      "HTTP/1.1 503 Service Unavailable\r\nContent-Type: a/b\r\ncontent-LENGTH:  5 \r\nRetry-After: "
      "1\r\n\r\nhello";
  const Parsed parsed = parse(text + "more");
  EXPECT_EQ(parsed.state, State::done);
  EXPECT_EQ(parsed.reply.status, 503);
  EXPECT_EQ(parsed.reply.body, "hello");
  EXPECT_TRUE(parsed.reply.retry_after);
  EXPECT_TRUE(parsed.keep_alive);
  EXPECT_EQ(parsed.used, text.size());
}

TEST(ResponseParser, WantsMoreUntilItIsWhole) {
  const std::string whole[] = {
      "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\nTrailer: "
      "t\r\n\r\n"};
  for (const std::string& text : whole) {
    for (std::size_t size = 0; size < text.size(); ++size) {
      EXPECT_EQ(parse(text.substr(0, size)).state, State::need_more) << text.substr(0, size);
      EXPECT_EQ(parse(text.substr(0, size), true).state, State::malformed) << text.substr(0, size);
    }
    const Parsed parsed = parse(text);
    EXPECT_EQ(parsed.state, State::done);
    EXPECT_EQ(parsed.reply.status, 200);
    EXPECT_EQ(parsed.reply.body, "hello");
    EXPECT_EQ(parsed.used, text.size());
  }
}

TEST(ResponseParser, ReadsOneAfterTheOtherInWhateverPartsTheyCome) {
  std::string all;
  for (const char* const body : {"one", "two", "three"}) {
    all.append("HTTP/1.1 200 OK\r\nContent-Length: ").append(std::to_string(std::string(body).size()));
    all.append("\r\n\r\n").append(body);
  }
  for (std::size_t part = 1; part <= all.size(); ++part) {
    ResponseParser parser(body_bytes_max);
    std::vector<std::string> bodies;
    std::string kept;
    for (std::size_t at = 0; at < all.size(); at += part) {
      kept.append(all, at, part);
      std::size_t used = 0;
      while (parser.put(kept, used) == State::done) {
        bodies.push_back(parser.reply().body);
        parser.restart();
        kept.erase(0, used);
      }
      kept.erase(0, used);
    }
    EXPECT_EQ(bodies, (std::vector<std::string>{"one", "two", "three"})) << part;
    EXPECT_FALSE(parser.begun()) << part;
  }
}

TEST(ResponseParser, KnowsWhenTheConnectionEnds) {
  EXPECT_FALSE(parse("HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 0\r\n\r\n").keep_alive);
  EXPECT_FALSE(parse("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n").keep_alive);
  EXPECT_TRUE(parse("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n").keep_alive);
}

TEST(ResponseParser, WithoutALengthTheBodyGoesToTheEnd) {
  const std::string text = "HTTP/1.1 200 OK\r\n\r\nhel";
  EXPECT_EQ(parse(text).state, State::need_more);
  EXPECT_EQ(parse(text, true).state, State::done);
  EXPECT_EQ(parse(text, true).reply.body, "hel");
  EXPECT_FALSE(parse(text, true).keep_alive);
  EXPECT_EQ(parse("HTTP/1.1 204 No Content\r\n\r\n").state, State::done);
}

TEST(ResponseParser, RefusesABodyThatIsTooLongAsSoonAsItKnows) {
  const std::string too_long = std::to_string(body_bytes_max + 1);
  EXPECT_EQ(parse("HTTP/1.1 200 OK\r\nContent-Length: " + too_long + "\r\n\r\n").state, State::malformed);
  const std::string longest(body_bytes_max, 'x');
  for (const std::string head :
       {"HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\n"}) {
    EXPECT_EQ(parse(head + longest).state, State::need_more);
    EXPECT_EQ(parse(head + longest + (head.ends_with("64\r\n") ? "\r\n1\r\nx" : "x")).state, State::malformed)
        << head;
  }
}

TEST(ResponseParser, RefusesWhatIsNotHttp) {
  for (const std::string text :
       {"SSH-2.0-x\r\n\r\n", "HTTP/2 200\r\n\r\n", "HTTP/1.1 abc OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
    EXPECT_EQ(parse(text).state, State::malformed) << text;
  }
  EXPECT_EQ(parse("HTTP/1.1 200 OK\r\nX: " + std::string(limits::header_bytes + 1, 'x')).state,
            State::malformed);
}

}  // namespace
}  // namespace flightdeck::net
