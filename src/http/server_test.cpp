#include "http/server.h"

#include <gmock/gmock.h>

#include "core/error.h"
#include "core/ids.h"
#include "support/http_client.h"
#include "support/server_fixture.h"

namespace flightdeck::http {
namespace {

using test::CollectedRequests;
using test::eventually;
using test::LoopThread;
using test::RawConnection;
using test::Reply;
using test::request_bytes;
using test::RunningServer;
using test::TestDispatcher;
using test::TestRoute;
using testing::ElementsAre;
using testing::HasSubstr;

net::EventLoop* serving_loop = nullptr;
std::atomic<int> waits_begun{0}, waits_ended{0};

Task<Response> say_query(const Request& request) { co_return json_response(200, std::string(request.query)); }

Task<Response> say_body(const Request& request) { co_return json_response(200, request.body); }

// Waits as many milliseconds as the path says; the request is still whole afterwards.
Task<Response> wait_then_say(const Request& request) {
  waits_begun.fetch_add(1);
  auto pause = callback_awaiter<bool>([&request](auto done) {
    serving_loop->start(Milliseconds(std::stoi(std::string(request.parameter))),
                        [done](bool fired) mutable { done(fired); });
  });
  co_await pause;
  waits_ended.fetch_add(1);
  co_return json_response(200, std::string(request.parameter));
}

Task<Response> say_much(const Request& request) {
  co_return json_response(200, std::string(std::stoul(std::string(request.parameter)), 'x'));
}

Task<Response> fail(const Request& request) {
  if (request.parameter == "away") throw UnavailableError("the database is away");
  if (!request.parameter.empty()) throw std::runtime_error("a secret");
  co_return Response();
}

// It is no coroutine.
Task<Response> fail_at_once(const Request&) { throw std::runtime_error("a secret"); }

std::atomic<int> served{0};
std::atomic<int> served_when_posted_ran{-1};

// The first one posts something to the loop.
Task<Response> count_served(const Request&) {
  if (served.fetch_add(1) == 0) serving_loop->post([] { served_when_posted_ran = served.load(); });
  co_return empty_response(204);
}

constexpr TestRoute server_routes[] = {
    {Method::get, "/query", say_query},         {Method::post, "/body", say_body},
    {Method::get, "/wait/{ms}", wait_then_say}, {Method::get, "/much/{n}", say_much},
    {Method::get, "/fail/{how}", fail},         {Method::get, "/fail_at_once", fail_at_once},
    {Method::get, "/count", count_served},
};

class ServerTest : public testing::Test {
 protected:
  ServerTest() { restart({}); }
  void restart(const ServerOptions& options) {
    server.reset();
    server.emplace(server_routes, options);
    serving_loop = &server->loop();
  }
  Reply ask(std::string_view bytes) {
    RawConnection connection(server->port());
    connection.send(bytes);
    return connection.read_reply().value();
  }

