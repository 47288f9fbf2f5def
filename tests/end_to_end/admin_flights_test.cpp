// Admins add, read, list and replace flights. (Taking them off sale: flight_removal_test.cpp.)
#include <gmock/gmock.h>

#include <algorithm>

#include "support/server_suite.h"

namespace flightdeck::test {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::UnorderedElementsAreArray;

struct AdminSettings {
  static std::vector<std::string> flags() { return instant_payment("1"); }
};
using AdminFlightsTest = ServerSuite<AdminSettings>;

std::string path_of(const json::value& flight) { return "/admin/flights/" + text(flight, "flight_id"); }

TEST_F(AdminFlightsTest, AddsAFlight) {
  FlightDraft draft;
  draft.source = "JFK";
  draft.destination = "LHR";
  draft.departure_ts = instant_ahead(30, "23:30:00Z");
  draft.arrival_ts = instant_ahead(31, "06:30:00Z");
  const Reply reply = http.post("/admin/flights", draft.json());
  ASSERT_EQ(reply.status, 201) << reply.body;
  const json::value flight = reply.json();
  EXPECT_TRUE(looks_like_uuid(text(flight, "flight_id")));
  EXPECT_EQ(reply.header("Location"), path_of(flight));
  EXPECT_EQ(reply.header("ETag"), "\"1\"");
  EXPECT_EQ(text(flight, "flight_number"), *draft.flight_number);
  EXPECT_EQ(text(flight, "source"), "JFK");
  EXPECT_EQ(text(flight, "destination"), "LHR");
  EXPECT_EQ(text(flight, "date"), date_ahead(30));
  EXPECT_EQ(text(flight, "departure_ts"), instant_ahead(30, "23:30:00Z"));
  EXPECT_EQ(text(flight, "arrival_ts"), instant_ahead(31, "06:30:00Z"));
  EXPECT_EQ(number(flight, "duration_minutes"), 420);
  EXPECT_EQ(number(flight, "total_seats"), 180);
  EXPECT_EQ(number(flight, "available_seats"), 180);
  EXPECT_EQ(text(flight, "price"), "199.00");
  EXPECT_EQ(text(flight, "status"), "SCHEDULED");
  EXPECT_EQ(number(flight, "version"), 1);
  EXPECT_THAT(text(flight, "created_at"), EndsWith("Z"));
  EXPECT_THAT(text(flight, "updated_at"), EndsWith("Z"));
}

TEST_F(AdminFlightsTest, ReadsAFlightWithItsSeats) {
  const json::value added = api.add_flight();
  const Reply reply = http.get(path_of(added));
  ASSERT_EQ(reply.status, 200);
  EXPECT_EQ(reply.header("ETag"), "\"1\"");
  const json::value flight = reply.json();
  for (const auto& [key, value] : added.get_object()) {
    EXPECT_EQ(json::serialize(field(flight, key)), json::serialize(value)) << key;
  }
  const json::value& seats = field(flight, "seats");
  EXPECT_EQ(number(seats, "total"), 180);
  EXPECT_EQ(number(seats, "available"), 180);
  EXPECT_EQ(number(seats, "pending"), 0);
  EXPECT_EQ(number(seats, "confirmed"), 0);
  api.wait_for_gate(text(added, "flight_id"), 180);
}

TEST_F(AdminFlightsTest, AnUnknownFlightIsNotFound) {
  const std::string path = "/admin/flights/" + fresh_uuid();
  expect_problem(http.get(path), 404, "NOT_FOUND");
  expect_problem(http.request("PUT", path, json::serialize(FlightDraft().json())), 404, "NOT_FOUND");
  expect_problem(http.request("DELETE", path), 404, "NOT_FOUND");
}

TEST_F(AdminFlightsTest, StoresWhatItWasSent) {
  const json::value flight = api.add_flight();
  const auto rows = probe.rows(
      "SELECT departure_date, total_seats, available_seats, " + probe.money("price") +
      ", status, version, (" + probe.unix_ms("arrival_ts") + " - " + probe.unix_ms("departure_ts") +
      ") / 60000 FROM flights WHERE id = " + probe.id_literal(text(flight, "flight_id")));
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_THAT(rows[0], ElementsAre(date_ahead(30), "180", "180", "19900", "SCHEDULED", "1", "210"));
}

TEST_F(AdminFlightsTest, FlightNumberAndArrivalMayBeLeftOutOrNull) {
  FlightDraft draft;
  draft.flight_number.reset();
  draft.arrival_ts.reset();
  json::object with_nulls = draft.json();
  with_nulls["flight_number"] = nullptr;
  with_nulls["arrival_ts"] = nullptr;
  for (const json::object& body : {draft.json(), with_nulls}) {
    const Reply reply = http.post("/admin/flights", body);
    ASSERT_EQ(reply.status, 201) << reply.body;
    const json::value flight = reply.json();
    EXPECT_TRUE(is_null(flight, "flight_number"));
    EXPECT_TRUE(is_null(flight, "arrival_ts"));
    EXPECT_TRUE(is_null(flight, "duration_minutes"));
  }
}

TEST_F(AdminFlightsTest, TimesWithAnOffsetBecomeUtcAndTheDateStaysLocal) {
  FlightDraft draft;
  draft.departure_ts = instant_ahead(30, "23:30:00-05:00");
  draft.arrival_ts = instant_ahead(31, "12:00:00+01:00");
  const json::value late = api.add_flight(draft);
  EXPECT_EQ(text(late, "departure_ts"), instant_ahead(31, "04:30:00Z"));
  EXPECT_EQ(text(late, "arrival_ts"), instant_ahead(31, "11:00:00Z"));
  EXPECT_EQ(text(late, "date"), date_ahead(30));
  EXPECT_EQ(number(late, "duration_minutes"), 390);

  FlightDraft early_draft;
  early_draft.departure_ts = instant_ahead(30, "00:30:00+05:30");
  const json::value early = api.add_flight(early_draft);
  EXPECT_EQ(text(early, "departure_ts"), instant_ahead(29, "19:00:00Z"));
  EXPECT_EQ(text(early, "date"), date_ahead(30));
}

TEST_F(AdminFlightsTest, PlacesAreTrimmedAndAirportCodesMadeUpperCase) {
  FlightDraft draft;
  draft.source = "  jfk ";
  draft.destination = "  San Juan Airport  ";
  const json::value flight = api.add_flight(draft);
  EXPECT_EQ(text(flight, "source"), "JFK");
  EXPECT_EQ(text(flight, "destination"), "San Juan Airport");
  FlightDraft other;
  other.source = "ab1";
  other.destination = std::string(64, 'q');
  const json::value kept = api.add_flight(other);
  EXPECT_EQ(text(kept, "source"), "ab1");
  EXPECT_EQ(text(kept, "destination"), std::string(64, 'q'));
}

TEST_F(AdminFlightsTest, PriceMayBeANumber) {
  const std::vector<std::pair<json::value, std::string>> prices = {
      {199, "199.00"},   {199.5, "199.50"},         {0.07, "0.07"}, {123456.78, "123456.78"}, {"42", "42.00"},
      {"42.5", "42.50"}, {"999999.99", "999999.99"}};
  for (const auto& [sent, stored] : prices) {
    json::object body = FlightDraft().json();
    body["price"] = sent;
    const Reply reply = http.post("/admin/flights", body);
    ASSERT_EQ(reply.status, 201) << reply.body;
    EXPECT_EQ(text(reply.json(), "price"), stored);
  }
}

TEST_F(AdminFlightsTest, WholeNumbersMayBeWrittenInAnyForm) {
  const std::vector<std::pair<std::string, std::int64_t>> forms = {
      {"10.0", 10}, {"1e1", 10}, {"1.0E+1", 10}, {"100e-1", 10}, {"0.01e3", 10}, {"180.000", 180}};
  for (const auto& [written, seats] : forms) {
    json::object body = FlightDraft().json();
    body["total_seats"] = "SEATS";
    std::string text_body = json::serialize(body);
    text_body.replace(text_body.find("\"SEATS\""), 7, written);
    const Reply reply = http.request("POST", "/admin/flights", text_body);
    ASSERT_EQ(reply.status, 201) << written << reply.body;
    EXPECT_EQ(number(reply.json(), "total_seats"), seats) << written;
  }
  const std::string booking =
      R"({"user_id": ")" + fresh_uuid() + R"(", "flight_id": ")" + api.add_flight_id(5) + R"(", "seats": )";
  EXPECT_EQ(http.request("POST", "/booking", booking + "2.0}").status, 202);
  EXPECT_EQ(http.request("POST", "/booking", booking + "1e0}").status, 202);
  for (const char* wrong : {"1.5", "0.0", "1e1", "1e-1", "1e400", "\"1.0\"", "0.99999999999999999999"}) {
    expect_wrong_fields(http.request("POST", "/booking", booking + wrong + "}"), {"seats"});
  }
}

TEST_F(AdminFlightsTest, ALeapSecondIsTheSecondAfterIt) {
  FlightDraft draft;
  draft.arrival_ts.reset();
  draft.departure_ts = instant_ahead(30, "23:59:60Z");
  const json::value flight = api.add_flight(draft);
  EXPECT_EQ(text(flight, "departure_ts"), instant_ahead(31, "00:00:00Z"));
  EXPECT_EQ(text(flight, "date"), date_ahead(30));
  draft.flight_number.reset();
  draft.departure_ts = instant_ahead(30, "15:59:60-08:00");
  EXPECT_EQ(text(api.add_flight(draft), "departure_ts"), instant_ahead(31, "00:00:00Z"));
  for (const char* never : {"22:59:60Z", "23:58:60Z", "23:59:61Z", "23:59:60+01:00", "15:59:60+08:00"}) {
    draft.departure_ts = instant_ahead(30, never);
    expect_wrong_fields(http.post("/admin/flights", draft.json()), {"departure_ts"});
  }
}

struct WrongField {
  std::string name;
  json::value value;
};

TEST_F(AdminFlightsTest, NamesAWrongField) {
  const std::vector<WrongField> cases = {
      {"price", "-1.00"},
      {"price", -1},
      {"price", "1.999"},
      {"price", 1.999},
      {"price", "cheap"},
      {"price", ""},
      {"price", "1e3"},
      {"price", "100000000.00"},
      {"price", true},
      {"price", nullptr},
      {"total_seats", 0},
      {"total_seats", -5},
      {"total_seats", 1001},
      {"total_seats", 1.5},
      {"total_seats", "180"},
      {"total_seats", nullptr},
      {"total_seats", 1e30},
      {"source", ""},
      {"source", "   "},
      {"source", json::string(65, 'q')},
      {"source", "New:York"},
      {"source", "New\nYork"},
      {"source", json::string("New\0York", 8)},
      {"source", 5},
      {"source", nullptr},
      {"destination", "a:b"},
      {"destination", "\x7f"},
      {"departure_ts", "2030-01-01T10:00:00"},
      {"departure_ts", "2030-13-01T10:00:00Z"},
      {"departure_ts", "2030-02-30T10:00:00Z"},
      {"departure_ts", "tomorrow"},
      {"departure_ts", 1900000000},
      {"departure_ts", nullptr},
      {"arrival_ts", "later"},
      {"arrival_ts", 5},
      {"flight_number", 101},
  };
  for (const WrongField& wrong : cases) {
    SCOPED_TRACE(wrong.name + " = " + json::serialize(wrong.value));
    json::object body = FlightDraft().json();
    if (wrong.name == "departure_ts") body.erase("arrival_ts");
    body[wrong.name] = wrong.value;
    expect_wrong_fields(http.post("/admin/flights", body), {wrong.name});
  }
}

TEST_F(AdminFlightsTest, NamesAllWrongFieldsAtOnce) {
  expect_wrong_fields(http.post("/admin/flights", json::object()),
                      {"source", "destination", "departure_ts", "total_seats", "price"});
  const json::object all_wrong{{"flight_number", 1},  {"source", ""},      {"destination", ":"},
                               {"departure_ts", "x"}, {"arrival_ts", "y"}, {"total_seats", -1},
                               {"price", "z"},        {"colour", "red"}};
  expect_wrong_fields(http.post("/admin/flights", all_wrong),
                      {"flight_number", "source", "destination", "departure_ts", "arrival_ts", "total_seats",
                       "price", "colour"});
}

TEST_F(AdminFlightsTest, ArrivalIsAfterDeparture) {
  FlightDraft draft;
  for (const char* arrival : {"12:00:00Z", "11:59:59Z", "12:30:00+01:00"}) {
    draft.arrival_ts = instant_ahead(30, arrival);
    expect_wrong_fields(http.post("/admin/flights", draft.json()), {"arrival_ts"});
  }
}

TEST_F(AdminFlightsTest, AFlightGoesSomewhereElse) {
  FlightDraft draft;
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"JFK", "JFK"}, {"jfk", "JFK"}, {" JFK", "jfk "}, {"San Juan", "SAN JUAN"}};
  for (const auto& [source, destination] : cases) {
    draft.source = source;
    draft.destination = destination;
    expect_problem(http.post("/admin/flights", draft.json()), 422, "VALIDATION_FAILED");
  }
}

