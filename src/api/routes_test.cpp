// The handlers on the booking side's in-memory parts: what each reads of a request and says in its answer.
#include "api/routes.h"

#include <gmock/gmock.h>

#include <boost/json/parse.hpp>
#include <set>

#include "api/api_dispatcher.h"
#include "api/flight_json.h"
#include "core/limits.h"
#include "doubles/answer_of.h"
#include "doubles/booking_world.h"

namespace flightdeck::api {
namespace {

namespace json = boost::json;
using http::Header;
using http::Method;
using http::Response;
using test::BookingWorld;

class KnownHealth final : public Health {
 public:
  HealthReport report() const override { return known; }
  HealthReport known{HealthStatus::ok, "1.2.3", 7, {{"database", "ok"}}};
};

class KnownMetrics final : public MetricsText {
 public:
  Task<std::string> render() override { co_return "bookings_total 1\n"; }
};

struct Answer {
  Response response;
  json::object body;
  std::string header(std::string_view name) const {
    for (const auto& [key, value] : response.headers) {
      if (key == name) return value;
    }
    return "(none)";
  }
  std::set<std::string> wrong_fields() const {
    std::set<std::string> names;
    if (!body.contains("errors")) return names;
    for (const json::value& error : body.at("errors").as_array()) {
      names.emplace(error.as_object().at("field").as_string());
    }
    return names;
  }
};

using Given = std::vector<std::pair<Header, std::string>>;

class RoutesTest : public testing::Test {
 protected:
  RoutesTest() {
    check_api(api, groups);
    flight = world.add_flight(10);
  }

  Answer ask(http::Method method, std::string_view target, std::string body = {}, const Given& headers = {}) {
    request.clear();
    request.method = method;
    request.set_target(target);
    request.body = std::move(body);
    request.request_id = "trace-1";
    for (const auto& [name, value] : headers) request.add_header(name, value);
    if (!request.body.empty()) request.add_header(Header::content_type, "application/json");
    http::Dispatch dispatch = dispatcher.dispatch(request);
    if (dispatch.route == "none") throw std::runtime_error("no route for " + std::string(target));
    Answer answer{test::finish(world.loop, test::answer_of(std::move(dispatch))), {}};
    if (answer.response.content_type.find("json") != std::string_view::npos) {
      answer.body = json::parse(answer.response.body_text()).as_object();
    }
    return answer;
  }
  std::string booking_body(int seats = 1) const {
    return R"({"user_id": ")" + user + R"(", "flight_id": ")" + flight.id.str() + R"(", "seats": )" +
           std::to_string(seats) + "}";
  }
  static std::string text(const json::object& object, std::string_view name) {
    return std::string(object.at(name).as_string());
  }

  const std::string user = "01970000-0000-7000-8000-0000000000aa";
  const std::string unknown = "01970000-0000-7000-8000-0000000000ff";
  const std::string flight_body =
      R"({"flight_number": "FD7", "source": "jfk", "destination": "LHR",
          "departure_ts": "2030-06-01T23:30:00+02:00", "arrival_ts": "2030-06-02T06:30:00Z",
          "total_seats": 180, "price": 199.5})";
  BookingWorld world;
  KnownHealth health;
  KnownMetrics metrics;
  booking::SearchFlights search{
      {world.index, world.ledger, world.clock, world.changes, world.lag, world.counters}, render_search_page};
  Api api{.log = world.log,
          .health = health,
          .metrics = metrics,
          .bookings = &world.service,
          .manage_flights = &world.manage,
          .auditor = &world.auditor,
          .search_flights = &search,
          .mock_payments = &world.provider};
  const RouteGroups groups{.admin = true, .search = true, .booking = true, .mock_payment = true};
  const RouteTable routes = contract_routes(groups);
  ApiDispatcher dispatcher{routes, api};
  http::Request request;
  flights::Flight flight;
};