  std::optional<RunningServer> server;
};

std::string get(std::string_view target, const test::Headers& headers = {}) {
  return request_bytes("GET", target, {}, headers);
}

TEST_F(ServerTest, AnswersARequest) {
  const Reply reply = ask(get("/query?a=b", {{"X-Request-Id", "trace-1"}}));
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "a=b");
  EXPECT_EQ(reply.header("X-Request-Id"), "trace-1");
  EXPECT_EQ(reply.header("Content-Type"), "application/json");
  EXPECT_EQ(reply.header("Content-Length"), "3");
  EXPECT_THAT(reply.header("Date").value_or(""), HasSubstr(" GMT"));
  EXPECT_TRUE(reply.keep_alive);
}

TEST_F(ServerTest, ReplacesAnInsaneRequestId) {
  const Reply reply = ask(get("/query", {{"X-Request-Id", std::string(129, 'x')}}));
  EXPECT_TRUE(parse_uuid(reply.header("X-Request-Id").value_or("")));
}

TEST_F(ServerTest, TellsTheObserverAndTheLog) {
  ask(get("/query?secret=1", {{"X-Request-Id", "trace-1"}}));
  ask(get("/nowhere", {{"X-Request-Id", "trace-2"}}));
  ask("nonsense\r\n\r\n");
  EXPECT_THAT(server->requests().lines(), ElementsAre("GET /query 200", "GET none 404", "OTHER none 400"));
  const std::vector<std::string> log = server->requests().log();
  ASSERT_EQ(log.size(), 3U);
  EXPECT_THAT(log[0],
              HasSubstr("trace-1 request method=GET path=/query route=/query status=200 duration_us="));
  EXPECT_THAT(log[1], HasSubstr("path=/nowhere route=none status=404"));
}

TEST_F(ServerTest, TheAccessLogCanBeOff) {
  restart({.access_log = false});
  ask(get("/query"));
  EXPECT_TRUE(server->requests().log().empty());
  EXPECT_EQ(server->requests().lines().size(), 1U);
}

TEST_F(ServerTest, AFailingHandlerIsAProblem) {
  const Reply failed = ask(get("/fail/now"));
  EXPECT_EQ(failed.status, 500);
  EXPECT_THAT(failed.body, HasSubstr("INTERNAL"));
  EXPECT_THAT(failed.body, testing::Not(HasSubstr("secret")));
  const Reply away = ask(get("/fail/away"));
  EXPECT_EQ(away.status, 503);
  EXPECT_EQ(away.header("Retry-After"), "1");
  EXPECT_EQ(ask(get("/fail_at_once")).status, 500);
}

TEST_F(ServerTest, AnswersPipelinedRequestsInOrder) {
  RawConnection connection(server->port());
  std::string bytes;
  for (int i = 0; i < 200; ++i) {
    bytes += i % 10 == 0 ? get("/wait/1") : get("/query?" + std::to_string(i));
    bytes += request_bytes("POST", "/body", "body " + std::to_string(i));
  }
  connection.send(bytes);
  const std::vector<Reply> replies = connection.read_replies(400);
  ASSERT_EQ(replies.size(), 400U);
  for (std::size_t i = 0; i < 200; ++i) {
    EXPECT_EQ(replies[2 * i].body, i % 10 == 0 ? "1" : std::to_string(i));
    EXPECT_EQ(replies[2 * i + 1].body, "body " + std::to_string(i));
  }
}

TEST_F(ServerTest, AnswersDoNotWaitForALaterRequest) {
  RawConnection connection(server->port());
  connection.send(get("/query?first") + get("/wait/500"));
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(connection.read_reply()->body, "first");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, Milliseconds(400));
  EXPECT_EQ(connection.read_reply()->body, "500");
}