TEST_F(AdminFlightsTest, TheSameNumberAndDepartureIsADuplicate) {
  const FlightDraft draft;
  api.add_flight(draft);
  expect_problem(http.post("/admin/flights", draft.json()), 409, "DUPLICATE_FLIGHT");
  FlightDraft same_instant = draft;
  same_instant.departure_ts = instant_ahead(30, "07:00:00-05:00");
  same_instant.source = "Elsewhere";
  expect_problem(http.post("/admin/flights", same_instant.json()), 409, "DUPLICATE_FLIGHT");
  FlightDraft next_day = draft;
  next_day.departure_ts = instant_ahead(31, "12:00:00Z");
  next_day.arrival_ts.reset();
  api.add_flight(next_day);
  FlightDraft nameless = draft;
  nameless.flight_number.reset();
  api.add_flight(nameless);
  api.add_flight(nameless);
}

TEST_F(AdminFlightsTest, ReplacesTheEditableFields) {
  const FlightDraft draft;
  const json::value added = api.add_flight(draft);
  FlightDraft changed;
  changed.departure_ts = instant_ahead(40, "08:00:00+02:00");
  changed.arrival_ts.reset();
  changed.total_seats = 200;
  changed.price = "250.50";
  const Reply reply = http.request("PUT", path_of(added), json::serialize(changed.json()));
  ASSERT_EQ(reply.status, 200) << reply.body;
  const json::value flight = reply.json();
  EXPECT_EQ(text(flight, "flight_id"), text(added, "flight_id"));
  EXPECT_EQ(text(flight, "flight_number"), *changed.flight_number);
  EXPECT_EQ(text(flight, "source"), changed.source);
  EXPECT_EQ(text(flight, "departure_ts"), instant_ahead(40, "06:00:00Z"));
  EXPECT_EQ(text(flight, "date"), date_ahead(40));
  EXPECT_TRUE(is_null(flight, "arrival_ts"));
  EXPECT_EQ(number(flight, "total_seats"), 200);
  EXPECT_EQ(number(flight, "available_seats"), 200);
  EXPECT_EQ(text(flight, "price"), "250.50");
  EXPECT_EQ(number(flight, "version"), 2);
  EXPECT_EQ(text(flight, "created_at"), text(added, "created_at"));
  EXPECT_EQ(http.get(path_of(added)).header("ETag"), "\"2\"");
  EXPECT_TRUE(eventually([&] {
    const json::value before = api.search({draft.source, draft.destination}, date_ahead(30));
    const json::value now = api.search({changed.source, changed.destination}, date_ahead(40));
    return list(before, "flights").empty() && list(now, "flights").size() == 1;
  }));
}