TEST_F(RoutesTest, AddsAFlight) {
  const Answer added = ask(Method::post, "/admin/flights", flight_body);
  EXPECT_EQ(added.response.status, 201);
  EXPECT_EQ(added.header("ETag"), "\"1\"");
  EXPECT_EQ(added.header("Location"), "/admin/flights/" + text(added.body, "flight_id"));
  EXPECT_EQ(added.body.at("price"), "199.50");
  EXPECT_EQ(added.body.at("source"), "JFK");
  EXPECT_EQ(added.body.at("date"), "2030-06-01");
  EXPECT_EQ(added.body.at("departure_ts"), "2030-06-01T21:30:00Z");
}

TEST_F(RoutesTest, NamesEveryWrongFieldOfAFlight) {
  const Answer refused =
      ask(Method::post, "/admin/flights",
          R"({"flight_number": 7, "source": "a:b", "departure_ts": "2030-06-01", "arrival_ts": "",
                                 "total_seats": 2.5, "price": "free", "pirce": 1})");
  EXPECT_EQ(refused.response.status, 422);
  EXPECT_EQ(refused.wrong_fields(),
            (std::set<std::string>{"flight_number", "source", "destination", "departure_ts", "arrival_ts",
                                   "total_seats", "price", "pirce"}));
  EXPECT_EQ(refused.body.at("errors").as_array().size(), 8U) << "each once";
  EXPECT_EQ(ask(Method::post, "/admin/flights", "{").response.status, 400);
}

TEST_F(RoutesTest, ShowsAFlightWithItsSeats) {
  const Answer shown = ask(Method::get, "/admin/flights/" + flight.id.str());
  EXPECT_EQ(shown.response.status, 200);
  EXPECT_EQ(shown.header("ETag"), "\"1\"");
  EXPECT_EQ(shown.body.at("seats"),
            json::parse(R"({"total": 10, "available": 10, "pending": 0, "confirmed": 0, "gate": 10})"));
  EXPECT_EQ(ask(Method::get, "/admin/flights/" + unknown).response.status, 404);
  EXPECT_EQ(ask(Method::get, "/admin/flights/42").response.status, 404);
}

TEST_F(RoutesTest, ReplacesAFlightOfTheRightVersion) {
  const std::string path = "/admin/flights/" + flight.id.str();
  EXPECT_EQ(ask(Method::put, path, flight_body, {{Header::if_match, "\"2\""}}).response.status, 412);
  EXPECT_EQ(ask(Method::put, path, flight_body, {{Header::if_match, "W/\"1\""}}).response.status, 412);
  const Answer replaced = ask(Method::put, path, flight_body, {{Header::if_match, "\"1\""}});
  EXPECT_EQ(replaced.response.status, 200);
  EXPECT_EQ(replaced.header("ETag"), "\"2\"");
  EXPECT_EQ(ask(Method::put, path, flight_body, {{Header::if_match, "*"}}).response.status, 200);
  EXPECT_EQ(ask(Method::put, "/admin/flights/" + unknown, flight_body).response.status, 404);
  EXPECT_EQ(ask(Method::put, path, "{}").response.status, 422);
}

TEST_F(RoutesTest, AFlightIsReadAndChangedAsItsTagAllows) {
  const std::string path = "/admin/flights/" + flight.id.str();
  const Answer same = ask(Method::get, path, {}, {{Header::if_none_match, "W/\"1\""}});
  EXPECT_EQ(same.response.status, 304);
  EXPECT_EQ(same.response.body, "");
  EXPECT_EQ(same.header("ETag"), "\"1\"");
  const Answer other = ask(Method::head, path, {}, {{Header::if_match, "\"2\""}});
  EXPECT_EQ(other.response.status, 412);
  EXPECT_EQ(other.body.at("code"), "VERSION_CONFLICT");
  EXPECT_EQ(ask(Method::get, path, {}, {{Header::if_match, "1"}}).wrong_fields(),
            std::set<std::string>{"If-Match"});
  EXPECT_EQ(ask(Method::put, path, flight_body, {{Header::if_none_match, "*"}}).response.status, 412);
  EXPECT_EQ(ask(Method::put, path, flight_body, {{Header::if_match, "\"99\", \"1\""}}).response.status, 200);
  EXPECT_EQ(ask(Method::put, path, "{}", {{Header::if_match, "2"}}).wrong_fields().count("If-Match"), 1U);
  EXPECT_EQ(ask(Method::del, path, {}, {{Header::if_match, "\"1\""}}).response.status, 412);
  EXPECT_EQ(ask(Method::del, path, {}, {{Header::if_none_match, "\"2\""}}).response.status, 412);
  EXPECT_EQ(ask(Method::get, path).body.at("status"), "SCHEDULED");
  EXPECT_EQ(ask(Method::del, path, {}, {{Header::if_match, "\"2\""}}).response.status, 204);
}