TEST_F(ServerTest, AnswersALongPipelineOfLargeAnswersToASlowReader) {
  RawConnection connection(server->port());
  std::string bytes;
  for (int i = 0; i < 200; ++i) bytes += get("/much/100000");
  connection.send(bytes);
  std::this_thread::sleep_for(Milliseconds(100));
  const std::vector<Reply> replies = connection.read_replies(200);
  ASSERT_EQ(replies.size(), 200U);
  for (const Reply& reply : replies) ASSERT_EQ(reply.body.size(), 100'000U);
}

TEST_F(ServerTest, AClientThatNeverReadsIsLetGo) {
  restart({.write_deadline = Milliseconds(100), .deadline_check = Milliseconds(20)});
  RawConnection connection(server->port());
  std::string bytes;
  for (int i = 0; i < 200; ++i) bytes += get("/much/100000");
  connection.send(bytes);
  EXPECT_TRUE(eventually([&] { return server->sessions() == 0; }));
}

// What is being sent when a handler waits has its deadline, also when that handler has ended and the next one
// begins.
TEST_F(ServerTest, AClientThatNeverReadsIsLetGoAlsoWhenItsHandlersWait) {
  restart({.write_deadline = Milliseconds(100), .deadline_check = Milliseconds(20)});
  RawConnection connection(server->port());
  std::string bytes;
  for (int i = 0; i < 100; ++i) bytes += get("/much/200000") + get("/wait/1");
  connection.send(bytes);
  EXPECT_TRUE(eventually([&] { return server->sessions() == 0; }));
}

TEST_F(ServerTest, ASlowRequestIsLetGo) {
  restart({.read_deadline = Milliseconds(100), .deadline_check = Milliseconds(20)});
  RawConnection connection(server->port());
  connection.send("GET /query HTTP/1.1\r\nHost:");
  EXPECT_TRUE(connection.closed_by_server());
}

// The deadline counts from the first byte, whatever it is, and no later one puts it off.
TEST_F(ServerTest, ASlowClientOfBlankLinesIsLetGo) {
  for (const char* bytes : {"\r\n", "\r", "\r\n\r\n\r"}) {
    restart({.read_deadline = Milliseconds(100), .deadline_check = Milliseconds(20)});
    RawConnection connection(server->port());
    connection.send(bytes);
    EXPECT_TRUE(connection.closed_by_server());
    RawConnection again(server->port());
    again.send(get("/query?x") + bytes);
    EXPECT_EQ(again.read_reply()->body, "x");
    EXPECT_TRUE(again.closed_by_server());
  }
}

TEST_F(ServerTest, DrainsAlsoFromBlankLines) {
  RawConnection connection(server->port());
  connection.send(get("/query?x") + "\r\n");
  EXPECT_EQ(connection.read_reply()->body, "x");
  server->drain();
  EXPECT_TRUE(connection.closed_by_server());
}

TEST_F(ServerTest, ItsAnswersDoNotWaitForABodyThatWasExpectedToo) {
  RawConnection connection(server->port());
  connection.send("POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue, foo\r\n\r\n");
  EXPECT_EQ(connection.read_reply()->status, 417);
  EXPECT_TRUE(connection.closed_by_server());
}

TEST_F(ServerTest, AnIdleConnectionIsLetGo) {
  restart({.idle_deadline = Milliseconds(200), .deadline_check = Milliseconds(20)});
  RawConnection connection(server->port());
  connection.send(get("/query"));
  EXPECT_TRUE(connection.read_reply().has_value());
  EXPECT_TRUE(connection.closed_by_server());
}

TEST_F(ServerTest, AHandlerMayTakeLongerThanAnyDeadline) {
  restart({.idle_deadline = Milliseconds(50),
           .read_deadline = Milliseconds(50),
           .write_deadline = Milliseconds(50),
           .deadline_check = Milliseconds(10)});
  EXPECT_EQ(ask(get("/wait/300")).body, "300");
}

TEST_F(ServerTest, GoesOnAfterRequestsCutAtEveryByte) {
  const std::string whole = request_bytes("POST", "/body", "hello", {{"Content-Type", "application/json"}});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    RawConnection connection(server->port());
    connection.send(std::string_view(whole).substr(0, size));
  }
  EXPECT_EQ(ask(whole).body, "hello");
  EXPECT_TRUE(eventually([&] { return server->sessions() == 0; }));
}

TEST_F(ServerTest, AClientThatIsGoneDoesNotStopItsHandler) {
  waits_begun = waits_ended = 0;
  {
    RawConnection connection(server->port());
    connection.send(get("/wait/100"));
    ASSERT_TRUE(eventually([&] { return waits_begun == 1; }));
  }
  EXPECT_TRUE(eventually([&] { return waits_ended == 1; }));
  EXPECT_TRUE(eventually([&] { return server->sessions() == 0; }));
}

TEST_F(ServerTest, AClientThatHasFinishedSendingGetsItsAnswers) {
  RawConnection connection(server->port());
  connection.send(get("/wait/50") + get("/query?last") + "GET /cut");
  connection.finish_sending();
  EXPECT_EQ(connection.read_reply()->body, "50");
  EXPECT_EQ(connection.read_reply()->body, "last");
  EXPECT_TRUE(connection.closed_by_server());
}

TEST_F(ServerTest, ClosesWhenAsked) {
  RawConnection connection(server->port());
  connection.send(get("/query", {{"Connection", "close"}}) + get("/query?never"));
  EXPECT_FALSE(connection.read_reply()->keep_alive);
  EXPECT_TRUE(connection.closed_by_server());
  RawConnection old(server->port());
  old.send("GET /query?old HTTP/1.0\r\n\r\n");
  EXPECT_EQ(old.read_reply()->body, "old");
  EXPECT_TRUE(old.closed_by_server());
}

TEST_F(ServerTest, RefusesAndClosesOnlyAfterTheAnswerArrived) {
  RawConnection connection(server->port());
  connection.send("POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n" +
                  std::string(1'000'000, 'x'));
  const auto reply = connection.read_reply();
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 413);
  EXPECT_THAT(reply->body, HasSubstr("PAYLOAD_TOO_LARGE"));
}