TEST_F(AdminFlightsTest, ReplacingValidatesAsAddingDoes) {
  const json::value added = api.add_flight();
  const std::string path = path_of(added);
  expect_wrong_fields(http.request("PUT", path, "{}"),
                      {"source", "destination", "departure_ts", "total_seats", "price"});
  FlightDraft bad;
  bad.total_seats = 0;
  expect_wrong_fields(http.request("PUT", path, json::serialize(bad.json())), {"total_seats"});
  json::object unknown = FlightDraft().json();
  unknown["available_seats"] = 7;
  expect_wrong_fields(http.request("PUT", path, json::serialize(unknown)), {"available_seats"});
  EXPECT_EQ(number(api.admin_flight(text(added, "flight_id")), "version"), 1);
}

TEST_F(AdminFlightsTest, ReplacingCannotTakeAnothersPlace) {
  const FlightDraft first;
  api.add_flight(first);
  const json::value second = api.add_flight();
  expect_problem(http.request("PUT", path_of(second), json::serialize(first.json())), 409,
                 "DUPLICATE_FLIGHT");
}

TEST_F(AdminFlightsTest, NewTotalSeatsMoveTheAvailableOnes) {
  FlightDraft draft;
  draft.total_seats = 10;
  const json::value flight = api.add_flight(draft);
  const std::string flight_id = text(flight, "flight_id");
  EXPECT_EQ(text(api.book_to_the_end(flight_id, 4), "status"), "CONFIRMED");

  draft.total_seats = 15;
  const json::value larger = http.request("PUT", path_of(flight), json::serialize(draft.json())).json();
  EXPECT_EQ(number(larger, "available_seats"), 11);
  draft.total_seats = 4;
  const json::value full = http.request("PUT", path_of(flight), json::serialize(draft.json())).json();
  EXPECT_EQ(number(full, "available_seats"), 0);
  draft.total_seats = 3;
  expect_problem(http.request("PUT", path_of(flight), json::serialize(draft.json())), 409,
                 "CAPACITY_BELOW_SOLD");

  const json::value seats = api.seat_counts(flight_id);
  EXPECT_EQ(number(seats, "total"), 4);
  EXPECT_EQ(number(seats, "available"), 0);
  EXPECT_EQ(number(seats, "confirmed"), 4);
  expect_problem(api.try_book(flight_id), 400, "OUT_OF_STOCK");
}