TEST_F(RoutesTest, APageIsReadAsItsTagAllows) {
  const std::string target = "/search?source=" + flight.source + "&destination=" + flight.destination +
                             "&date=" + format_date(flight.date);
  const Answer page = ask(Method::get, target);
  EXPECT_EQ(page.response.cache_control, "private, max-age=0, must-revalidate");
  const std::string tag(page.response.etag);
  EXPECT_EQ(tag.size(), 18U);
  const Answer same = ask(Method::get, target, {}, {{Header::if_none_match, tag}});
  EXPECT_EQ(same.response.status, 304);
  EXPECT_EQ(same.response.etag, tag);
  EXPECT_EQ(same.response.cache_control, page.response.cache_control);
  EXPECT_EQ(ask(Method::get, target, {}, {{Header::if_match, "\"1\""}}).response.status, 412);
  world.add_flight(5, "FD102");
  EXPECT_NE(ask(Method::get, target).response.etag, tag);
  EXPECT_EQ(ask(Method::get, "/search").response.cache_control, "no-store");
}

TEST_F(RoutesTest, TheRootLinksToWhatIsServed) {
  api.groups = {.search = true};
  const Answer root = ask(Method::get, "/");
  EXPECT_EQ(root.response.status, 200);
  EXPECT_EQ(root.body.at("links"),
            json::parse(R"({"search": "/search", "health": "/health", "live": "/health/live",
                            "ready": "/health/ready", "metrics": "/metrics"})"));
}

TEST_F(RoutesTest, TakesAFlightOffSale) {
  const std::string path = "/admin/flights/" + flight.id.str();
  ASSERT_TRUE(world.book(flight.id, 1));
  EXPECT_EQ(ask(Method::del, path).response.status, 409);
  EXPECT_EQ(ask(Method::del, path + "?cancel_bookings=perhaps").response.status, 422);
  const Answer removed = ask(Method::del, path + "?cancel_bookings=true");
  EXPECT_EQ(removed.response.status, 204);
  EXPECT_EQ(removed.response.body, "");
  EXPECT_EQ(ask(Method::del, path).response.status, 404);
}

TEST_F(RoutesTest, ListsFlightsPageByPage) {
  world.add_flight(5, "FD102");
  world.add_flight(5, "FD103");
  std::set<std::string> numbers;
  std::string target = "/admin/flights?limit=2";
  for (int page = 0; page < 2; ++page) {
    const Answer listed = ask(Method::get, target);
    for (const json::value& one : listed.body.at("flights").as_array()) {
      numbers.insert(text(one.as_object(), "flight_number"));
    }
    EXPECT_EQ(listed.body.at("next_cursor").is_null(), page == 1);
    if (page == 0) target += "&cursor=" + text(listed.body, "next_cursor");
  }
  EXPECT_EQ(numbers.size(), 3U);
  EXPECT_EQ(ask(Method::get, "/admin/flights?date=x&limit=0&cursor=y&source=").wrong_fields(),
            (std::set<std::string>{"date", "limit", "cursor", "source"}));
}