TEST_F(ServerTest, LetsAClientGoOnThatAsks) {
  RawConnection connection(server->port());
  connection.send("POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(connection.read_reply()->status, 100);
  connection.send("ab");
  EXPECT_EQ(connection.read_reply()->body, "ab");
}

TEST_F(ServerTest, HeadHasNoBody) {
  RawConnection connection(server->port());
  connection.send(request_bytes("HEAD", "/query?abc") + get("/query?next"));
  const auto head = connection.read_reply(true);
  ASSERT_TRUE(head);
  EXPECT_EQ(head->header("Content-Length"), "3");
  EXPECT_EQ(connection.read_reply()->body, "next");
}

TEST_F(ServerTest, TurnsAwayConnectionsWhenAllOthersHaveRequestsUnderWay) {
  restart({.connections_max = 2});
  RawConnection first(server->port());
  RawConnection second(server->port());
  waits_begun = 0;
  first.send(get("/wait/500"));
  second.send(get("/wait/500"));
  ASSERT_TRUE(eventually([&] { return waits_begun == 2; }));
  RawConnection third(server->port());
  const auto reply = third.read_reply();
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 503);
  EXPECT_EQ(first.read_reply()->body, "500");
  EXPECT_EQ(second.read_reply()->body, "500");
}

TEST_F(ServerTest, ANewConnectionTakesThePlaceOfTheOneThatIsIdleLongest) {
  restart({.connections_max = 3});
  RawConnection partial(server->port());
  partial.send("GET /query?partial HTTP/1.1\r\nHost: a\r\n");
  RawConnection answered(server->port());
  answered.send(get("/query?served"));
  ASSERT_EQ(answered.read_reply()->body, "served");
  RawConnection silent(server->port());
  ASSERT_TRUE(eventually([&] { return server->sessions() == 3; }));
  RawConnection fourth(server->port());
  fourth.send(get("/query?fourth"));
  EXPECT_EQ(fourth.read_reply()->body, "fourth");
  EXPECT_TRUE(answered.closed_by_server());
  RawConnection fifth(server->port());
  fifth.send(get("/query?fifth"));
  EXPECT_EQ(fifth.read_reply()->body, "fifth");
  EXPECT_TRUE(silent.closed_by_server());
  partial.send("\r\n");
  EXPECT_EQ(partial.read_reply()->body, "partial") << "one with a part of a request goes last";
}

TEST_F(ServerTest, HoweverManySilentPeersThereAreANewOneIsServed) {
  restart({.connections_max = 100});
  std::vector<std::unique_ptr<RawConnection>> silent;
  for (int i = 0; i < 300; ++i) silent.push_back(std::make_unique<RawConnection>(server->port()));
  for (int i = 0; i < 10; ++i) EXPECT_EQ(ask(get("/query?probe")).body, "probe");
}

TEST_F(ServerTest, AConnectionThatSendsNothingIsLetGoSoon) {
  restart({.idle_deadline = std::chrono::minutes(10),
           .first_byte_deadline = Milliseconds(50),
           .deadline_check = Milliseconds(10)});
  RawConnection spoke(server->port());
  spoke.send(get("/query?spoke"));
  ASSERT_EQ(spoke.read_reply()->body, "spoke");
  RawConnection silent(server->port());
  EXPECT_TRUE(silent.closed_by_server());
  spoke.send(get("/query?again"));
  EXPECT_EQ(spoke.read_reply()->body, "again");
}

TEST_F(ServerTest, DrainsItself) {
  RawConnection idle(server->port());
  RawConnection busy(server->port());
  RawConnection partial(server->port());
  waits_begun = 0;
  busy.send(get("/wait/300") + get("/query?too late"));
  partial.send("GET /query?partial HTTP/1.1\r\nHost: a\r\n");
  idle.send(get("/query"));
  ASSERT_TRUE(idle.read_reply());
  ASSERT_TRUE(eventually([&] { return waits_begun == 1 && server->sessions() == 3; }));
  server->drain();
  EXPECT_TRUE(idle.closed_by_server());
  EXPECT_THROW(RawConnection(server->port()), test::ConnectionError);
  EXPECT_FALSE(server->drained());
  partial.send("\r\n");
  const auto last = partial.read_reply();
  ASSERT_TRUE(last);
  EXPECT_EQ(last->body, "partial");
  EXPECT_FALSE(last->keep_alive);
  const auto reply = busy.read_reply();
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->body, "300");
  EXPECT_FALSE(reply->keep_alive);
  EXPECT_TRUE(busy.closed_by_server());
  busy.finish_sending();
  partial.finish_sending();
  EXPECT_TRUE(eventually([&] { return server->drained(); }));
}