TEST_F(AdminFlightsTest, ANewPriceIsForNewBookingsOnly) {
  FlightDraft draft;
  const json::value flight = api.add_flight(draft);
  const json::value before = api.book_to_the_end(text(flight, "flight_id"), 2);
  draft.price = "10.05";
  ASSERT_EQ(http.request("PUT", path_of(flight), json::serialize(draft.json())).status, 200);
  EXPECT_EQ(text(api.book_to_the_end(text(flight, "flight_id"), 3), "amount"), "30.15");
  EXPECT_EQ(text(api.booking(text(before, "booking_id")), "amount"), "398.00");
}

TEST_F(AdminFlightsTest, IfMatchGuardsAgainstLostUpdates) {
  FlightDraft draft;
  const std::string path = path_of(api.add_flight(draft));
  const std::string body = json::serialize(draft.json());
  const Reply first = http.request("PUT", path, body, {{"If-Match", "\"1\""}});
  ASSERT_EQ(first.status, 200) << first.body;
  EXPECT_EQ(number(first.json(), "version"), 2);
  expect_problem(http.request("PUT", path, body, {{"If-Match", "\"1\""}}), 412, "VERSION_CONFLICT");
  expect_problem(http.request("PUT", path, body, {{"If-Match", "\"99\""}}), 412, "VERSION_CONFLICT");
  const std::string current = http.get(path).header("ETag").value_or("");
  EXPECT_EQ(http.request("PUT", path, body, {{"If-Match", current}}).status, 200);
  EXPECT_EQ(http.request("PUT", path, body, {{"If-Match", "*"}}).status, 200);
}