TEST_F(RoutesTest, SearchesFlights) {
  const std::string route = "source=" + flight.source + "&destination=" + flight.destination;
  const Answer found = ask(Method::get, "/search?" + route + "&date=" + format_date(flight.date));
  EXPECT_EQ(found.response.status, 200);
  EXPECT_EQ(found.body.at("count"), 1);
  EXPECT_TRUE(found.body.at("next_cursor").is_null());
  EXPECT_EQ(text(found.body.at("flights").as_array()[0].as_object(), "flight_id"), flight.id.str());
  const Answer nothing = ask(Method::get, "/search?" + route + "&date=2031-01-01&sort=fastest");
  EXPECT_EQ(nothing.body, json::parse(R"({"flights": [], "next_cursor": null, "count": 0})").as_object());
}

TEST_F(RoutesTest, NamesEveryWrongParameterOfASearch) {
  EXPECT_EQ(ask(Method::get, "/search").wrong_fields(),
            (std::set<std::string>{"source", "destination", "date"}));
  EXPECT_EQ(
      ask(Method::get, "/search?source=%zz&destination=&date=1&sort=best&limit=x&seats=-1&cursor=z&other=1")
          .wrong_fields(),
      (std::set<std::string>{"source", "destination", "date", "sort", "limit", "seats", "cursor"}));
}

TEST_F(RoutesTest, BooksSeats) {
  const Answer booked = ask(Method::post, "/booking", booking_body(2));
  EXPECT_EQ(booked.response.status, 202);
  EXPECT_EQ(booked.body.at("status"), "PENDING");
  EXPECT_EQ(booked.body.at("seats"), 2);
  const std::string path = "/booking/" + text(booked.body, "booking_id");
  EXPECT_EQ(booked.header("Location"), path);
  EXPECT_EQ(booked.header("Preference-Applied"), "(none)");
  EXPECT_EQ(booked.header("Idempotency-Replayed"), "(none)");
  EXPECT_EQ(ask(Method::get, path).body.at("booking_id"), booked.body.at("booking_id"));
  EXPECT_EQ(ask(Method::get, "/booking/" + unknown).response.status, 404);
  EXPECT_EQ(ask(Method::get, "/booking/x").response.status, 404);
}

TEST_F(RoutesTest, WaitsForABookingAsLongAsItIsAskedTo) {
  const Answer settled = ask(Method::post, "/booking", booking_body(), {{Header::prefer, "wait=100"}});
  EXPECT_EQ(settled.response.status, 200);
  EXPECT_EQ(settled.body.at("status"), "CONFIRMED");
  EXPECT_EQ(settled.header("Preference-Applied"), "wait=30");
}

TEST_F(RoutesTest, ARepeatAnswersWithTheSameBooking) {
  const Given key{{Header::idempotency_key, "key-1"}};
  const Answer first = ask(Method::post, "/booking", booking_body(), key);
  const Answer second = ask(Method::post, "/booking", booking_body(), key);
  EXPECT_EQ(second.body.at("booking_id"), first.body.at("booking_id"));
  EXPECT_EQ(second.header("Idempotency-Replayed"), "true");
  const Answer other = ask(Method::post, "/booking", booking_body(2), key);
  EXPECT_EQ(other.response.status, 422);
  EXPECT_EQ(other.body.at("code"), "IDEMPOTENCY_KEY_REUSED");
}

TEST_F(RoutesTest, NamesEverythingThatIsWrongWithABooking) {
  const Given bad_key{{Header::idempotency_key, ""}};
  EXPECT_EQ(ask(Method::post, "/booking", R"({"user_id": "nobody", "flight_id": 7, "seats": 0, "sets": 2})",
                bad_key)
                .wrong_fields(),
            (std::set<std::string>{"user_id", "flight_id", "seats", "sets", "Idempotency-Key"}));
  EXPECT_EQ(ask(Method::post, "/booking", booking_body(10)).wrong_fields(), std::set<std::string>{"seats"});
}