TEST_F(ServerTest, ClosesAllAtOnceAndWaitsForHandlers) {
  RawConnection busy(server->port());
  waits_begun = waits_ended = 0;
  busy.send(get("/wait/200"));
  ASSERT_TRUE(eventually([&] { return waits_begun == 1; }));
  server->drain();
  server->close_all();
  EXPECT_EQ(server->sessions(), 1U) << "its handler still runs";
  EXPECT_TRUE(eventually([&] { return server->drained(); }));
  EXPECT_EQ(waits_ended, 1);
}

TEST_F(ServerTest, ServersShareAPort) {
  LoopThread other;
  TestDispatcher dispatcher{server_routes};
  CollectedRequests requests;
  SystemClock clock;
  SeededRandom random(2);
  std::unique_ptr<Server> second;
  other.run([&] {
    second = std::make_unique<Server>(
        Server::Dependencies{other.loop(), dispatcher, requests, clock, random, requests}, ServerOptions{});
    EXPECT_THROW(second->listen("127.0.0.1", server->port()), std::runtime_error)
        << "as another process would";
    second->share("127.0.0.1", server->port());
  });
  for (int i = 0; i < 100; ++i) EXPECT_EQ(ask(get("/query?x")).body, "x");
  EXPECT_EQ(requests.lines().size() + server->requests().lines().size(), 100U);
  EXPECT_FALSE(requests.lines().empty());
  EXPECT_FALSE(server->requests().lines().empty());
  other.run([&] { second->drain([] {}); });
  other.stop();
  second.reset();
}

// How many connections the server has, once it has any.
void count_when_there_are(RunningServer& server, Server& counted, std::atomic<std::size_t>& count) {
  if (counted.sessions() == 0)
    return server.loop().post([&] { count_when_there_are(server, counted, count); });
  count.store(counted.sessions());
  count.notify_one();
}

// Else the kernel's queue overflows when thousands begin anew.
TEST_F(ServerTest, TakesAllConnectionsThatWaitInOneTurn) {
  constexpr std::size_t waiting = limits::accepted_a_turn - 1;
  std::vector<std::unique_ptr<RawConnection>> clients;
  std::atomic<std::size_t> count{0};
  server->on_loop([&](Server& counted) {
    while (clients.size() < waiting) clients.push_back(std::make_unique<RawConnection>(server->port()));
    count_when_there_are(*server, counted, count);
  });
  count.wait(0);
  EXPECT_EQ(count.load(), waiting);
}

// Else accepted bookings would wait behind all that is asked anew.
TEST_F(ServerTest, WhatIsPostedWaitsForFewRequests) {
  constexpr int asking = 4 * limits::served_a_turn;
  std::vector<std::unique_ptr<RawConnection>> clients;
  for (int i = 0; i < asking; ++i) {
    clients.push_back(std::make_unique<RawConnection>(server->port()));
    clients.back()->send(get("/query"));
    ASSERT_TRUE(clients.back()->read_reply());
  }
  served = 0;
  served_when_posted_ran = -1;
  server->on_loop([&](Server&) {
    for (const auto& client : clients) client->send(get("/count"));
  });
  for (const auto& client : clients) EXPECT_EQ(client->read_reply().value().status, 204);
  EXPECT_EQ(served.load(), asking);
  EXPECT_LE(served_when_posted_ran.load(), limits::served_a_turn);
  EXPECT_GE(served_when_posted_ran.load(), 1);
}

TEST_F(ServerTest, SaysWhyItCannotListen) {
  LoopThread other;
  other.run([&] {
    TestDispatcher dispatcher{server_routes};
    CollectedRequests requests;
    SystemClock clock;
    SeededRandom random(2);
    Server second(Server::Dependencies{other.loop(), dispatcher, requests, clock, random, requests},
                  ServerOptions{});
    try {
      second.listen("127.0.0.1", server->port());
      ADD_FAILURE();
    } catch (const std::runtime_error& e) {
      EXPECT_THAT(e.what(),
                  HasSubstr("127.0.0.1:" + std::to_string(server->port()) + ": Address already in use"));
    }
    EXPECT_THROW(second.listen("no.such.host.invalid", 1), std::runtime_error);
    other.loop().stop();
  });
}

}  // namespace
}  // namespace flightdeck::http
