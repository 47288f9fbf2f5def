#include "stress_http/request_pool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <list>
#include <map>
#include <mutex>
#include <thread>

#include "stress_http/inquiry.h"
#include "stress_http/steady_time.h"
#include "support/socket.h"
#include "support/tls_proxy.h"

namespace flightdeck::stress_http {
namespace {

using net::HttpReply;
using std::chrono::milliseconds;
using std::chrono::seconds;
using stress::Loss;
using stress::Time;
using test::Deadline;
using test::Socket;
using testing::ElementsAre;
using testing::HasSubstr;

// Answers each request as the test says: a script gets its first line and the connection.
class ScriptedServer {
 public:
  // False: the connection is closed.
  using Script = std::function<bool(const std::string& line, Socket& socket)>;

  explicit ScriptedServer(Script script) : script_(std::move(script)), acceptor_([this] { accept_all(); }) {}
  ~ScriptedServer() {
    listener_.shut_down();
    acceptor_.join();
    for (auto& connection : connections_) connection.socket.shut_down();
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  std::uint16_t port() const { return port_; }
  int accepted() const { return accepted_; }

 private:
  struct Connection {
    Socket socket;
    std::jthread thread;
  };

  void accept_all() {
    while (true) {
      Socket socket = listener_.accept();
      if (!socket.valid()) return;
      ++accepted_;
      Connection& connection = connections_.emplace_back(Connection{std::move(socket), {}});
      connection.thread = std::jthread([this, &connection] { serve(connection.socket); });
    }
  }
  void serve(Socket& socket) {
    std::string in;
    try {
      while (true) {
        while (in.find("\r\n\r\n") == std::string::npos) {
          if (!socket.receive_some(in, Deadline(std::chrono::minutes(2)))) return;
        }
        const std::string line = in.substr(0, in.find("\r\n"));
        in.erase(0, in.find("\r\n\r\n") + 4);
        if (!script_(line, socket)) return socket.shut_down();
      }
    } catch (const test::ConnectionError&) {
      // The wire has closed it.
    }
  }

  Script script_;
  Socket listener_ = Socket::listen_loopback(0);
  std::uint16_t port_ = listener_.local_port();
  std::atomic<int> accepted_{0};
  std::list<Connection> connections_;
  std::jthread acceptor_;
};

void say(Socket& socket, const std::string& bytes) { socket.send_all(bytes, Deadline(seconds(20))); }

std::string ok(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string request(const std::string& target) { return "GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n"; }

bool echo(const std::string& line, Socket& socket) {
  say(socket, ok(line));
  return true;
}

class Answers final : public ReplyTaker {
 public:
  void answered(std::uint32_t tag, const HttpReply& reply, Time) override {
    bodies[tag] = reply.body;
    ++ended;
    if (then) then(tag);
  }
  void lost(std::uint32_t tag, Loss loss, Time) override {
    losses[tag] = loss;
    ++ended;
  }

  std::map<std::uint32_t, std::string> bodies;
  std::map<std::uint32_t, Loss> losses;
  std::size_t ended = 0;
  std::function<void(std::uint32_t)> then;
};

net::HttpUrl url_at(std::uint16_t port) { return {"127.0.0.1", port, {}}; }

Peer peer_at(std::uint16_t port) { return find_peer(url_at(port), seconds(20)).value(); }

// Until so many requests have come to an end.
void turn_until(RequestPool& requests, Answers& answers, std::size_t ended) {
  const Time deadline = clock_now() + test::patient(seconds(20));
  while (answers.ended < ended && clock_now() < deadline) requests.turn(deadline, answers);
  ASSERT_EQ(answers.ended, ended);
}

TEST(RequestPool, BringsAnswersBackToWhoAskedOnKeptConnections) {
  ScriptedServer server(echo);
  RequestPool requests(peer_at(server.port()), {4, seconds(30)});
  Answers answers;
  for (std::uint32_t round = 0; round < 10; ++round) {
    std::uint32_t sent = 0;
    for (; !requests.full(); ++sent)
      requests.send(sent, request("/" + std::to_string(round) + "/" + std::to_string(sent)));
    EXPECT_EQ(sent, 4U);
    turn_until(requests, answers, (round + 1) * 4);
    for (std::uint32_t tag = 0; tag < 4; ++tag) {
      EXPECT_EQ(answers.bodies[tag],
                "GET /" + std::to_string(round) + "/" + std::to_string(tag) + " HTTP/1.1");
    }
  }
  EXPECT_EQ(server.accepted(), 5) << "one of them only to look whether it is there";
}

TEST(RequestPool, TakesAnswersThatComeInParts) {
  const std::string large(3'000'000, 'x');
  ScriptedServer server([&](const std::string& line, Socket& socket) {
    if (line.find("/large") != std::string::npos) {
      say(socket, ok(large));
      return true;
    }
    for (const char c :
         std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")) {
      say(socket, std::string(1, c));
    }
    return true;
  });
  RequestPool requests(peer_at(server.port()), {1, seconds(30)});
  Answers answers;
  requests.send(1, request("/"));
  turn_until(requests, answers, 1);
  requests.send(2, request("/large"));
  turn_until(requests, answers, 2);
  requests.send(3, request("/"));
  turn_until(requests, answers, 3);
  EXPECT_EQ(answers.bodies[1], "abc");
  EXPECT_EQ(answers.bodies[2], large);
  EXPECT_EQ(answers.bodies[3], "abc");
  EXPECT_EQ(server.accepted(), 2);
}

TEST(RequestPool, SendsLargeRequestsWhole) {
  const std::string path(2'000'000, 'p');
  ScriptedServer server([&](const std::string& line, Socket& socket) {
    say(socket, ok(std::to_string(line.size())));
    return true;
  });
  RequestPool requests(peer_at(server.port()), {1, seconds(30)});
  Answers answers;
  for (std::uint32_t tag = 1; tag <= 2; ++tag) {
    requests.send(tag, request(path));
    turn_until(requests, answers, tag);
    EXPECT_EQ(answers.bodies[tag], std::to_string(path.size() + 13));
  }
}

TEST(RequestPool, ReplacesConnectionsThatTheOtherSideEnds) {
  ScriptedServer server([](const std::string&, Socket& socket) {
    say(socket, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi");
    return false;
  });
  RequestPool requests(peer_at(server.port()), {1, seconds(30)});
  Answers answers;
  for (std::uint32_t tag = 0; tag < 5; ++tag) {
    requests.send(tag, request("/"));
    turn_until(requests, answers, tag + 1);
  }
  EXPECT_TRUE(answers.losses.empty());
  EXPECT_EQ(answers.bodies.size(), 5U);
}

TEST(RequestPool, TakesABodyThatEndsWithItsConnection) {
  ScriptedServer server([](const std::string&, Socket& socket) {
    say(socket, "HTTP/1.1 200 OK\r\n\r\nto the end");
    return false;
  });
  RequestPool requests(peer_at(server.port()), {1, seconds(30)});
  Answers answers;
  requests.send(1, request("/"));
  turn_until(requests, answers, 1);
  EXPECT_EQ(answers.bodies[1], "to the end");
}

TEST(RequestPool, AnAnswerMayBeFollowedByTheNextRequestAtOnce) {
  ScriptedServer server(echo);
  RequestPool requests(peer_at(server.port()), {3, seconds(30)});
  Answers answers;
  std::uint32_t sent = 0;
  const auto send_next = [&] {
    ++sent;
    requests.send(sent, request("/" + std::to_string(sent)));
  };
  answers.then = [&](std::uint32_t) {
    if (sent < 1000) send_next();
  };
  while (!requests.full()) send_next();
  turn_until(requests, answers, 1000);
  for (std::uint32_t tag = 1; tag <= 1000; ++tag) {
    EXPECT_EQ(answers.bodies[tag], "GET /" + std::to_string(tag) + " HTTP/1.1");
  }
}

TEST(RequestPool, SaysHowARequestWasLost) {
  {
    ScriptedServer server([](const std::string& line, Socket& socket) {
      if (line.find("/garbage") != std::string::npos) say(socket, "what?\r\n\r\n");
      if (line.find("/half") != std::string::npos)
        say(socket, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
      return line.find("/silent") != std::string::npos;
    });
    Answers answers;
    RequestPool patient(peer_at(server.port()), {8, seconds(30)});
    patient.send(1, request("/cut"));
    patient.send(3, request("/half"));
    patient.send(4, request("/garbage"));
    turn_until(patient, answers, 3);
    RequestPool impatient(peer_at(server.port()), {1, milliseconds(300)});
    impatient.send(2, request("/silent"));
    turn_until(impatient, answers, 4);
    EXPECT_EQ(answers.losses[1], Loss::cut);
    EXPECT_EQ(answers.losses[2], Loss::timed_out);
    EXPECT_EQ(answers.losses[3], Loss::cut);
    EXPECT_EQ(answers.losses[4], Loss::cut);
    EXPECT_TRUE(answers.bodies.empty());
  }
  Peer peer;
  {
    ScriptedServer server(echo);
    peer = peer_at(server.port());
  }
  RequestPool requests(peer, {2, seconds(30)});
  Answers answers;
  requests.send(1, request("/"));
  requests.send(2, request("/"));
  turn_until(requests, answers, 2);
  EXPECT_EQ(answers.losses[1], Loss::not_sent);
  EXPECT_EQ(answers.losses[2], Loss::not_sent);
}

TEST(RequestPool, TellsWhenAWatchedDescriptorHasSomething) {
  ScriptedServer server(echo);
  RequestPool requests(peer_at(server.port()), {1, seconds(30)});
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const Descriptor read_end(ends[0]);
  const Descriptor write_end(ends[1]);
  int told = 0;
  requests.watch(read_end.number(), [&] {
    char byte = 0;
    if (::read(read_end.number(), &byte, 1) == 1) ++told;
  });
  Answers answers;
  requests.turn(clock_now(), answers);
  EXPECT_EQ(told, 0);
  ASSERT_EQ(::write(write_end.number(), "x", 1), 1);
  requests.turn(clock_now() + seconds(20), answers);
  EXPECT_EQ(told, 1);
}

// The same over TLS.
class RequestPoolTls : public testing::Test {
 protected:
  RequestPoolTls() { ::setenv("SSL_CERT_FILE", authority_.certificate().c_str(), 1); }
  ~RequestPoolTls() override { ::unsetenv("SSL_CERT_FILE"); }

  static net::HttpUrl url_of(const test::TlsProxy& proxy, const std::string& host = "127.0.0.1") {
    return *net::parse_base_url(proxy.url(host));
  }
  static std::string why_not(const test::TlsProxy& proxy) {
    const auto peer = find_peer(url_of(proxy), seconds(20));
    return peer ? "(it can)" : peer.error().detail;
  }

  test::TlsAuthority authority_;
};

TEST_F(RequestPoolTls, AnswersComeBackOnKeptConnections) {
  ScriptedServer server(echo);
  const test::TlsProxy proxy(authority_.sign("DNS:localhost"), server.port());
  RequestPool requests(find_peer(url_of(proxy, "localhost"), seconds(20)).value(), {4, seconds(30)});
  Answers answers;
  for (std::uint32_t round = 0; round < 10; ++round) {
    std::uint32_t sent = 0;
    for (; !requests.full(); ++sent)
      requests.send(sent, request("/" + std::to_string(round) + "/" + std::to_string(sent)));
    turn_until(requests, answers, (round + 1) * 4);
    for (std::uint32_t tag = 0; tag < 4; ++tag) {
      EXPECT_EQ(answers.bodies[tag],
                "GET /" + std::to_string(round) + "/" + std::to_string(tag) + " HTTP/1.1");
    }
  }
  EXPECT_EQ(proxy.handshakes(), 5) << "one of them only to look whether it is there";
  EXPECT_EQ(proxy.server_name(), "localhost");
}

TEST_F(RequestPoolTls, LargeRequestsAndAnswersAreWhole) {
  const std::string large(3'000'000, 'x');
  const std::string path(2'000'000, 'p');
  ScriptedServer server([&](const std::string& line, Socket& socket) {
    say(socket, ok(line.size() > path.size() ? large : line));
    return true;
  });
  const test::TlsProxy proxy(authority_.sign("IP:127.0.0.1"), server.port());
  RequestPool requests(find_peer(url_of(proxy), seconds(20)).value(), {1, seconds(30)});
  Answers answers;
  for (std::uint32_t tag = 1; tag <= 3; ++tag) {
    requests.send(tag, request(tag == 2 ? path : "/"));
    turn_until(requests, answers, tag);
  }
  EXPECT_EQ(answers.bodies[1], "GET / HTTP/1.1");
  EXPECT_TRUE(answers.bodies[2] == large) << answers.bodies[2].size();
  EXPECT_EQ(answers.bodies[3], "GET / HTTP/1.1");
  EXPECT_EQ(proxy.handshakes(), 2);
}

TEST_F(RequestPoolTls, ACutIsNoEndOfAnAnswer) {
  for (const test::TlsEnd end : {test::TlsEnd::told, test::TlsEnd::cut}) {
    ScriptedServer server([](const std::string&, Socket& socket) {
      say(socket, "HTTP/1.1 200 OK\r\n\r\nto the end");
      return false;
    });
    const test::TlsProxy proxy(authority_.sign("IP:127.0.0.1"), server.port(), end);
    RequestPool requests(find_peer(url_of(proxy), seconds(20)).value(), {1, seconds(30)});
    Answers answers;
    requests.send(1, request("/"));
    turn_until(requests, answers, 1);
    EXPECT_EQ(answers.bodies.contains(1), end == test::TlsEnd::told);
    EXPECT_EQ(answers.losses.contains(1), end == test::TlsEnd::cut);
  }
}

TEST_F(RequestPoolTls, ARequestIsNotSentToWhomIsNotTrusted) {
  ScriptedServer server(echo);
  const test::TlsProxy trusted(authority_.sign("IP:127.0.0.1"), server.port());
  Peer peer = find_peer(url_of(trusted), seconds(20)).value();
  peer.host = "elsewhere.example";
  RequestPool requests(peer, {1, seconds(30)});
  Answers answers;
  requests.send(1, request("/"));
  turn_until(requests, answers, 1);
  EXPECT_EQ(answers.losses[1], Loss::not_sent);
}

TEST_F(RequestPoolTls, SaysWhoIsNotTrusted) {
  ScriptedServer server(echo);
  test::TlsAuthority unknown;
  EXPECT_THAT(why_not(test::TlsProxy(unknown.sign("IP:127.0.0.1"), server.port())),
              HasSubstr("nobody who is trusted"));
  EXPECT_THAT(why_not(test::TlsProxy(authority_.sign("IP:127.0.0.2"), server.port())), HasSubstr("mismatch"));
  EXPECT_THAT(why_not(test::TlsProxy(authority_.sign("IP:127.0.0.1", -1), server.port())),
              HasSubstr("expired"));
  const auto plain = find_peer({"127.0.0.1", server.port(), {}, true}, milliseconds(300));
  ASSERT_FALSE(plain);
}

TEST(Peer, SaysWhyItCannotBeReached) {
  const auto refused = find_peer(url_at(test::free_port()), seconds(20));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().detail, HasSubstr("refused"));
  EXPECT_FALSE(find_peer({"no such name", 80, {}}, seconds(1)));
}

TEST(Inquiry, FollowsEachLineToItsEnd) {
  ScriptedServer server(echo);
  RequestPool requests(peer_at(server.port()), {3, seconds(30)});
  Inquiry inquiry(requests, Persistence::once, clock_now() + test::patient(seconds(20)));
  std::map<std::size_t, std::vector<std::string>> bodies;
  const auto done = inquiry.run(
      20, [](std::size_t line) { return request("/" + std::to_string(line)); },
      [&](std::size_t line, const HttpReply& reply) -> Result<std::optional<std::string>> {
        bodies[line].emplace_back(reply.body);
        if (bodies[line].size() <= line % 3) return request("/more");
        return std::nullopt;
      });
  ASSERT_TRUE(done);
  ASSERT_EQ(bodies.size(), 20U);
  EXPECT_THAT(bodies[0], ElementsAre("GET /0 HTTP/1.1"));
  EXPECT_THAT(bodies[19], ElementsAre("GET /19 HTTP/1.1", "GET /more HTTP/1.1"));
}

TEST(Inquiry, AsksAgainWhatWasLostOrRefused) {
  std::atomic<int> asked{0};
  ScriptedServer server([&](const std::string&, Socket& socket) {
    const int turn = ++asked;
    if (turn == 1) return false;
    say(socket, turn == 2 ? "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n" : ok("here"));
    return true;
  });
  const auto ask = [&](Persistence persistence) {
    RequestPool requests(peer_at(server.port()), {1, seconds(30)});
    Inquiry inquiry(requests, persistence, clock_now() + test::patient(seconds(20)));
    return inquiry.run(
        1, [](std::size_t) { return request("/"); },
        [](std::size_t, const HttpReply& reply) -> Result<std::optional<std::string>> {
          EXPECT_EQ(reply.body, "here");
          return std::nullopt;
        });
  };
  EXPECT_TRUE(ask(Persistence::repeat));
  EXPECT_EQ(asked, 3);
  asked = 0;
  const auto failed = ask(Persistence::once);
  ASSERT_FALSE(failed);
  EXPECT_EQ(asked, 1);
}

TEST(Inquiry, EndsAtItsDeadlineAndAtAnError) {
  ScriptedServer server([](const std::string& line, Socket& socket) {
    if (line.find("/never") != std::string::npos) return false;
    return echo(line, socket);
  });
  RequestPool requests(peer_at(server.port()), {1, seconds(30)});
  Inquiry hopeless(requests, Persistence::repeat, clock_now() + milliseconds(300));
  const auto never = hopeless.run(
      1, [](std::size_t) { return request("/never"); },
      [](std::size_t, const HttpReply&) -> Result<std::optional<std::string>> { return std::nullopt; });
  ASSERT_FALSE(never);
  EXPECT_THAT(never.error().detail, HasSubstr("cut"));

  RequestPool other(peer_at(server.port()), {1, seconds(30)});
  Inquiry refused(other, Persistence::repeat, clock_now() + test::patient(seconds(20)));
  const auto wrong = refused.run(
      5, [](std::size_t) { return request("/"); },
      [](std::size_t, const HttpReply&) -> Result<std::optional<std::string>> {
        return Error{ErrorCode::not_found, "not that"};
      });
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().detail, "not that");
}

}  // namespace
}  // namespace flightdeck::stress_http