TEST_F(RoutesTest, RefusedBookings) {
  for (int i = 0; i < 2; ++i) ask(Method::post, "/booking", booking_body(5));
  const Answer refused = ask(Method::post, "/booking", booking_body());
  EXPECT_EQ(refused.response.status, 400);
  EXPECT_EQ(refused.body.at("code"), "OUT_OF_STOCK");
  flight.id = *FlightId::parse(unknown);
  EXPECT_EQ(ask(Method::post, "/booking", booking_body()).response.status, 404);
}

TEST_F(RoutesTest, ListsBookingsPageByPage) {
  for (int i = 0; i < 3; ++i) {
    world.loop.advance(Milliseconds(5));
    ask(Method::post, "/booking", booking_body());
  }
  const Answer first = ask(Method::get, "/bookings?user_id=" + user + "&limit=2");
  EXPECT_EQ(first.body.at("bookings").as_array().size(), 2U);
  const Answer second =
      ask(Method::get, "/bookings?user_id=" + user + "&limit=2&cursor=" + text(first.body, "next_cursor"));
  EXPECT_EQ(second.body.at("bookings").as_array().size(), 1U);
  EXPECT_TRUE(second.body.at("next_cursor").is_null());
  EXPECT_EQ(
      ask(Method::get, "/bookings?user_id=" + user + "&status=FAILED").body.at("bookings").as_array().size(),
      0U);
  EXPECT_EQ(ask(Method::get, "/bookings?status=LOST&limit=101&cursor=12.x").wrong_fields(),
            (std::set<std::string>{"user_id", "status", "limit", "cursor"}));
}

TEST_F(RoutesTest, CancelsABooking) {
  const Answer booked = ask(Method::post, "/booking", booking_body());
  const std::string path = "/booking/" + text(booked.body, "booking_id");
  const Answer cancelled = ask(Method::post, path + "/cancel");
  EXPECT_EQ(cancelled.response.status, 200);
  EXPECT_EQ(cancelled.body.at("status"), "CANCELLED");
  EXPECT_EQ(ask(Method::del, path).response.status, 200);
  EXPECT_EQ(ask(Method::del, "/booking/" + unknown).response.status, 404);
  EXPECT_EQ(ask(Method::post, "/booking/x/cancel").response.status, 404);
}

TEST_F(RoutesTest, TakesPaymentCallbacks) {
  const Answer booked = ask(Method::post, "/booking", booking_body());
  const std::string id = text(booked.body, "booking_id");
  const auto callback = [&](std::string_view verdict, std::string_view ref) {
    return ask(Method::post, "/payment/callback",
               R"({"booking_id": ")" + id + R"(", "status": ")" + std::string(verdict) +
                   R"(", "payment_ref": ")" + std::string(ref) + "\"}");
  };
  EXPECT_EQ(callback("maybe", "").wrong_fields(), (std::set<std::string>{"status", "payment_ref"}));
  for (const std::string& wrong : {std::string(), std::string("  "), std::string(129, 'x')}) {
    EXPECT_EQ(callback("success", wrong).wrong_fields(), std::set<std::string>{"payment_ref"}) << wrong;
  }
  const std::string ref = text(ask(Method::get, "/booking/" + id).body, "payment_ref");
  EXPECT_EQ(callback("success", ref).response.status, 200);
  EXPECT_EQ(callback("failure", ref).response.status, 409);
  EXPECT_EQ(ask(Method::post, "/payment/callback",
                R"({"booking_id": ")" + unknown + R"(", "status": "success", "payment_ref": "p"})")
                .response.status,
            404);
}

