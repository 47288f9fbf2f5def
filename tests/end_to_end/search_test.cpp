// Search: which flights are found, in which order, page by page.
#include <gmock/gmock.h>

#include <algorithm>
#include <limits>
#include <tuple>

#include "support/server_suite.h"

namespace flightdeck::test {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

struct SearchSettings {
  static std::vector<std::string> flags() { return instant_payment("1"); }
};

class SearchTest : public ServerSuite<SearchSettings> {
 protected:
  // A flight of this test's route.
  FlightDraft draft() {
    FlightDraft flight;
    flight.source = route.source;
    flight.destination = route.destination;
    return flight;
  }
  std::vector<std::string> found(const std::string& more = {}) {
    return texts(list(api.search(route, date, more), "flights"), "flight_id");
  }
  // Adds 40 flights with many equal prices, durations and departures.
  json::array add_schedule() {
    json::array flights;
    const char* departures[] = {"06:00:00Z", "09:30:00Z", "12:00:00Z", "18:45:00Z"};
    const char* arrivals[] = {"20:00:00Z", "21:00:00Z", "22:30:00Z"};
    for (int i = 0; i < 40; ++i) {
      FlightDraft flight = draft();
      flight.departure_ts = instant_ahead(30, departures[i % 4]);
      flight.arrival_ts = instant_ahead(30, arrivals[i % 3]);
      if (i % 5 == 0) flight.arrival_ts.reset();
      flight.price = std::to_string(100 + 50 * (i % 3)) + ".00";
      flights.push_back(api.add_flight(flight));
    }
    return flights;
  }

