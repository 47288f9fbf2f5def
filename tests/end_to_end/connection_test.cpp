// HTTP/1.1 on the wire: keep-alive, pipelining, and clients that break off or talk nonsense.
#include <gmock/gmock.h>

#include "support/crowd.h"
#include "support/server_suite.h"

namespace flightdeck::test {
namespace {

using testing::HasSubstr;

struct ConnectionSettings {
  static std::vector<std::string> flags() { return instant_payment("1"); }
};
using ConnectionTest = ServerSuite<ConnectionSettings>;

std::string flight_request(const Headers& headers) {
  return request_bytes("POST", "/admin/flights", json::serialize(FlightDraft().json()), headers);
}

TEST_F(ConnectionTest, KeepsTheConnectionAliveAlsoAfterErrors) {
  HttpClient client = another_client();
  EXPECT_EQ(client.get("/health").status, 200);
  EXPECT_EQ(client.get("/no/such/path").status, 404);
  EXPECT_EQ(client.request("POST", "/booking", "{").status, 400);
  EXPECT_EQ(client.request("POST", "/booking", "{}").status, 422);
  EXPECT_EQ(client.request("DELETE", "/search").status, 405);
  EXPECT_EQ(client.request("HEAD", "/health").status, 200);
  EXPECT_EQ(client.get("/health").status, 200);
  EXPECT_EQ(client.connections_opened(), 1);
}

TEST_F(ConnectionTest, AnswersPipelinedRequestsInOrder) {
  RawConnection connection(server().port());
  const std::string json_type = "application/json";
  std::string bytes;
  bytes += request_bytes("GET", "/health", {}, {{"X-Request-Id", "first"}});
  bytes += flight_request({{"X-Request-Id", "second"}, {"Content-Type", json_type}});
  bytes += request_bytes("GET", "/no/such/path", {}, {{"X-Request-Id", "third"}});
  bytes += request_bytes("POST", "/booking", "{", {{"X-Request-Id", "fourth"}, {"Content-Type", json_type}});
  bytes += request_bytes("GET", "/metrics", {}, {{"X-Request-Id", "fifth"}});
  bytes += flight_request({{"X-Request-Id", "sixth"}, {"Content-Type", json_type}});
  connection.send(bytes);
  const std::vector<Reply> replies = connection.read_replies(6);
  ASSERT_EQ(replies.size(), 6U);
  const std::vector<std::pair<std::string, int>> expected = {
      {"first", 200}, {"second", 201}, {"third", 404}, {"fourth", 400}, {"fifth", 200}, {"sixth", 201}};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(replies[i].header("X-Request-Id"), expected[i].first);
    EXPECT_EQ(replies[i].status, expected[i].second);
  }
}

TEST_F(ConnectionTest, AnswersALongPipeline) {
  constexpr std::size_t kRequests = 500;
  RawConnection connection(server().port());
  std::string bytes;
  for (std::size_t i = 0; i < kRequests; ++i) {
    bytes += request_bytes("GET", "/health/live", {}, {{"X-Request-Id", std::to_string(i)}});
  }
  connection.send(bytes);
  const std::vector<Reply> replies = connection.read_replies(kRequests);
  ASSERT_EQ(replies.size(), kRequests);
  for (std::size_t i = 0; i < kRequests; ++i) {
    ASSERT_EQ(replies[i].header("X-Request-Id"), std::to_string(i));
    ASSERT_EQ(replies[i].status, 200);
  }
}

TEST_F(ConnectionTest, AHalfSentRequestDoesNotHoldUpThePipelineBeforeIt) {
  RawConnection connection(server().port());
  connection.send(request_bytes("GET", "/health") + "GET /health HTTP/1.1\r\nHost: loc");
  EXPECT_EQ(connection.read_reply().value().status, 200);
  connection.send("alhost\r\n\r\n");
  EXPECT_EQ(connection.read_reply().value().status, 200);
}

TEST_F(ConnectionTest, ReadsARequestByteByByte) {
  RawConnection connection(server().port());
  for (const char byte : flight_request({{"Content-Type", "application/json"}})) {
    connection.send(std::string_view(&byte, 1));
  }
  EXPECT_EQ(connection.read_reply().value().status, 201);
}

TEST_F(ConnectionTest, ReadsAChunkedBody) {
  const std::string body = json::serialize(FlightDraft().json());
  RawConnection connection(server().port());
  connection.send(
      "POST /admin/flights HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
      "Transfer-Encoding: chunked\r\n\r\na\r\n" +
      body.substr(0, 10) + "\r\n");
  std::array<char, 16> size{};
  std::snprintf(size.data(), size.size(), "%zx", body.size() - 10);
  connection.send(std::string(size.data()) + "\r\n" + body.substr(10) + "\r\n0\r\n\r\n");
  EXPECT_EQ(connection.read_reply().value().status, 201);
}

TEST_F(ConnectionTest, LimitsAChunkedBodyToo) {
  RawConnection connection(server().port());
  std::string bytes =
      "POST /booking HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
      "Transfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 65; ++i) bytes += "400\r\n" + std::string(1024, ' ') + "\r\n";
  connection.send(bytes);
  expect_problem(connection.read_reply().value(), 413, "PAYLOAD_TOO_LARGE");
}

TEST_F(ConnectionTest, HonoursExpectContinue) {
  const std::string body = json::serialize(FlightDraft().json());
  RawConnection connection(server().port());
  connection.send("POST /admin/flights HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" +
                  ("Content-Length: " + std::to_string(body.size())) + "\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(connection.read_reply().value().status, 100);
  connection.send(body);
  EXPECT_EQ(connection.read_reply().value().status, 201);
}

TEST_F(ConnectionTest, ClosesWhenTheClientAsksForIt) {
  RawConnection connection(server().port());
  connection.send(request_bytes("GET", "/health", {}, {{"Connection", "close"}}));
  const Reply reply = connection.read_reply().value();
  EXPECT_EQ(reply.status, 200);
  EXPECT_FALSE(reply.keep_alive);
  EXPECT_TRUE(connection.closed_by_server());
}

TEST_F(ConnectionTest, AnswersHttp10AndCloses) {
  RawConnection connection(server().port());
  connection.send("GET /health HTTP/1.0\r\n\r\n");
  EXPECT_EQ(connection.read_reply().value().status, 200);
  EXPECT_TRUE(connection.closed_by_server());
}

TEST_F(ConnectionTest, AnswersAClientThatHasFinishedSending) {
  RawConnection connection(server().port());
  connection.send(request_bytes("GET", "/health"));
  connection.finish_sending();
  EXPECT_EQ(connection.read_reply().value().status, 200);
  EXPECT_TRUE(connection.closed_by_server());
}

TEST_F(ConnectionTest, RefusesNonsenseAndCloses) {
  for (const char* nonsense :
       {"NONSENSE\r\n\r\n", "GET\r\n\r\n", "GET /health\r\n\r\n", "\x16\x03\x01\x02\r\n\r\n",
        "GET /health HTTP/9.9\r\nHost: localhost\r\n\r\n", "GET /health HTTP/1.1\r\nno colon here\r\n\r\n",
        "POST /booking HTTP/1.1\r\nHost: localhost\r\nContent-Length: many\r\n\r\n"}) {
    SCOPED_TRACE(nonsense);
    RawConnection connection(server().port());
    connection.send(nonsense);
    const std::optional<Reply> reply = connection.read_reply();
    ASSERT_TRUE(reply);
    EXPECT_TRUE(reply->status == 400 || reply->status == 505) << reply->status;
    expect_problem(*reply, reply->status, "");
    EXPECT_TRUE(connection.closed_by_server());
  }
  EXPECT_EQ(http.get("/health").status, 200);
}

TEST_F(ConnectionTest, RefusesARequestWithTwoLengths) {
  // Two ways to tell where a body ends is how requests get smuggled.
  RawConnection connection(server().port());
  connection.send(
      "POST /booking HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 4\r\n"
      "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
  const Reply reply = connection.read_reply().value();
  EXPECT_EQ(reply.status, 400) << reply.body;
  EXPECT_TRUE(connection.closed_by_server());
}

TEST_F(ConnectionTest, GoesOnAfterRequestsCutShort) {
  const std::string whole = flight_request({{"Content-Type", "application/json"}});
  for (std::size_t sent = 1; sent < whole.size(); sent += 7) {
    RawConnection connection(server().port());
    connection.send(std::string_view(whole).substr(0, sent));
  }
  EXPECT_EQ(http.get("/health").status, 200);
}

TEST_F(ConnectionTest, GoesOnAfterClientsThatDoNotReadTheirAnswers) {
  const std::string flight_id = api.add_flight_id(100);
  crowd(20, [&](int) {
    RawConnection connection(server().port());
    std::string bytes;
    for (int i = 0; i < 50; ++i) bytes += request_bytes("GET", "/admin/flights/" + flight_id);
    connection.send(bytes);
  });
  EXPECT_EQ(http.get("/health").status, 200);
}

TEST_F(ConnectionTest, ABookingIsMadeOrNotMadeWhenItsClientGoesAway) {
  const std::string flight_id = api.add_flight_id(100);
  const json::object body{{"user_id", fresh_uuid()}, {"flight_id", flight_id}, {"seats", 1}};
  crowd(20, [&](int) {
    RawConnection connection(server().port());
    connection.send(request_bytes("POST", "/booking", json::serialize(body),
                                  {{"Content-Type", "application/json"}, {"Prefer", "wait=10"}}));
  });
  const std::string held =
      "SELECT COALESCE(SUM(seats), 0) FROM bookings WHERE status IN ('PENDING', 'CONFIRMED') AND flight_id "
      "= " +
      probe.id_literal(flight_id);
  EXPECT_TRUE(eventually([&] {
    const json::value seats = api.seat_counts(flight_id);
    return number(seats, "pending") == 0 && number(seats, "gate") == number(seats, "available") &&
           number(seats, "available") == 100 - probe.number(held);
  })) << json::serialize(api.seat_counts(flight_id));
}

TEST(KeepAliveTest, AnIdleConnectionIsKeptForAsLongAsTheSettingSays) {
  ServerProcess brief({"--keep-alive-s", "1"});
  ServerProcess patient({}, {{"FLIGHTDECK_KEEP_ALIVE_S", "3600"}});
  brief.start();
  patient.start();
  RawConnection kept(patient.port());
  RawConnection closed(brief.port());
  RawConnection silent(brief.port());
  for (RawConnection* connection : {&kept, &closed}) {
    connection->send(request_bytes("GET", "/health/live"));
    EXPECT_EQ(connection->read_reply().value().status, 200);
  }
  EXPECT_TRUE(closed.closed_by_server());
  EXPECT_TRUE(silent.closed_by_server()) << "also one that never sent anything";
  kept.send(request_bytes("GET", "/health/live"));
  EXPECT_EQ(kept.read_reply().value().status, 200);
  brief.stop_cleanly();
  patient.stop_cleanly();
}

TEST_F(ConnectionTest, ServesManyConnectionsAtOnce) {
  crowd(100, [&](int member) {
    HttpClient client = another_client();
    for (int i = 0; i < 10; ++i) {
      const std::string id = std::to_string(member) + "." + std::to_string(i);
      const Reply reply = client.get("/health/live", {{"X-Request-Id", id}});
      EXPECT_EQ(reply.status, 200);
      EXPECT_EQ(reply.header("X-Request-Id"), id);
    }
  });
}

}  // namespace
}  // namespace flightdeck::test
