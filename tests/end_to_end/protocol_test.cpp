// What every route has in common: request ids, problem documents, media types, limits, methods.
#include <gmock/gmock.h>

#include <array>

#include "support/server_suite.h"

namespace flightdeck::test {
namespace {

using testing::HasSubstr;
using testing::Not;

struct ProtocolSettings {
  static std::vector<std::string> flags() { return instant_payment("1"); }
};
using ProtocolTest = ServerSuite<ProtocolSettings>;

constexpr std::size_t kBodyLimit = std::size_t{64} * 1024;

// A good flight as JSON, filled up with white space to `size` bytes.
std::string padded_flight(std::size_t size) {
  std::string body = json::serialize(FlightDraft().json());
  body.resize(size, ' ');
  return body;
}

TEST_F(ProtocolTest, EchoesASaneRequestId) {
  for (const std::string& id : {std::string("order-42"), std::string(128, 'x'), fresh_uuid()}) {
    const Reply reply = http.get("/health", {{"X-Request-Id", id}});
    EXPECT_EQ(reply.header("X-Request-Id"), id);
  }
}

TEST_F(ProtocolTest, ReplacesAnInsaneRequestId) {
  for (const std::string& id :
       {std::string(129, 'x'), std::string("caf\xc3\xa9"), std::string("a\tb"), std::string()}) {
    const Reply reply = http.get("/health", {{"X-Request-Id", id}});
    const std::string given = reply.header("X-Request-Id").value_or("");
    EXPECT_NE(given, id);
    EXPECT_TRUE(looks_like_uuid(given)) << given;
  }
}

TEST_F(ProtocolTest, GivesEveryAnswerARequestIdOfItsOwn) {
  const std::string first = http.get("/health").header("X-Request-Id").value_or("");
  const std::string second = http.get("/no/such/path").header("X-Request-Id").value_or("");
  EXPECT_TRUE(looks_like_uuid(first)) << first;
  EXPECT_TRUE(looks_like_uuid(second)) << second;
  EXPECT_NE(first, second);
}

TEST_F(ProtocolTest, AProblemCarriesTheCallersRequestId) {
  const Reply reply = http.get("/no/such/path", {{"X-Request-Id", "trace-7"}});
  expect_problem(reply, 404, "NOT_FOUND");
  EXPECT_EQ(text(reply.json(), "request_id"), "trace-7");
}

TEST_F(ProtocolTest, AnswersAreJson) {
  EXPECT_THAT(http.get("/health").header("Content-Type").value_or(""), HasSubstr("application/json"));
}

TEST_F(ProtocolTest, UnknownPathsAreNotFound) {
  for (const char* path : {"/no/such/path", "/admin", "/bookings/extra", "/searching", "/booking/"}) {
    SCOPED_TRACE(path);
    expect_problem(http.get(path), 404, "NOT_FOUND");
  }
}

TEST_F(ProtocolTest, MalformedIdsInAPathAreNotFound) {
  for (const char* path : {"/booking/not-a-uuid", "/admin/flights/42", "/mock_payment/payments/x",
                           "/booking/0197aaaa-0000-7000-8000-00000000000g"}) {
    SCOPED_TRACE(path);
    expect_problem(http.get(path), 404, "NOT_FOUND");
  }
}

TEST_F(ProtocolTest, AKnownPathWithTheWrongMethodNamesTheRightOnes) {
  const std::string id = fresh_uuid();
  const std::vector<std::vector<std::string>> cases = {
      {"DELETE", "/search", "GET"},
      {"POST", "/search", "GET"},
      {"GET", "/booking", "POST"},
      {"PUT", "/booking/" + id, "GET", "DELETE"},
      {"GET", "/booking/" + id + "/cancel", "POST"},
      {"POST", "/bookings", "GET"},
      {"DELETE", "/admin/flights", "GET", "POST"},
      {"PATCH", "/admin/flights/" + id, "GET", "PUT", "DELETE"},
      {"GET", "/payment/callback", "POST"},
      {"GET", "/mock_payment/pay", "POST"},
      {"POST", "/health", "GET"},
      {"PUT", "/metrics", "GET"},
  };
  for (const auto& expected : cases) {
    SCOPED_TRACE(expected[0] + " " + expected[1]);
    const Reply reply = http.request(expected[0], expected[1]);
    expect_problem(reply, 405, "METHOD_NOT_ALLOWED");
    const std::string allow = reply.header("Allow").value_or("");
    for (std::size_t i = 2; i < expected.size(); ++i) EXPECT_THAT(allow, HasSubstr(expected[i]));
    EXPECT_THAT(allow, Not(HasSubstr(expected[0])));
  }
}

TEST_F(ProtocolTest, OptionsTellsTheAllowedMethods) {
  const Reply reply = http.request("OPTIONS", "/search");
  EXPECT_EQ(reply.status, 204);
  EXPECT_EQ(reply.header("Allow"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(http.request("OPTIONS", "/admin/flights/" + fresh_uuid()).header("Allow"),
            "GET, HEAD, PUT, DELETE, OPTIONS");
  EXPECT_EQ(http.request("OPTIONS", "/booking/" + fresh_uuid() + "/cancel").status, 204);
  const Reply anywhere = http.request("OPTIONS", "*");
  EXPECT_EQ(anywhere.status, 204);
  EXPECT_EQ(anywhere.header("Allow"), "GET, HEAD, POST, PUT, DELETE, OPTIONS");
  expect_problem(http.request("OPTIONS", "/no/such/path"), 404, "NOT_FOUND");
}

TEST_F(ProtocolTest, TheRootLinksToWhatIsServed) {
  const Reply reply = http.get("/");
  ASSERT_EQ(reply.status, 200) << reply.body;
  const json::value links = field(reply.json(), "links");
  for (const auto& [name, path] : links.get_object()) {
    const Reply linked = http.request("OPTIONS", std::string(path.as_string()));
    EXPECT_EQ(linked.status, 204) << name;
  }
  EXPECT_EQ(text(links, "search"), "/search");
  EXPECT_EQ(text(links, "health"), "/health");
  EXPECT_EQ(http.request("HEAD", "/").status, 200);
  EXPECT_EQ(http.get("/?x=1").status, 200);
  EXPECT_EQ(http.request("OPTIONS", "/").header("Allow"), "GET, HEAD, OPTIONS");
  expect_problem(http.request("POST", "/", "{}"), 405, "METHOD_NOT_ALLOWED");
}

TEST_F(ProtocolTest, TheChecksOfLoadBalancersFindItAlive) {
  for (const char* bytes :
       {"OPTIONS / HTTP/1.0\r\n\r\n", "OPTIONS * HTTP/1.0\r\n\r\n", "HEAD / HTTP/1.0\r\n\r\n"}) {
    RawConnection connection(server().port());
    connection.send(bytes);
    const Reply reply = connection.read_reply(true).value();
    EXPECT_TRUE(reply.status == 200 || reply.status == 204) << bytes << reply.status;
  }
}

TEST_F(ProtocolTest, NobodyStoresWhatIsPersonalOrLive) {
  const json::value flight = api.add_flight();
  const std::string flight_id = text(flight, "flight_id");
  const std::string booking_id = text(api.book_to_the_end(flight_id), "booking_id");
  const std::string body = json::serialize(FlightDraft().json());
  const std::vector<std::array<std::string, 3>> requests = {
      {"GET", "/"},
      {"GET", "/health"},
      {"GET", "/health/live"},
      {"GET", "/health/ready"},
      {"GET", "/metrics"},
      {"GET", "/booking/" + booking_id},
      {"HEAD", "/booking/" + booking_id},
      {"GET", "/bookings?user_id=" + fresh_uuid()},
      {"POST", "/booking/" + booking_id + "/cancel"},
      {"GET", "/booking/" + fresh_uuid()},
      {"POST", "/booking", "{"},
      {"POST", "/booking", "{}"},
      {"GET", "/mock_payment/payments/" + booking_id},
      {"POST", "/mock_payment/refund", R"({"booking_id": ")" + booking_id + "\"}"},
      {"POST", "/payment/callback", "{}"},
      {"GET", "/admin/flights"},
      {"GET", "/admin/flights/" + flight_id},
      {"PUT", "/admin/flights/" + flight_id, body},
      {"POST", "/admin/flights", json::serialize(FlightDraft().json())},
      {"DELETE", "/admin/flights/" + flight_id},
      {"GET", "/admin/audit"},
      {"GET", "/search"},
      {"GET", "/no/such/path"},
      {"DELETE", "/search"},
      {"OPTIONS", "/search"},
      {"OPTIONS", "*"},
  };
  for (const auto& [method, target, sent] : requests) {
    const Reply reply = http.request(method, target, sent);
    EXPECT_EQ(reply.header("Cache-Control"), "no-store") << method << " " << target << " " << reply.status;
  }
  for (const char* refused : {"GET / HTTP/1.1\r\n\r\n", "nonsense\r\n\r\n"}) {
    RawConnection connection(server().port());
    connection.send(refused);
    EXPECT_EQ(connection.read_reply().value().header("Cache-Control"), "no-store") << refused;
  }
  for (const char* method : {"GET", "HEAD"}) {
    const Reply page = http.request(method, search_target(fresh_route(), date_ahead(30)));
    EXPECT_EQ(page.header("Cache-Control"), "private, max-age=0, must-revalidate");
  }
}

TEST_F(ProtocolTest, OtherMediaTypesAreRefused) {
  for (const char* type : {"text/plain", "application/xml", "application/x-www-form-urlencoded", "jsonish"}) {
    SCOPED_TRACE(type);
    const std::string body = json::serialize(FlightDraft().json());
    expect_problem(http.request("POST", "/admin/flights", body, {{"Content-Type", type}}), 415,
                   "UNSUPPORTED_MEDIA_TYPE");
  }
}

TEST_F(ProtocolTest, JsonMayNameItsCharset) {
  for (const char* type : {"application/json; charset=utf-8", "Application/JSON"}) {
    const std::string body = json::serialize(FlightDraft().json());
    EXPECT_EQ(http.request("POST", "/admin/flights", body, {{"Content-Type", type}}).status, 201) << type;
  }
}

TEST_F(ProtocolTest, MalformedJsonIsABadRequest) {
  for (const char* body : {"{", "{\"seats\": }", "nonsense", "{} trailing", "{\"a\": 1,}", "\"\xff\xfe\""}) {
    SCOPED_TRACE(body);
    expect_problem(http.request("POST", "/booking", body), 400, "MALFORMED_JSON");
  }
}

TEST_F(ProtocolTest, AMissingBodyIsABadRequest) {
  const Reply reply =
      http.request("POST", "/booking", {}, {{"Content-Type", "application/json"}, {"Content-Length", "0"}});
  expect_problem(reply, 400, "MALFORMED_JSON");
}

TEST_F(ProtocolTest, DeeplyNestedJsonIsRefused) {
  const std::string deep(20000, '[');
  const Reply reply = http.request("POST", "/booking", deep + std::string(20000, ']'));
  EXPECT_TRUE(reply.status == 400 || reply.status == 422) << reply.status;
  EXPECT_EQ(http.get("/health").status, 200);
}

TEST_F(ProtocolTest, ABodyThatIsNoObjectIsRefused) {
  for (const char* body : {"[]", "1", "\"text\"", "null", "true"}) {
    SCOPED_TRACE(body);
    const Reply reply = http.request("POST", "/booking", body);
    EXPECT_TRUE(reply.status == 400 || reply.status == 422) << reply.status;
    expect_problem(reply, reply.status, "");
  }
}

TEST_F(ProtocolTest, UnknownFieldsAreNamed) {
  json::object flight = FlightDraft().json();
  flight["pirce"] = "199.00";
  flight["gate"] = "B7";
  expect_wrong_fields(http.post("/admin/flights", flight), {"pirce", "gate"});
  const json::object booking{
      {"user_id", fresh_uuid()}, {"flight_id", fresh_uuid()}, {"seats", 1}, {"seat", "12A"}};
  expect_wrong_fields(http.post("/booking", booking), {"seat"});
  const json::object callback{
      {"booking_id", fresh_uuid()}, {"status", "success"}, {"payment_ref", "p"}, {"extra", 1}};
  expect_wrong_fields(http.post("/payment/callback", callback), {"extra"});
}

TEST_F(ProtocolTest, AllWrongFieldsAreNamedAtOnce) {
  const json::object booking{{"user_id", "nobody"}, {"flight_id", 7}, {"seats", "two"}, {"sets", 2}};
  expect_wrong_fields(http.post("/booking", booking), {"user_id", "flight_id", "seats", "sets"});
  expect_wrong_fields(http.post("/booking", json::object()), {"user_id", "flight_id", "seats"});
}

TEST_F(ProtocolTest, ABodyOfTheLimitIsReadAndOneByteMoreIsNot) {
  EXPECT_EQ(http.request("POST", "/admin/flights", padded_flight(kBodyLimit)).status, 201);
  expect_problem(http.request("POST", "/admin/flights", padded_flight(kBodyLimit + 1)), 413,
                 "PAYLOAD_TOO_LARGE");
  EXPECT_EQ(http.get("/health").status, 200);
}

TEST_F(ProtocolTest, AnAnnouncedHugeBodyIsRefusedBeforeItComes) {
  RawConnection connection(server().port());
  connection.send(
      "POST /booking HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
      "Content-Length: 1000000000\r\n\r\n");
  const std::optional<Reply> reply = connection.read_reply();
  ASSERT_TRUE(reply);
  expect_problem(*reply, 413, "PAYLOAD_TOO_LARGE");
}

TEST_F(ProtocolTest, AHeaderOverTheLimitIsRefused) {
  EXPECT_EQ(http.get("/health", {{"X-Filler", std::string(8000, 'x')}}).status, 200);
  RawConnection connection(server().port());
  connection.send(request_bytes("GET", "/health", {}, {{"X-Filler", std::string(17000, 'x')}}));
  const std::optional<Reply> reply = connection.read_reply();
  ASSERT_TRUE(reply);
  expect_problem(*reply, 431, "");
}

TEST_F(ProtocolTest, ATargetOverTheLimitIsRefused) {
  const std::string base = "/search?source=JFK&destination=LHR&date=2030-01-01&limit=";
  EXPECT_EQ(http.get(base + "1" + std::string(7000, '0')).status, 422);
  RawConnection connection(server().port());
  connection.send(request_bytes("GET", "/search?source=" + std::string(8200, 'a')));
  const std::optional<Reply> reply = connection.read_reply();
  ASSERT_TRUE(reply);
  expect_problem(*reply, 414, "");
}

TEST_F(ProtocolTest, HeadAnswersAsGetWithoutTheBody) {
  const std::string flight_id = api.add_flight_id(5);
  for (const std::string& target :
       {"/admin/flights/" + flight_id, search_target(fresh_route(), date_ahead(30)),
        std::string("/no/such/path"), "/booking/" + fresh_uuid()}) {
    SCOPED_TRACE(target);
    const Headers same_id{{"X-Request-Id", "head-and-get"}};
    const Reply get = http.get(target, same_id);
    const Reply head = http.request("HEAD", target, {}, same_id);
    EXPECT_EQ(head.status, get.status);
    EXPECT_TRUE(head.body.empty());
    EXPECT_EQ(head.header("Content-Type"), get.header("Content-Type"));
    EXPECT_EQ(head.header("Content-Length"), get.header("Content-Length"));
    EXPECT_EQ(head.header("ETag"), get.header("ETag"));
    EXPECT_EQ(head.header("X-Request-Id"), "head-and-get");
  }
  EXPECT_EQ(http.request("HEAD", "/metrics").status, 200);
  EXPECT_EQ(http.request("HEAD", "/booking").status, 405);
}

TEST_F(ProtocolTest, BadPercentEncodingIsRefused) {
  for (const char* target : {"/search?source=%ZZ&destination=LHR&date=2030-01-01", "/search?source=%4",
                             "/booking/%zz", "/admin/flights?source=%"}) {
    SCOPED_TRACE(target);
    const Reply reply = http.get(target);
    EXPECT_TRUE(reply.status == 400 || reply.status == 404 || reply.status == 422) << reply.status;
    expect_problem(reply, reply.status, "");
  }
}

TEST_F(ProtocolTest, PercentEncodingIsDecodedOnce) {
  FlightDraft draft;
  draft.source = "100%25 Field";
  draft.destination = "A+B & C=D?";
  api.add_flight(draft);
  const json::value found = api.search({draft.source, draft.destination}, date_ahead(30));
  ASSERT_EQ(list(found, "flights").size(), 1U);
  EXPECT_EQ(text(list(found, "flights")[0], "source"), "100%25 Field");
}

}  // namespace
}  // namespace flightdeck::test