  const Route route = fresh_route();
  const std::string date = date_ahead(30);
};

using Rank = std::tuple<std::int64_t, std::string, std::string>;

Rank rank_of(const json::value& flight, const std::string& sort) {
  std::int64_t first = 0;
  if (sort == "price") first = minor_units(text(flight, "price"));
  if (sort == "fastest") {
    first = is_null(flight, "arrival_ts") ? std::numeric_limits<std::int64_t>::max()
                                          : number(flight, "duration_minutes");
  }
  return {first, text(flight, "departure_ts"), text(flight, "flight_id")};
}

std::vector<std::string> ids_sorted(json::array flights, const std::string& sort) {
  std::sort(flights.begin(), flights.end(),
            [&](const json::value& a, const json::value& b) { return rank_of(a, sort) < rank_of(b, sort); });
  return texts(flights, "flight_id");
}

TEST_F(SearchTest, FindsAFlight) {
  const json::value added = api.add_flight(draft());
  const json::value answer = api.search(route, date);
  EXPECT_EQ(number(answer, "count"), 1);
  EXPECT_TRUE(is_null(answer, "next_cursor"));
  ASSERT_EQ(list(answer, "flights").size(), 1U);
  const json::value& flight = list(answer, "flights")[0];
  for (const auto& [key, value] : added.get_object()) {
    EXPECT_EQ(json::serialize(field(flight, key)), json::serialize(value)) << key;
  }
}

TEST_F(SearchTest, AnUnknownRouteIsAnEmptyList) {
  const json::value answer = api.search(fresh_route(), date);
  EXPECT_TRUE(list(answer, "flights").empty());
  EXPECT_EQ(number(answer, "count"), 0);
  EXPECT_TRUE(is_null(answer, "next_cursor"));
}

TEST_F(SearchTest, FindsOnlyTheRouteAndTheDay) {
  const std::string here = text(api.add_flight(draft()), "flight_id");
  FlightDraft next_day = draft();
  next_day.departure_ts = instant_ahead(31);
  next_day.arrival_ts.reset();
  api.add_flight(next_day);
  FlightDraft back = draft();
  std::swap(back.source, back.destination);
  api.add_flight(back);
  EXPECT_THAT(found(), ElementsAre(here));
}

TEST_F(SearchTest, TheDayIsTheLocalDayOfDeparture) {
  FlightDraft late = draft();
  late.departure_ts = instant_ahead(30, "23:30:00-05:00");
  late.arrival_ts.reset();
  FlightDraft early = draft();
  early.departure_ts = instant_ahead(30, "00:15:00+09:00");
  early.arrival_ts.reset();
  const std::string late_id = text(api.add_flight(late), "flight_id");
  const std::string early_id = text(api.add_flight(early), "flight_id");
  EXPECT_THAT(found("&sort=departure"), ElementsAre(early_id, late_id));
  EXPECT_TRUE(list(api.search(route, date_ahead(29)), "flights").empty());
  EXPECT_TRUE(list(api.search(route, date_ahead(31)), "flights").empty());
}

TEST_F(SearchTest, PlacesAreComparedInAnyCaseAndTrimmed) {
  FlightDraft flight;
  flight.source = "qzx";
  flight.destination = "Santa Maria Field";
  const std::string id = text(api.add_flight(flight), "flight_id");
  const std::vector<Route> same = {
      {"QZX", "Santa Maria Field"}, {"qzx", "SANTA MARIA FIELD"}, {" QzX ", " santa maria field "}};
  for (const Route& written : same) {
    EXPECT_THAT(texts(list(api.search(written, date), "flights"), "flight_id"), ElementsAre(id))
        << written.source << " " << written.destination;
  }
}

TEST_F(SearchTest, SortsInThreeOrdersWithTiesByDepartureThenId) {
  const json::array flights = add_schedule();
  for (const std::string sort : {"price", "fastest", "departure"}) {
    EXPECT_EQ(found("&limit=100&sort=" + sort), ids_sorted(flights, sort)) << sort;
  }
}

TEST_F(SearchTest, SortsByPriceUnlessTold) {
  const json::array flights = add_schedule();
  EXPECT_EQ(found("&limit=100"), ids_sorted(flights, "price"));
}

TEST_F(SearchTest, FlightsWithoutArrivalAreTheSlowest) {
  FlightDraft unknown = draft();
  unknown.departure_ts = instant_ahead(30, "01:00:00Z");
  unknown.arrival_ts.reset();
  FlightDraft long_one = draft();
  long_one.departure_ts = instant_ahead(30, "02:00:00Z");
  long_one.arrival_ts = instant_ahead(35, "02:00:00Z");
  const std::string unknown_id = text(api.add_flight(unknown), "flight_id");
  const std::string long_id = text(api.add_flight(long_one), "flight_id");
  EXPECT_THAT(found("&sort=fastest"), ElementsAre(long_id, unknown_id));
}

TEST_F(SearchTest, PricesAreSortedAsNumbers) {
  std::vector<std::string> ids;
  for (const char* price : {"9.99", "10.00", "99.50", "100.00", "1000.00"}) {
    FlightDraft flight = draft();
    flight.price = price;
    ids.push_back(text(api.add_flight(flight), "flight_id"));
  }
  EXPECT_EQ(found(), ids);
}

TEST_F(SearchTest, TheCursorWalksAllPagesWithoutGapOrRepeat) {
  const json::array flights = add_schedule();
  for (const std::string sort : {"price", "fastest", "departure"}) {
    for (const std::size_t limit : {std::size_t{1}, std::size_t{7}, std::size_t{20}, std::size_t{40}}) {
      const json::array walked =
          all_pages(http, search_target(route, date, "&sort=" + sort), "flights", limit);
      EXPECT_EQ(texts(walked, "flight_id"), ids_sorted(flights, sort)) << sort << " by " << limit;
    }
  }
}

TEST_F(SearchTest, APageIsTwentyFlightsUnlessToldAndCountsThem) {
  add_schedule();
  const json::value page = api.search(route, date);
  EXPECT_EQ(list(page, "flights").size(), 20U);
  EXPECT_EQ(number(page, "count"), 20);
  EXPECT_FALSE(is_null(page, "next_cursor"));
}

TEST_F(SearchTest, TheCursorGoesOnWhereItWasThoughFlightsWereAdded) {
  const json::array flights = add_schedule();
  const json::value first = api.search(route, date, "&limit=10");
  FlightDraft cheapest = draft();
  cheapest.price = "1.00";
  api.add_flight(cheapest);
  const json::value second =
      api.search(route, date, "&limit=100&cursor=" + percent_encoded(text(first, "next_cursor")));
  std::vector<std::string> walked = texts(list(first, "flights"), "flight_id");
  const std::vector<std::string> rest = texts(list(second, "flights"), "flight_id");
  walked.insert(walked.end(), rest.begin(), rest.end());
  EXPECT_EQ(walked, ids_sorted(flights, "price"));
}

TEST_F(SearchTest, ACursorIsOfItsListAlone) {
  for (int i = 0; i < 3; ++i) api.add_flight(draft());
  const Route back{route.destination, route.source};
  for (const std::string sort : {"price", "fastest", "departure"}) {
    const std::string more = "&limit=1&sort=" + sort;
    const json::value first = api.search(route, date, more);
    const std::string cursor = text(first, "next_cursor");
    const std::string go_on = "&cursor=" + cursor;
    const std::string target = search_target(route, date, more);
    EXPECT_EQ(http.get(target + go_on).status, 200);
    EXPECT_EQ(http.get(search_target(route, date, "&limit=2&seats=1&sort=" + sort + go_on)).status, 200)
        << "pages may differ in size";
    for (const std::string& other :
         {search_target(back, date, more), search_target(route, date_ahead(31), more), target + "&seats=2",
          target + "&seats=0", search_target(route, date, sort == "price" ? "&sort=fastest" : "&sort=price"),
          search_target(fresh_route(), date, more)}) {
      SCOPED_TRACE(other);
      expect_wrong_fields(http.get(other + go_on), {"cursor"});
    }
    // Cut, longer, and with any character changed.
    for (std::size_t at = 0; at < cursor.size(); ++at) {
      std::string made_up = cursor;
      made_up[at] = made_up[at] == 'a' ? 'b' : 'a';
      expect_wrong_fields(http.get(target + "&cursor=" + made_up), {"cursor"});
      expect_wrong_fields(http.get(target + "&cursor=" + cursor.substr(0, at)), {"cursor"});
    }
    expect_wrong_fields(http.get(target + go_on + "0"), {"cursor"});
    expect_wrong_fields(http.get("/bookings?user_id=" + fresh_uuid() + go_on), {"cursor"});
    expect_wrong_fields(http.get("/admin/flights?source=" + percent_encoded(route.source) + go_on),
                        {"cursor"});
    expect_wrong_fields(http.get(search_target(route, date, "&limit=0" + go_on)), {"limit"});
  }
  // Written in another way, it is the same list.
  const std::string cursor = text(api.search(route, date, "&limit=1"), "next_cursor");
  std::string loud = route.source;
  std::transform(loud.begin(), loud.end(), loud.begin(), [](unsigned char c) { return std::toupper(c); });
  EXPECT_EQ(
      http.get(search_target({" " + loud, route.destination}, date, "&sort=price&cursor=" + cursor)).status,
      200);
}

TEST_F(SearchTest, ShowsOnlyFlightsWithSeatsEnough) {
  FlightDraft small = draft();
  small.total_seats = 3;
  small.price = "1.00";
  const std::string small_id = text(api.add_flight(small), "flight_id");
  const std::string large_id = text(api.add_flight(draft()), "flight_id");
  EXPECT_THAT(found("&seats=3"), ElementsAre(small_id, large_id));
  EXPECT_THAT(found("&seats=4"), ElementsAre(large_id));
  EXPECT_THAT(found("&seats=180"), ElementsAre(large_id));
  EXPECT_THAT(found("&seats=181"), ElementsAre());
}

TEST_F(SearchTest, SoldOutFlightsShowOnlyWhenAskedFor) {
  FlightDraft small = draft();
  small.total_seats = 2;
  const std::string id = text(api.add_flight(small), "flight_id");
  ASSERT_EQ(text(api.book_to_the_end(id, 2), "status"), "CONFIRMED");
  EXPECT_TRUE(eventually([&] { return found().empty(); }));
  const json::value all = api.search(route, date, "&seats=0");
  ASSERT_EQ(list(all, "flights").size(), 1U);
  EXPECT_EQ(number(list(all, "flights")[0], "available_seats"), 0);
}

TEST_F(SearchTest, ACancelledBookingMakesAFlightShowAgain) {
  FlightDraft small = draft();
  small.total_seats = 1;
  const std::string id = text(api.add_flight(small), "flight_id");
  const json::value booking = api.book_to_the_end(id);
  ASSERT_TRUE(eventually([&] { return found().empty(); }));
  api.cancel(text(booking, "booking_id"));
  EXPECT_TRUE(eventually([&] { return found() == std::vector<std::string>{id}; }));
}

TEST_F(SearchTest, DepartedFlightsAreNotFound) {
  FlightDraft departed = draft();
  departed.departure_ts = instant_ahead(-1, "12:00:00Z");
  departed.arrival_ts = instant_ahead(-1, "14:00:00Z");
  api.add_flight(departed);
  EXPECT_TRUE(list(api.search(route, date_ahead(-1)), "flights").empty());
  EXPECT_TRUE(list(api.search(route, date_ahead(-1), "&seats=0"), "flights").empty());
}

TEST_F(SearchTest, AFlightThatDepartsMeanwhileIsNoLongerFound) {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto departure = now + std::chrono::seconds(4);
  const std::time_t seconds = std::chrono::system_clock::to_time_t(departure);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 32> written{};
  std::strftime(written.data(), written.size(), "%Y-%m-%dT%H:%M:%SZ", &utc);
  FlightDraft flight = draft();
  flight.departure_ts = written.data();
  flight.arrival_ts.reset();
  const std::string id = text(api.add_flight(flight), "flight_id");
  const std::string day = flight.departure_ts.substr(0, 10);
  EXPECT_TRUE(eventually([&] { return list(api.search(route, day), "flights").empty(); }));
  // It was not hidden before its time.
  EXPECT_GE(std::chrono::system_clock::now(), departure);
  expect_problem(api.try_book(id), 409, "FLIGHT_CLOSED");
}

TEST_F(SearchTest, NamesAllMissingParameters) {
  expect_wrong_fields(http.get("/search"), {"source", "destination", "date"});
  expect_wrong_fields(http.get("/search?source=JFK&date=" + date), {"destination"});
  expect_wrong_fields(http.get("/search?source=&destination=%20&date="), {"source", "destination", "date"});
}

TEST_F(SearchTest, NamesAllMalformedParameters) {
  expect_wrong_fields(
      http.get("/search?source=a:b&date=2030-13-01&sort=cheapest&limit=0&seats=-1&cursor=!!!"),
      {"source", "destination", "date", "sort", "limit", "seats", "cursor"});
  const std::string good = search_target(route, date);
  for (const char* limit : {"0", "101", "-1", "ten", "1.5", "", "99999999999999999999"}) {
    SCOPED_TRACE(limit);
    expect_wrong_fields(http.get(good + "&limit=" + limit), {"limit"});
  }
  for (const char* seats : {"-1", "two", "1.5", "99999999999999999999"}) {
    SCOPED_TRACE(seats);
    expect_wrong_fields(http.get(good + "&seats=" + seats), {"seats"});
  }
  for (const char* wrong_date : {"2030-02-30", "30-01-01", "2030-1-1", "today", "2030-01-01T00:00:00Z"}) {
    SCOPED_TRACE(wrong_date);
    expect_wrong_fields(http.get(search_target(route, wrong_date)), {"date"});
  }
  for (const char* cursor : {"!!!", "AAAA", "eyJ9", "%00"}) {
    SCOPED_TRACE(cursor);
    expect_wrong_fields(http.get(good + "&cursor=" + cursor), {"cursor"});
  }
  EXPECT_EQ(http.get(good + "&limit=1").status, 200);
  EXPECT_EQ(http.get(good + "&limit=100").status, 200);
}

TEST_F(SearchTest, SourceAndDestinationMayBeTheSameWithoutResult) {
  const Reply reply = http.get("/search?source=JFK&destination=JFK&date=" + date);
  EXPECT_TRUE(reply.status == 200 || reply.status == 422) << reply.status;
  EXPECT_TRUE(reply.status == 422 || list(reply.json(), "flights").empty());
}

TEST_F(SearchTest, PlacesAreMadeOfWhatIsSeen) {
  FlightDraft wanted;
  wanted.source = "\u00A0qzy\u2003";
  wanted.destination = "\u3000San\u00A0Juan\u202F";
  const json::value flight = api.add_flight(wanted);
  EXPECT_EQ(text(flight, "source"), "QZY");
  EXPECT_EQ(text(flight, "destination"), "San\u00A0Juan");
  EXPECT_TRUE(eventually([&] {
    return list(api.search({"\u00A0QZY", "san\u00A0juan\u2009"}, date_ahead(30)), "flights").size() == 1;
  }));
  for (const char* place :
       {"\u200B",   "\u00A0",   "\u2003\u3000", "\u2028",   "\uFEFF",   "\u00AD",      "\u3164",   "\u2800",
        "a\u200Bb", "a\u200C",  "\u200Da",      "\uFEFFa",  "a\u202Eb", "a\u2066b",    "a\u00ADb", "a\u0085b",
        "a\u2028b", "a\u2029b", "a\u2060b",     "a\uFFFEb", "a\uFDD0b", "a\U000E0041b"}) {
    wanted.source = place;
    expect_wrong_fields(http.post("/admin/flights", wanted.json()), {"source"});
    expect_wrong_fields(http.get(search_target({place, "LHR"}, date_ahead(30))), {"source"});
    expect_wrong_fields(http.get("/admin/flights?source=" + percent_encoded(place)), {"source"});
  }
  wanted.source = "QZY";
  wanted.flight_number = "FD\u200B1";
  expect_wrong_fields(http.post("/admin/flights", wanted.json()), {"flight_number"});
}

}  // namespace
}  // namespace flightdeck::test
