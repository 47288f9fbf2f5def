// The table of tests/support/http_conformance.h, asked of the real program: alone on a connection, and with
// another request right behind it that is answered rightly or not at all.
#include "support/http_conformance.h"

#include <gmock/gmock.h>

#include <utility>

#include "support/server_suite.h"

namespace flightdeck::test {
namespace {

struct ConformanceSettings {
  static std::vector<std::string> flags() { return joined(instant_payment("1"), {"--access-log", "off"}); }
};

class HttpConformanceTest : public ServerSuite<ConformanceSettings> {
 protected:
  static void expect_all(const HttpCases& cases) {
    ASSERT_FALSE(cases.empty());
    int wrong = 0;
    int failed = 0;
    for (const HttpCase& one : cases) {
      SCOPED_TRACE(readable(one.bytes));
      try {
        expect_alone(one);
        expect_with_another_behind(one);
      } catch (const ConnectionError& e) {
        ADD_FAILURE() << e.what();
      }
      // A server that says nothing is waited for, and often enough is enough.
      const int failures = failures_so_far();
      if (failures > std::exchange(failed, failures) && ++wrong == kWrongAreEnough) return;
    }
  }

 private:
  static constexpr int kWrongAreEnough = 10;

  static int failures_so_far() {
    return testing::UnitTest::GetInstance()->current_test_info()->result()->total_part_count();
  }

  static std::string another() {
    return request_bytes("GET", "/health/live", {}, {{"X-Request-Id", "another"}});
  }

  static void expect_answer(RawConnection& connection, const HttpCase& expected) {
    const std::optional<Reply> reply = connection.read_reply();
    ASSERT_TRUE(reply) << "closed without an answer";
    EXPECT_EQ(reply->status, expected.status) << reply->body;
    EXPECT_EQ(reply->keep_alive, expected.goes_on);
    if (reply->status >= 400) expect_problem(*reply, expected.status, "");
  }
  static void expect_other_answer(RawConnection& connection) {
    const std::optional<Reply> reply = connection.read_reply();
    ASSERT_TRUE(reply) << "closed before the other answer";
    EXPECT_EQ(reply->status, 200) << reply->body;
    EXPECT_EQ(reply->header("X-Request-Id"), "another");
  }

  static void expect_alone(const HttpCase& one) {
    RawConnection connection(server().port());
    connection.send(one.bytes);
    expect_answer(connection, one);
    if (one.goes_on) {
      connection.send(another());
      expect_other_answer(connection);
    } else {
      EXPECT_TRUE(connection.closed_by_server());
    }
  }
  static void expect_with_another_behind(const HttpCase& one) {
    RawConnection connection(server().port());
    connection.send(one.bytes + another());
    expect_answer(connection, one);
    if (one.goes_on) {
      expect_other_answer(connection);
      EXPECT_FALSE(connection.stale()) << "one answer too many";
    } else {
      EXPECT_TRUE(connection.closed_by_server());
    }
  }
};

TEST_F(HttpConformanceTest, Paths) { expect_all(path_cases()); }
TEST_F(HttpConformanceTest, Targets) { expect_all(target_cases()); }
TEST_F(HttpConformanceTest, AbsoluteTargets) { expect_all(absolute_target_cases()); }
TEST_F(HttpConformanceTest, Hosts) { expect_all(host_cases()); }
TEST_F(HttpConformanceTest, ChunkExtensions) { expect_all(chunk_extension_cases()); }
TEST_F(HttpConformanceTest, ChunkFraming) { expect_all(chunk_framing_cases()); }
TEST_F(HttpConformanceTest, Trailers) { expect_all(trailer_cases()); }
TEST_F(HttpConformanceTest, Framing) { expect_all(framing_cases()); }
TEST_F(HttpConformanceTest, RefusedAtOnce) { expect_all(refused_at_once_cases()); }
TEST_F(HttpConformanceTest, BlankLines) { expect_all(blank_line_cases()); }
TEST_F(HttpConformanceTest, Versions) { expect_all(version_cases()); }
TEST_F(HttpConformanceTest, Connections) { expect_all(connection_cases()); }
TEST_F(HttpConformanceTest, Expectations) { expect_all(expect_cases()); }
TEST_F(HttpConformanceTest, Methods) { expect_all(method_cases()); }
TEST_F(HttpConformanceTest, QueryNames) { expect_all(query_name_cases()); }

// Whatever looks like a path in its query.
TEST_F(HttpConformanceTest, AnAbsoluteTargetWithoutAPathAsksForTheRoot) {
  const Reply root = http.get("/");
  for (const char* target : {"http://h", "http://h/", "http://h?", "http://h?x=/metrics", "http://h?/metrics",
                             "http://[::1]:80?x=http://h/metrics"}) {
    SCOPED_TRACE(target);
    const Reply reply = http.get(target);
    EXPECT_EQ(reply.status, root.status);
    EXPECT_EQ(reply.header("Content-Type"), root.header("Content-Type"));
    EXPECT_THAT(reply.body, testing::Not(testing::HasSubstr("bookings_total")));
  }
}

// What stands for a path's parameter is not decoded either.
TEST_F(HttpConformanceTest, ABookingHasOneAddress) {
  const std::string flight_id = api.add_flight_id(3);
  const std::string id = text(api.book_to_the_end(flight_id), "booking_id");
  EXPECT_EQ(http.get("/booking/" + id).status, 200);
  EXPECT_EQ(http.request("HEAD", "/booking/" + id).status, 200);
  char first[4];
  std::snprintf(first, sizeof first, "%%%02x", static_cast<unsigned char>(id.front()));
  for (const std::string& path :
       {"/booking/" + (first + id.substr(1)), "/booking/" + id + "/", "/booking/" + id + ";x=y",
        "/booking/./" + id, "/booking%2F" + id, "/%62ooking/" + id}) {
    SCOPED_TRACE(path);
    expect_problem(http.get(path), 404, "NOT_FOUND");
    EXPECT_EQ(http.request("HEAD", path).status, 404);
    expect_problem(http.request("DELETE", path), 404, "NOT_FOUND");
  }
  EXPECT_EQ(text(http.get("/booking/" + id).json(), "status"), "CONFIRMED");
}

}  // namespace
}  // namespace flightdeck::test
