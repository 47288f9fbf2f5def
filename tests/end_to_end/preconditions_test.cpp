// If-Match and If-None-Match on every route that has an ETag (RFC 9110, 13).
#include <gmock/gmock.h>

#include <atomic>

#include "support/crowd.h"
#include "support/server_suite.h"

namespace flightdeck::test {
namespace {

struct PreconditionSettings {
  static std::vector<std::string> flags() { return instant_payment("1"); }
};

class PreconditionsTest : public ServerSuite<PreconditionSettings> {
 protected:
  // A flight of its own, at version 1.
  std::string path_of_new() { return "/admin/flights/" + text(api.add_flight(draft), "flight_id"); }
  Reply put(const std::string& path, const Headers& headers) {
    return http.request("PUT", path, json::serialize(draft.json()), headers);
  }
  // As it is now.
  std::string state(const std::string& path) {
    const json::value flight = http.get(path).json();
    return text(flight, "status") + " " + std::to_string(number(flight, "version"));
  }

  FlightDraft draft = [] {
    FlightDraft nameless;
    nameless.flight_number.reset();
    return nameless;
  }();
};

struct Case {
  Headers asked;
  // The status of a GET or HEAD.
  int read;
  // 200: it is made, else the status.
  int change;
};

// Of a flight with the ETag "1".
const std::vector<Case> cases = {
    {{}, 200, 200},
    {{{"If-Match", R"("1")"}}, 200, 200},
    {{{"If-Match", "*"}}, 200, 200},
    {{{"If-Match", R"("99", "1")"}}, 200, 200},
    {{{"If-Match", R"("1","99")"}}, 200, 200},
    {{{"If-Match", "\"a,b\" ,\t\"1\""}}, 200, 200},
    {{{"If-Match", R"(,, "1" ,)"}}, 200, 200},
    {{{"If-Match", R"(W/"1", "1")"}}, 200, 200},
    {{{"If-Match", R"("99")"}, {"If-Match", R"("1")"}}, 200, 200},
    {{{"If-Match", R"("2")"}}, 412, 412},
    {{{"If-Match", R"("2", "3")"}}, 412, 412},
    {{{"If-Match", R"("2")"}, {"If-Match", R"("3")"}}, 412, 412},
    {{{"If-Match", R"(W/"1")"}}, 412, 412},
    {{{"If-Match", R"("01")"}}, 412, 412},
    {{{"If-Match", R"("x")"}}, 412, 412},
    {{{"If-Match", R"("")"}}, 412, 412},
    {{{"If-Match", ","}}, 412, 412},
    {{{"If-Match", "1"}}, 422, 422},
    {{{"If-Match", R"(w/"1")"}}, 422, 422},
    {{{"If-Match", R"("1)"}}, 422, 422},
    {{{"If-Match", R"("1" "2")"}}, 422, 422},
    {{{"If-Match", R"(*, "1")"}}, 422, 422},
    {{{"If-Match", "*"}, {"If-Match", R"("1")"}}, 422, 422},
    {{{"If-None-Match", R"("1")"}}, 304, 412},
    {{{"If-None-Match", R"(W/"1")"}}, 304, 412},
    {{{"If-None-Match", "*"}}, 304, 412},
    {{{"If-None-Match", R"("99", "1")"}}, 304, 412},
    {{{"If-None-Match", R"("99")"}, {"If-None-Match", R"(W/"1")"}}, 304, 412},
    {{{"If-None-Match", R"("2")"}}, 200, 200},
    {{{"If-None-Match", R"(W/"2", "x")"}}, 200, 200},
    {{{"If-None-Match", ","}}, 200, 200},
    {{{"If-None-Match", "1"}}, 422, 422},
    {{{"If-None-Match", R"(*, "2")"}}, 422, 422},
    {{{"If-Match", R"("2")"}, {"If-None-Match", R"("1")"}}, 412, 412},
    {{{"If-Match", R"("1")"}, {"If-None-Match", R"("1")"}}, 304, 412},
    {{{"If-Match", R"("1")"}, {"If-None-Match", R"("2")"}}, 200, 200},
    {{{"If-Match", "*"}, {"If-None-Match", "*"}}, 304, 412},
    {{{"If-Unmodified-Since", "Sat, 29 Oct 1994 19:43:31 GMT"}}, 200, 200},
    {{{"If-Modified-Since", "Fri, 31 Dec 2100 23:59:59 GMT"}}, 200, 200},
};

std::string told(const Headers& headers) {
  std::string all;
  for (const auto& [name, value] : headers) all += name + ": " + value + " ";
  return all;
}

void expect_refused(const Reply& reply, int status) {
  expect_problem(reply, status, status == 412 ? "VERSION_CONFLICT" : "VALIDATION_FAILED");
}

TEST_F(PreconditionsTest, OfAFlightThatIsRead) {
  const std::string path = path_of_new();
  for (const Case& one : cases) {
    SCOPED_TRACE(told(one.asked));
    const Reply get = http.get(path, one.asked);
    const Reply head = http.request("HEAD", path, {}, one.asked);
    EXPECT_EQ(get.status, one.read);
    EXPECT_EQ(head.status, one.read);
    EXPECT_EQ(head.body, "");
    for (const Reply& reply : {get, head}) {
      EXPECT_EQ(reply.header("Cache-Control"), "no-store");
      if (one.read == 200 || one.read == 304) {
        EXPECT_EQ(reply.header("ETag"), R"("1")");
      }
    }
    if (one.read == 304) {
      EXPECT_EQ(get.body, "");
      EXPECT_EQ(get.header("Content-Type"), std::nullopt);
    }
    if (one.read >= 400) expect_refused(get, one.read);
  }
}

TEST_F(PreconditionsTest, OfAFlightThatIsReplaced) {
  for (const Case& one : cases) {
    SCOPED_TRACE(told(one.asked));
    const std::string path = path_of_new();
    const Reply reply = put(path, one.asked);
    EXPECT_EQ(reply.status, one.change) << reply.body;
    if (one.change >= 400) expect_refused(reply, one.change);
    if (one.change == 200) {
      EXPECT_EQ(reply.header("ETag"), R"("2")");
    }
    EXPECT_EQ(state(path), one.change == 200 ? "SCHEDULED 2" : "SCHEDULED 1");
  }
}

TEST_F(PreconditionsTest, OfAFlightThatIsTakenOffSale) {
  for (const Case& one : cases) {
    for (const char* query : {"", "?cancel_bookings=true"}) {
      SCOPED_TRACE(told(one.asked) + query);
      const std::string path = path_of_new();
      const Reply reply = http.request("DELETE", path + query, {}, one.asked);
      EXPECT_EQ(reply.status, one.change == 200 ? 204 : one.change) << reply.body;
      if (one.change >= 400) expect_refused(reply, one.change);
      EXPECT_EQ(state(path), one.change == 200 ? "CANCELLED 2" : "SCHEDULED 1");
    }
  }
}

TEST_F(PreconditionsTest, ADeletionThatIsRefusedLeavesTheBookings) {
  const json::value flight = api.add_flight(draft);
  const std::string path = "/admin/flights/" + text(flight, "flight_id");
  const json::value booking = api.book_to_the_end(text(flight, "flight_id"));
  ASSERT_EQ(text(booking, "status"), "CONFIRMED");
  const std::string stale = R"("1")";
  expect_problem(http.request("DELETE", path + "?cancel_bookings=true", {}, {{"If-Match", stale}}), 412,
                 "VERSION_CONFLICT");
  EXPECT_EQ(text(api.booking(text(booking, "booking_id")), "status"), "CONFIRMED");
  const std::string current = http.get(path).header("ETag").value();
  EXPECT_EQ(http.request("DELETE", path, {}, {{"If-Match", current}}).status, 409) << "it has a booking";
  EXPECT_EQ(http.request("DELETE", path + "?cancel_bookings=true", {}, {{"If-Match", current}}).status, 204);
  EXPECT_EQ(text(api.booking(text(booking, "booking_id")), "status"), "CANCELLED");
}

// What is not there is not found, whatever is asked of it (RFC 9110, 13.2.1).
TEST_F(PreconditionsTest, OfAFlightThatIsNotThere) {
  const std::string removed = path_of_new();
  ASSERT_EQ(http.request("DELETE", removed).status, 204);
  for (const Headers& asked :
       {Headers{{"If-Match", "*"}}, Headers{{"If-Match", R"("1")"}}, Headers{{"If-None-Match", "*"}}}) {
    SCOPED_TRACE(told(asked));
    for (const std::string& path : {"/admin/flights/" + fresh_uuid(), std::string("/admin/flights/42")}) {
      expect_problem(http.get(path, asked), 404, "NOT_FOUND");
      expect_problem(put(path, asked), 404, "NOT_FOUND");
      expect_problem(http.request("DELETE", path, {}, asked), 404, "NOT_FOUND");
    }
    expect_problem(http.request("DELETE", removed, {}, asked), 404, "NOT_FOUND");
  }
  expect_problem(put(removed, {{"If-Match", R"("2")"}}), 409, "FLIGHT_CLOSED");
  expect_problem(put(removed, {{"If-Match", R"("1")"}}), 412, "VERSION_CONFLICT");
}

TEST_F(PreconditionsTest, AMalformedOneIsNamedWithAllElseThatIsWrong) {
  const std::string path = path_of_new();
  expect_wrong_fields(
      http.request("PUT", path, R"({"colour": 1})", {{"If-Match", "1"}, {"If-None-Match", "2"}}),
      {"source", "destination", "departure_ts", "total_seats", "price", "colour", "If-Match",
       "If-None-Match"});
  expect_wrong_fields(http.request("DELETE", path + "?cancel_bookings=perhaps", {}, {{"If-Match", "1"}}),
                      {"cancel_bookings", "If-Match"});
  expect_problem(http.request("PUT", path, "{", {{"If-Match", "1"}}), 400, "MALFORMED_JSON");
}

TEST_F(PreconditionsTest, OfManyChangesOfOneVersionOneIsMade) {
  const std::string path = path_of_new();
  const std::string body = json::serialize(draft.json());
  std::atomic<int> made{0};
  std::atomic<int> refused{0};
  crowd(8, [&](int member) {
    HttpClient client = another_client();
    const Headers asked{{"If-Match", R"("99", "1")"}};
    const Reply reply = member % 2 == 0 ? client.request("PUT", path, body, asked)
                                        : client.request("DELETE", path, {}, asked);
    // After the deletion has won, the flight is no longer there to be deleted.
    if (reply.status == 200 || reply.status == 204) ++made;
    if (reply.status == 412 || reply.status == 404) ++refused;
  });
  EXPECT_EQ(made, 1);
  EXPECT_EQ(refused, 7);
  EXPECT_TRUE(state(path).ends_with(" 2")) << state(path);
}

TEST_F(PreconditionsTest, OfASearch) {
  const std::string target = search_target({draft.source, draft.destination}, date_ahead(30));
  const json::value flight = api.add_flight(draft);
  const auto ids = [&](const Reply& reply) { return texts(list(reply.json(), "flights"), "flight_id"); };
  Reply page;
  ASSERT_TRUE(eventually([&] {
    page = http.get(target);
    return ids(page).size() == 1;
  }));
  const std::string tag = page.header("ETag").value();
  for (const std::string& asked : {tag, "W/" + tag, R"("x", )" + tag, std::string("*")}) {
    SCOPED_TRACE(asked);
    for (const char* method : {"GET", "HEAD"}) {
      const Reply reply = http.request(method, target, {}, {{"If-None-Match", asked}});
      EXPECT_EQ(reply.status, 304);
      EXPECT_EQ(reply.body, "");
      EXPECT_EQ(reply.header("ETag"), tag);
      EXPECT_EQ(reply.header("Cache-Control"), "private, max-age=0, must-revalidate");
    }
  }
  EXPECT_EQ(http.get(target, {{"If-None-Match", R"("x")"}}).body, page.body);
  EXPECT_EQ(http.get(target, {{"If-Match", tag}}).body, page.body);
  expect_problem(http.get(target, {{"If-Match", R"("x")"}}), 412, "VERSION_CONFLICT");
  expect_wrong_fields(http.get(target + "&limit=0", {{"If-None-Match", "x"}}), {"limit", "If-None-Match"});

  // A seat less is another page.
  ASSERT_EQ(text(api.book_to_the_end(text(flight, "flight_id")), "status"), "CONFIRMED");
  EXPECT_TRUE(eventually([&] {
    const Reply now = http.get(target, {{"If-None-Match", tag}});
    return now.status == 200 && now.header("ETag") != tag &&
           number(list(now.json(), "flights").at(0), "available_seats") == 179;
  }));
}

}  // namespace
}  // namespace flightdeck::test
