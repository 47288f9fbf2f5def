#include "http/request_reader.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <string>

#include "core/limits.h"
#include "support/http_conformance.h"

namespace flightdeck::http {
namespace {

using State = RequestReader::State;

class RequestReaderTest : public testing::Test {
 protected:
  void receive(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto space = reader.space();
      const std::size_t size = std::min(space.size(), bytes.size());
      std::memcpy(space.data(), bytes.data(), size);
      reader.received(size);
      bytes.remove_prefix(size);
      // As a connection does: it parses before it reads on.
      if (!bytes.empty() && reader.parse() == State::refused) return;
    }
  }
  int refusal_of(std::string_view bytes) {
    receive(bytes);
    return reader.parse() == State::refused ? reader.refusal().status : 0;
  }

  Request request;
  RequestReader reader{request};
};

const std::string post =
    "POST /booking?x=y HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nPrefer: wait=1\r\n"
    "Prefer: respond-async\r\nX-REQUEST-ID:  trace 1 \r\nIdempotency-Key: key\r\nIf-Match: \"3\"\r\n"
    "Content-Length: 5\r\n\r\nhello";

TEST_F(RequestReaderTest, ReadsARequest) {
  EXPECT_EQ(reader.parse(), State::need_more);
  EXPECT_TRUE(reader.empty());
  receive(post);
  ASSERT_EQ(reader.parse(), State::complete);
  EXPECT_EQ(request.method, Method::post);
  EXPECT_EQ(request.path, "/booking");
  EXPECT_EQ(request.query, "x=y");
  EXPECT_EQ(request.header(Header::content_type), "application/json");
  EXPECT_EQ(request.header(Header::prefer), "wait=1, respond-async");
  EXPECT_EQ(request.header(Header::request_id), "trace 1");
  EXPECT_EQ(request.header(Header::idempotency_key), "key");
  EXPECT_EQ(request.header(Header::if_match), "\"3\"");
  EXPECT_EQ(request.body, "hello");
  EXPECT_TRUE(reader.keep_alive());
  EXPECT_TRUE(reader.http_1_1());
  reader.next();
  EXPECT_TRUE(reader.empty());
  EXPECT_EQ(reader.parse(), State::need_more);
}

TEST_F(RequestReaderTest, ReadsItCutAtEveryByte) {
  for (std::size_t cut = 1; cut < post.size(); ++cut) {
    receive(std::string_view(post).substr(0, cut));
    ASSERT_EQ(reader.parse(), State::need_more) << cut;
    EXPECT_FALSE(reader.empty());
    receive(std::string_view(post).substr(cut));
    ASSERT_EQ(reader.parse(), State::complete) << cut;
    ASSERT_EQ(request.body, "hello") << cut;
    ASSERT_EQ(request.path, "/booking") << cut;
    ASSERT_EQ(request.header(Header::idempotency_key), "key") << cut;
    reader.next();
  }
}

TEST_F(RequestReaderTest, ReadsItByteByByte) {
  for (std::size_t i = 0; i + 1 < post.size(); ++i) {
    receive(std::string_view(post).substr(i, 1));
    ASSERT_EQ(reader.parse(), State::need_more) << i;
  }
  receive(std::string_view(post).substr(post.size() - 1));
  ASSERT_EQ(reader.parse(), State::complete);
  EXPECT_EQ(request.body, "hello");
}

TEST_F(RequestReaderTest, ReadsPipelinedRequests) {
  std::string bytes;
  for (int i = 0; i < 100; ++i) {
    bytes += post + "\r\nGET /" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\n\r\n";
  }
  std::size_t sent = 0;
  int posts = 0;
  int gets = 0;
  while (sent < bytes.size()) {
    const auto space = reader.space();
    const std::size_t size = std::min({space.size(), bytes.size() - sent, std::size_t{777}});
    std::memcpy(space.data(), bytes.data() + sent, size);
    reader.received(size);
    sent += size;
    for (State state = reader.parse(); state != State::need_more; state = reader.parse()) {
      ASSERT_EQ(state, State::complete);
      if (request.method == Method::post) {
        ++posts;
      } else {
        ASSERT_EQ(request.path, "/" + std::to_string(gets++));
        ASSERT_EQ(request.header(Header::prefer), std::nullopt) << "of the request before";
      }
      reader.next();
    }
  }
  EXPECT_EQ(posts, 100);
  EXPECT_EQ(gets, 100);
}

TEST_F(RequestReaderTest, ReadsAChunkedBodyAndIgnoresItsTrailers) {
  receive(
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n4\r\ndefg\r\n0\r\n"
      "Idempotency-Key: sneaky\r\n\r\n");
  ASSERT_EQ(reader.parse(), State::complete);
  EXPECT_EQ(request.body, "abcdefg");
  EXPECT_EQ(request.header(Header::idempotency_key), std::nullopt);
}

TEST_F(RequestReaderTest, ReadsChunkedHoweverItIsWritten) {
  for (const char* coding : {"CHUNKED", "  Chunked\t ", "chunked"}) {
    receive("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:" + std::string(coding) +
            "\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
    ASSERT_EQ(reader.parse(), State::complete) << coding;
    EXPECT_EQ(request.body, "abc");
    reader.next();
  }
}

TEST_F(RequestReaderTest, KnowsWhoWaitsForLeaveToGoOn) {
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n";
  receive(head);
  EXPECT_EQ(reader.parse(), State::need_more);
  EXPECT_TRUE(reader.take_expect_continue());
  EXPECT_FALSE(reader.take_expect_continue()) << "once";
  receive("ab");
  EXPECT_EQ(reader.parse(), State::complete);
  reader.next();
  receive(head + "ab");
  EXPECT_EQ(reader.parse(), State::complete);
  EXPECT_FALSE(reader.take_expect_continue()) << "the body is here already";
}

TEST_F(RequestReaderTest, KeepsAliveAsAsked) {
  const auto keeps = [](std::string_view text) {
    Request one;
    RequestReader alone(one);
    std::memcpy(alone.space().data(), text.data(), text.size());
    alone.received(text.size());
    EXPECT_EQ(alone.parse(), State::complete) << text;
    return alone.keep_alive();
  };
  EXPECT_TRUE(keeps("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.0\r\n\r\n"));
  EXPECT_TRUE(keeps("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.0\r\nConnection: close\r\nConnection: keep-alive\r\n\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\nConnection: x, close\r\n\r\n"));
  EXPECT_TRUE(keeps("GET / HTTP/1.7\r\nHost: a\r\n\r\n"));
  EXPECT_TRUE(keeps(
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nConnection: close\r\n\r\n"));
}

TEST_F(RequestReaderTest, ABodyOfTheLimitIsRead) {
  receive("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 65536\r\n\r\n" +
          std::string(limits::body_bytes, 'x'));
  ASSERT_EQ(reader.parse(), State::complete);
  EXPECT_EQ(request.body.size(), limits::body_bytes);
}

TEST_F(RequestReaderTest, RefusesALargeBodyBeforeItComes) {
  EXPECT_EQ(refusal_of("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 65537\r\n\r\n"), 413);
}

TEST_F(RequestReaderTest, RefusesALargeBodyInChunks) {
  std::string bytes = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 65; ++i) bytes += "400\r\n" + std::string(1024, 'x') + "\r\n";
  EXPECT_EQ(refusal_of(bytes), 413);
}

TEST_F(RequestReaderTest, RefusesALargeHeader) {
  EXPECT_EQ(refusal_of("GET / HTTP/1.1\r\nHost: a\r\nX-Filler: " + std::string(17000, 'x') + "\r\n\r\n"),
            431);
}

TEST_F(RequestReaderTest, RefusesManyHeaders) {
  std::string bytes = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (int i = 0; i < 3000; ++i) bytes += "a: b\r\n";
  EXPECT_EQ(refusal_of(bytes + "\r\n"), 431);
}

TEST_F(RequestReaderTest, AHeaderJustUnderTheLimitIsRead) {
  receive("GET / HTTP/1.1\r\nHost: a\r\nX-Filler: " + std::string(16000, 'x') + "\r\n\r\n");
  EXPECT_EQ(reader.parse(), State::complete);
}

TEST_F(RequestReaderTest, RefusesALongTarget) {
  EXPECT_EQ(refusal_of("GET /" + std::string(limits::target_bytes, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n"),
            414);
}

TEST_F(RequestReaderTest, RefusesATargetLongerThanAnyHeader) {
  EXPECT_EQ(refusal_of("GET /" + std::string(100'000, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n"), 414);
}

TEST_F(RequestReaderTest, AnEndlessChunkLineIsRefused) {
  const std::string bytes =
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;" + std::string(100'000, 'x');
  EXPECT_NE(refusal_of(bytes), 0);
}

TEST(RequestReader, RefusesWhatIsNotHttp) {
  for (const char* bytes :
       {"NONSENSE\r\n\r\n",
        "GET\r\n\r\n",
        "GET /\r\n\r\n",
        "\x16\x03\x01\x02\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nno colon here\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: many\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: "
        "chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: "
        "chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n\r\n",
        "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET nowhere HTTP/1.1\r\nHost: a\r\n\r\n",
        "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\nHost: a\n\n",
        "GET / HTTP/1.1\r\nHo st: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: \x01\r\n\r\n"}) {
    Request request;
    RequestReader reader(request);
    const std::string_view text(bytes);
    std::memcpy(reader.space().data(), text.data(), text.size());
    reader.received(text.size());
    EXPECT_EQ(reader.parse(), State::refused) << bytes;
    EXPECT_EQ(reader.refusal().status, 400) << bytes;
    EXPECT_EQ(reader.parse(), State::refused) << "for good";
  }
}

TEST(RequestReader, RefusesOtherVersionsOfHttp) {
  for (const char* version : {"HTTP/0.9", "HTTP/2.0", "HTTP/9.9"}) {
    Request request;
    RequestReader reader(request);
    const std::string text = "GET / " + std::string(version) + "\r\nHost: a\r\n\r\n";
    std::memcpy(reader.space().data(), text.data(), text.size());
    reader.received(text.size());
    EXPECT_EQ(reader.parse(), State::refused) << version;
    EXPECT_EQ(reader.refusal().status, 505) << version;
  }
}

// What came of all requests of a connection, in words.
class Reading {
 public:
  void receive(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto space = reader_.space();
      const std::size_t size = std::min(space.size(), bytes.size());
      std::memcpy(space.data(), bytes.data(), size);
      reader_.received(size);
      bytes.remove_prefix(size);
    }
  }
  // Goes on until it needs more bytes.
  void parse() {
    for (State state = reader_.parse(); !ended_; state = reader_.parse()) {
      if (state == State::need_more) return;
      if (state == State::refused) {
        outcome_ += "refused " + std::to_string(reader_.refusal().status) + '\n';
        ended_ = true;
        return;
      }
      outcome_ += std::string(to_string(request_.method)) + ' ' + std::string(request_.target()) + ' ' +
                  std::string(request_.path) + ' ' + std::string(request_.query) + ' ' + request_.body +
                  (reader_.http_1_1() ? " 1.1" : " 1.0") +
                  (reader_.keep_alive() ? " goes on\n" : " closes\n");
      ended_ = !reader_.keep_alive();
      reader_.next();
    }
  }
  bool ended() const { return ended_; }
  const std::string& outcome() const { return outcome_; }

 private:
  Request request_;
  RequestReader reader_{request_};
  std::string outcome_;
  bool ended_ = false;
};

std::string read_whole(std::string_view bytes) {
  Reading reading;
  reading.receive(bytes);
  reading.parse();
  return reading.outcome();
}

template <typename NextSize>
std::string read_in_pieces(std::string_view bytes, NextSize next_size) {
  Reading reading;
  while (!bytes.empty() && !reading.ended()) {
    const std::string_view piece = bytes.substr(0, next_size());
    // From memory of its own, so that who looks behind it is found out.
    reading.receive(std::string(piece));
    reading.parse();
    bytes.remove_prefix(piece.size());
  }
  return reading.outcome();
}

TEST(RequestReader, ReadsInPiecesWhatItReadsWhole) {
  const std::uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  constexpr std::string_view another = "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";
  for (const test::HttpCase& one : test::http_conformance_cases()) {
    SCOPED_TRACE(test::readable(one.bytes));
    for (const std::string& bytes : {one.bytes, one.bytes + std::string(another)}) {
      const std::string whole = read_whole(bytes);
      ASSERT_EQ(whole.ends_with(" goes on\n"), one.goes_on) << whole;
      ASSERT_EQ(read_in_pieces(bytes, [] { return std::size_t{1}; }), whole);
      for (const std::size_t longest : {3, 12, 50, 400}) {
        ASSERT_EQ(read_in_pieces(bytes, [&] { return 1 + random() % longest; }), whole) << longest;
      }
    }
  }
}

// Bytes that mean something, in an order that mostly does not.
TEST(RequestReader, ReadsNonsenseInPiecesAsItReadsItWhole) {
  const std::uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  const std::vector<test::HttpCase> cases = test::http_conformance_cases();
  for (int round = 0; round < 3000; ++round) {
    std::string bytes = cases[random() % cases.size()].bytes;
    for (std::size_t changes = random() % 4; changes > 0; --changes) {
      constexpr std::string_view meaningful = "\r\n\t ;=\"\\,:/%0a\x7f\xff";
      const std::size_t at = random() % bytes.size();
      const std::size_t what = random() % 3;
      const std::string& other = cases[random() % cases.size()].bytes;
      if (what == 0) bytes[at] = meaningful[random() % meaningful.size()];
      if (what == 1) bytes.erase(at, 1 + random() % 4);
      if (what == 2) bytes.insert(at, other.substr(0, random() % 40));
      if (bytes.empty()) bytes = "\r\n";
    }
    SCOPED_TRACE(test::readable(bytes));
    const std::string whole = read_whole(bytes);
    ASSERT_EQ(read_in_pieces(bytes, [] { return std::size_t{1}; }), whole);
    ASSERT_EQ(read_in_pieces(bytes, [&] { return 1 + random() % 20; }), whole);
  }
}

}  // namespace
}  // namespace flightdeck::http