TEST_F(AdminFlightsTest, ABookingChangesTheVersion) {
  const json::value flight = api.add_flight();
  api.book_to_the_end(text(flight, "flight_id"));
  const Reply now = http.get(path_of(flight));
  EXPECT_NE(now.header("ETag"), "\"1\"");
  EXPECT_EQ(now.header("ETag"), "\"" + std::to_string(number(now.json(), "version")) + "\"");
}

TEST_F(AdminFlightsTest, ListsAllFlightsPageByPage) {
  FlightDraft draft;
  std::vector<std::string> added;
  for (int i = 0; i < 12; ++i) {
    draft.flight_number = "LIST" + std::to_string(i);
    added.push_back(text(api.add_flight(draft), "flight_id"));
  }
  const std::string filter = "/admin/flights?source=" + percent_encoded(draft.source) +
                             "&destination=" + percent_encoded(draft.destination) + "&date=" + date_ahead(30);
  EXPECT_THAT(texts(all_pages(http, filter, "flights", 5), "flight_id"), UnorderedElementsAreArray(added));
  EXPECT_THAT(texts(all_pages(http, filter, "flights", 12), "flight_id"), UnorderedElementsAreArray(added));

  const std::vector<std::string> everything =
      texts(all_pages(http, "/admin/flights?date=" + date_ahead(30), "flights", 7), "flight_id");
  const std::set<std::string> distinct(everything.begin(), everything.end());
  EXPECT_EQ(distinct.size(), everything.size());
  for (const std::string& id : added) EXPECT_TRUE(distinct.contains(id));
}