TEST_F(RoutesTest, ServesTheMockPayments) {
  const std::string path = "/mock_payment/payments/" + unknown;
  EXPECT_EQ(ask(Method::get, path).response.status, 404);
  EXPECT_EQ(ask(Method::get, "/mock_payment/payments/x").response.status, 404);
  const std::string id_member = R"("booking_id": ")" + unknown + "\"";
  const Answer paid = ask(Method::post, "/mock_payment/pay", "{" + id_member + R"(, "amount": 398})");
  EXPECT_EQ(paid.response.status, 200);
  EXPECT_EQ(paid.body.at("status"), "success");
  EXPECT_EQ(paid.body.at("amount"), "398.00");
  EXPECT_EQ(paid.body.at("refunded"), false);
  EXPECT_EQ(ask(Method::get, path).body, paid.body);
  const Answer second = ask(Method::post, "/mock_payment/pay", "{" + id_member + R"(, "amount": 0.01})");
  EXPECT_EQ(second.response.status, 409);
  EXPECT_EQ(second.body.at("code"), "INVALID_STATE");
  const Answer refund = ask(Method::post, "/mock_payment/refund", "{" + id_member + "}");
  EXPECT_EQ(refund.response.status, 200);
  EXPECT_TRUE(refund.body.contains("refund_id"));
  EXPECT_EQ(
      ask(Method::post, "/mock_payment/pay", R"({"amount": "1.234", "callback_url": "ftp://x", "x": 1})")
          .wrong_fields(),
      (std::set<std::string>{"booking_id", "amount", "callback_url", "x"}));
}