TEST_F(AdminFlightsTest, FiltersTheList) {
  FlightDraft draft;
  const std::string here = text(api.add_flight(draft), "flight_id");
  FlightDraft next_day = draft;
  next_day.departure_ts = instant_ahead(31, "12:00:00Z");
  next_day.arrival_ts.reset();
  const std::string later = text(api.add_flight(next_day), "flight_id");
  FlightDraft back;
  back.source = draft.destination;
  back.destination = draft.source;
  const std::string returning = text(api.add_flight(back), "flight_id");

  const auto listed = [&](const std::string& query) {
    return texts(all_pages(http, "/admin/flights?" + query, "flights", 100), "flight_id");
  };
  const std::string source = percent_encoded(draft.source);
  std::string shouted = draft.source;
  std::transform(shouted.begin(), shouted.end(), shouted.begin(),
                 [](unsigned char c) { return std::toupper(c); });
  EXPECT_THAT(listed("source=" + source), testing::UnorderedElementsAre(here, later));
  EXPECT_THAT(listed("source=" + percent_encoded(shouted)), testing::UnorderedElementsAre(here, later));
  EXPECT_THAT(listed("source=" + source + "&date=" + date_ahead(31)), ElementsAre(later));
  EXPECT_THAT(listed("destination=" + source), ElementsAre(returning));
  EXPECT_THAT(listed("source=" + source + "&destination=" + source), ElementsAre());
}

TEST_F(AdminFlightsTest, TheListShowsLiveSeatCounts) {
  FlightDraft draft;
  draft.total_seats = 9;
  const std::string flight_id = text(api.add_flight(draft), "flight_id");
  api.book_to_the_end(flight_id, 4);
  const std::string target = "/admin/flights?source=" + percent_encoded(draft.source);
  EXPECT_TRUE(eventually([&] {
    const json::value page = http.get(target).json();
    return list(page, "flights").size() == 1 && number(list(page, "flights")[0], "available_seats") == 5;
  })) << http.get(target).body;
}

TEST_F(AdminFlightsTest, ACursorIsOfItsListAlone) {
  FlightDraft draft;
  draft.flight_number.reset();
  for (int i = 0; i < 3; ++i) api.add_flight(draft);
  const std::string source = "source=" + percent_encoded(draft.source);
  const std::string route = source + "&destination=" + percent_encoded(draft.destination);
  const std::string list_target = "/admin/flights?" + route + "&date=" + date_ahead(30) + "&limit=1";
  const std::string cursor = "&cursor=" + text(http.get(list_target).json(), "next_cursor");
  EXPECT_EQ(http.get(list_target + cursor).status, 200);
  EXPECT_EQ(http.get("/admin/flights?" + route + "&date=" + date_ahead(30) + "&limit=2" + cursor).status, 200)
      << "pages may differ in size";
  const std::string search =
      search_target({draft.source, draft.destination}, date_ahead(30), "&sort=departure");
  for (const std::string& other :
       {std::string("/admin/flights?limit=1"), "/admin/flights?" + source,
        "/admin/flights?" + route + "&date=" + date_ahead(31), "/admin/flights?" + route, search}) {
    SCOPED_TRACE(other);
    expect_wrong_fields(http.get(other + cursor), {"cursor"});
  }
}

TEST_F(AdminFlightsTest, TheListNamesWrongParameters) {
  expect_wrong_fields(http.get("/admin/flights?date=2030-02-30&limit=0&cursor=!!!"),
                      {"date", "limit", "cursor"});
  for (const char* limit : {"0", "101", "-1", "ten", "1.5", "99999999999999999999"}) {
    expect_wrong_fields(http.get(std::string("/admin/flights?limit=") + limit), {"limit"});
  }
  EXPECT_EQ(http.get("/admin/flights?limit=1").status, 200);
  EXPECT_EQ(http.get("/admin/flights?limit=100").status, 200);
  EXPECT_EQ(http.get("/admin/flights").status, 200);
}

}  // namespace
}  // namespace flightdeck::test