// As much as a request may carry of whatever is wrong: the answer is small, and names what it can.
TEST_F(RoutesTest, AnswersToHostileRequestsAreSmall) {
  const std::string worst_name(limits::body_bytes / 70, '\x7f');
  std::string long_names = "{";
  for (int i = 0; i < 60; ++i)
    long_names += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\\u0001" + worst_name + "\":1";
  std::string digits = "{\"0\":0";
  for (int i = 1; digits.size() < 58'000; ++i) digits += ",\"" + std::to_string(i) + "\":0";
  const std::string text(60'000, 'x');
  const std::vector<std::string> bodies = {
      digits + "}",
      long_names + "}",
      R"({"seats": )" + std::string(60'000, '9') + "}",
      R"({"user_id": ")" + text + R"(", "payment_ref": ")" + text.substr(0, 5000) + "\"}",
      "{\"" + text + "\": 1}",
      std::string(60'000, '['),
      text};
  for (const char* path :
       {"/booking", "/admin/flights", "/payment/callback", "/mock_payment/pay", "/mock_payment/refund"}) {
    for (const std::string& body : bodies) {
      const Answer answer =
          ask(Method::post, path, body, {{Header::idempotency_key, text.substr(0, 15'000)}});
      EXPECT_TRUE(answer.response.status == 422 || answer.response.status == 400) << path;
      EXPECT_LE(answer.response.body.size(), limits::problem_bytes - limits::problem_head_bytes) << path;
      EXPECT_EQ(answer.body.contains("errors"), answer.response.status == 422) << path;
    }
    const Answer unread = ask(Method::post, path, bodies.front());
    EXPECT_EQ(unread.wrong_fields(), std::set<std::string>{"body"}) << path;
    EXPECT_LT(unread.response.body.size(), 600U) << path;
  }

  std::string parameters;
  while (parameters.size() < 8000) parameters += "limit=x&";
  const std::string x = text.substr(0, 8000);
  for (const std::string& query :
       {parameters, "cursor=" + x, "source=" + x, "limit=" + x, x + "=1", "sort=%" + x}) {
    for (const char* path : {"/search?", "/bookings?", "/admin/flights?"}) {
      const Answer answer = ask(Method::get, path + query);
      EXPECT_LE(answer.response.body.size(), limits::problem_bytes - limits::problem_head_bytes) << path;
    }
  }
  std::string tags;
  while (tags.size() < 15'000) tags += "\"1\",";
  const Answer listed = ask(Method::get, "/admin/flights/" + flight.id.str(), {}, {{Header::if_match, tags}});
  EXPECT_EQ(listed.wrong_fields(), std::set<std::string>{"If-Match"});
}

TEST_F(RoutesTest, TheMockCallsBackWhereItMayOnly) {
  const auto pay = [&](std::string_view url) {
    return ask(
        Method::post, "/mock_payment/pay",
        R"({"booking_id": ")" + unknown + R"(", "amount": 1, "callback_url": ")" + std::string(url) + "\"}");
  };
  EXPECT_EQ(pay("http://127.0.0.1:1/payment/callback").wrong_fields(), std::set<std::string>{"callback_url"});
  const std::vector<net::HttpUrl> bases{*net::parse_base_url("http://here:8080/api"),
                                        *net::parse_base_url("http://there")};
  api.callback_bases = &bases;
  for (const char* url : {"http://here:8080/api/payment/callback", "http://there/x"})
    EXPECT_EQ(pay(url).response.status, 200) << url;
  for (const char* url :
       {"http://here:8080/", "http://here/api", "http://there:81/", "http://127.0.0.1:6379/"})
    EXPECT_EQ(pay(url).wrong_fields(), std::set<std::string>{"callback_url"}) << url;
}

TEST_F(RoutesTest, ACallbackMayStateTheAmount) {
  world.provider.on_charge(test::ScriptedPaymentProvider::Charge::pending);
  const auto callback = [&](std::string_view amount) {
    const std::string id = text(ask(Method::post, "/booking", booking_body()).body, "booking_id");
    return ask(Method::post, "/payment/callback",
               R"({"booking_id": ")" + id + R"(", "status": "success", "payment_ref": "p", "amount": )" +
                   std::string(amount) + "}");
  };
  for (const char* wrong : {"\"free\"", "\"1.001\"", "-1", "true", "\"\""})
    EXPECT_EQ(callback(wrong).wrong_fields(), std::set<std::string>{"amount"}) << wrong;
  EXPECT_EQ(callback("\"199.00\"").body.at("status"), "CONFIRMED");
  EXPECT_EQ(callback("199").body.at("status"), "CONFIRMED");
  EXPECT_EQ(callback("null").body.at("status"), "CONFIRMED");
  const Answer other = callback("0.01");
  EXPECT_EQ(other.response.status, 200);
  EXPECT_EQ(other.body.at("status"), "FAILED");
  EXPECT_EQ(other.body.at("failure_reason"), "payment_amount_differs");
}

TEST_F(RoutesTest, TellsItsHealth) {
  const Answer fine = ask(Method::get, "/health");
  EXPECT_EQ(fine.response.status, 200);
  EXPECT_EQ(fine.body, json::parse(R"({"status": "ok", "version": "1.2.3", "uptime_s": 7,
                                       "checks": {"database": "ok"}})")
                           .as_object());
  health.known.status = HealthStatus::degraded;
  EXPECT_EQ(ask(Method::get, "/health").response.status, 200);
  EXPECT_EQ(ask(Method::get, "/health/ready").response.status, 200);
  health.known.status = HealthStatus::down;
  EXPECT_EQ(ask(Method::get, "/health").response.status, 503);
  EXPECT_EQ(ask(Method::get, "/health/ready").response.status, 503);
  EXPECT_EQ(ask(Method::get, "/health/live").response.status, 200);
}

TEST_F(RoutesTest, ShowsItsMetrics) {
  const Answer shown = ask(Method::get, "/metrics");
  EXPECT_EQ(shown.response.content_type, http::metrics_type);
  EXPECT_EQ(shown.response.body, "bookings_total 1\n");
}

TEST_F(RoutesTest, Audits) {
  const Answer clean = ask(Method::get, "/admin/audit");
  EXPECT_EQ(clean.response.status, 200);
  EXPECT_EQ(clean.body.at("ok"), true);
  EXPECT_EQ(clean.body.at("flights_checked"), 1);
  ASSERT_TRUE(world.audits.enter());
  const Answer busy = ask(Method::get, "/admin/audit");
  EXPECT_EQ(busy.response.status, 503);
  EXPECT_EQ(busy.body.at("code"), "OVERLOADED");
  EXPECT_NE(busy.header("Retry-After"), "");
}

TEST_F(RoutesTest, ServingARouteNeedsItsPart) {
  api.search_flights = nullptr;
  EXPECT_THROW(check_api(api, groups), std::logic_error);
  EXPECT_NO_THROW(check_api(api, {.admin = true}));
}

}  // namespace
}  // namespace flightdeck::api
