#include "flights/flight.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flightdeck::flights {
namespace {

using ::testing::ElementsAre;

FlightInput good_input() {
  FlightInput input;
  input.flight_number = "FD101";
  input.source = "jfk";
  input.destination = " LHR ";
  input.departure_ts = "2026-12-01T23:30:00-05:00";
  input.arrival_ts = "2026-12-02T11:30:00Z";
  input.total_seats = 180;
  input.price = "199.5";
  return input;
}

FlightDraft draft_of(const FlightInput& input) { return check_flight(input, FlightRules{}).value(); }

std::vector<std::string> wrong_fields(const FlightInput& input, const FlightRules& rules = {}) {
  const Result<FlightDraft> checked = check_flight(input, rules);
  std::vector<std::string> fields;
  if (checked) return fields;
  EXPECT_EQ(checked.error().code, ErrorCode::validation_failed);
  for (const FieldError& error : checked.error().fields) fields.push_back(error.field);
  return fields;
}

TEST(CheckFlight, StoresTheCheckedForm) {
  const FlightDraft draft = draft_of(good_input());
  EXPECT_EQ(draft.flight_number, "FD101");
  EXPECT_EQ(draft.source, "JFK");
  EXPECT_EQ(draft.destination, "LHR");
  EXPECT_EQ(format_rfc3339(draft.departure), "2026-12-02T04:30:00Z");
  EXPECT_EQ(format_date(draft.date), "2026-12-01") << "the local date, as written";
  EXPECT_EQ(format_rfc3339(*draft.arrival), "2026-12-02T11:30:00Z");
  EXPECT_EQ(draft.total_seats, 180);
  EXPECT_EQ(draft.price, Money{19950});
}

TEST(CheckFlight, NumberAndArrivalMayBeMissing) {
  FlightInput input = good_input();
  input.flight_number = "";
  input.arrival_ts = "";
  const FlightDraft draft = draft_of(input);
  EXPECT_EQ(draft.flight_number, "");
  EXPECT_EQ(draft.arrival, std::nullopt);
}

TEST(CheckFlight, NamesEveryWrongFieldAtOnce) {
  FlightInput input;
  input.flight_number = "12345678901234567";
  input.source = " ";
  input.destination = "a:b";
  input.departure_ts = "tomorrow";
  input.arrival_ts = "2026-12-02T11:30:00";
  input.total_seats = 0;
  input.price = "free";
  EXPECT_THAT(wrong_fields(input), ElementsAre("flight_number", "source", "destination", "departure_ts",
                                               "arrival_ts", "total_seats", "price"));
}

TEST(CheckFlight, SourceAndDestinationDiffer) {
  FlightInput input = good_input();
  input.destination = "Jfk";
  EXPECT_THAT(wrong_fields(input), ElementsAre("destination"));
  input.source = "New York";
  input.destination = " NEW YORK";
  EXPECT_THAT(wrong_fields(input), ElementsAre("destination"));
}

TEST(CheckFlight, ArrivalIsAfterDeparture) {
  FlightInput input = good_input();
  input.arrival_ts = input.departure_ts;
  EXPECT_THAT(wrong_fields(input), ElementsAre("arrival_ts"));
  input.arrival_ts = "2026-12-02T04:30:00.001Z";
  EXPECT_THAT(wrong_fields(input), ElementsAre());
}

TEST(CheckFlight, SeatsAndPriceHaveBounds) {
  FlightInput input = good_input();
  for (const auto& [seats, good] :
       {std::pair{1, true}, {1000, true}, {1001, false}, {0, false}, {-1, false}}) {
    input.total_seats = seats;
    EXPECT_EQ(wrong_fields(input).empty(), good) << seats;
  }
  input.total_seats = 1'000'000'000;
  EXPECT_THAT(wrong_fields(input, FlightRules{1'000'000'000}), ElementsAre());
  input.total_seats = 1;
  for (const auto& [price, good] : {std::pair{"0", true},
                                    {"999999.99", true},
                                    {"1000000.00", false},
                                    {"-0.01", false},
                                    {"1.999", false},
                                    {"", false}}) {
    input.price = price;
    EXPECT_EQ(wrong_fields(input).empty(), good) << price;
  }
}

TEST(CheckPlace, TrimsAndUpperCasesThreeLetters) {
  EXPECT_EQ(check_place(" jfk\t"), "JFK");
  EXPECT_EQ(check_place("Oslo"), "Oslo");
  EXPECT_EQ(check_place("a1b"), "a1b");
  EXPECT_EQ(check_place("ab"), "ab");
  EXPECT_EQ(check_place("S\xC3\xA3o Paulo"), "S\xC3\xA3o Paulo");
}

TEST(CheckPlace, CountsCharactersNotBytes) {
  std::string umlauts;
  for (int i = 0; i < 64; ++i) umlauts += "\xC3\xBC";
  EXPECT_EQ(check_place(umlauts), umlauts);
  EXPECT_EQ(check_place(umlauts + "u"), std::nullopt);
  EXPECT_EQ(check_place(std::string(64, 'x')), std::string(64, 'x'));
  EXPECT_EQ(check_place(std::string(65, 'x')), std::nullopt);
}

TEST(CheckPlace, RefusesControlsColonsEmptinessAndBrokenUtf8) {
  for (const std::string_view wrong : {"", "  \t ", "a:b", ":", "a\nb",
                                       "a\x7F"
                                       "b"}) {
    EXPECT_EQ(check_place(wrong), std::nullopt) << wrong;
  }
  EXPECT_EQ(check_place(std::string_view("a\0b", 3)), std::nullopt);
  EXPECT_EQ(check_place("a\xC3"), std::nullopt);
  EXPECT_EQ(check_place("a" + std::string(1000, '\x80')), std::nullopt);
}

TEST(CheckPlace, TrimsWhiteSpaceOfAnyKind) {
  EXPECT_EQ(check_place("\u00A0jfk\u2003"), "JFK");
  EXPECT_EQ(check_place("\u3000Oslo\u202F\u0085"), "Oslo");
  EXPECT_EQ(check_place("San\u00A0Juan"), "San\u00A0Juan");
  for (const char* blank : {"\u00A0", "\u2003 \u3000", "\u1680", "\u2028", "\u0085"}) {
    EXPECT_EQ(check_place(blank), std::nullopt) << blank;
  }
}

TEST(CheckPlace, RefusesWhatNobodySees) {
  for (const char* wrong : {"\u200B", "JFK\u200B", "\uFEFFJFK", "J\u200DFK", "J\u200CFK", "J\u00ADFK",
                            "J\u202EFK", "J\u2066FK", "J\u2028FK", "J\u2029FK", "J\u0085FK", "J\u0080FK",
                            "\u3164", "\u2800", "J\uFE0FFK", "J\uFFFEFK", "J\U0001FFFFFK", "J\U000E0041FK"}) {
    EXPECT_EQ(check_place(wrong), std::nullopt) << wrong;
  }
}

TEST(CheckFlight, SoIsAFlightNumber) {
  FlightInput input = good_input();
  input.flight_number = "\u00A0FD7\u2003";
  EXPECT_EQ(draft_of(input).flight_number, "FD7");
  for (const char* wrong :
       {"FD\u200B7", "\u200B", "\u00AD", "FD7\uFEFF", "F\u202E7", " ", "\u00A0", "\u3000\t"}) {
    input.flight_number = wrong;
    EXPECT_THAT(wrong_fields(input), ElementsAre("flight_number")) << wrong;
  }
}

TEST(PlaceKey, ComparesWithoutCase) {
  EXPECT_EQ(place_key("JFK"), place_key("jfk"));
  EXPECT_EQ(place_key("New York"), "new york");
  EXPECT_NE(place_key("JFK"), place_key("LHR"));
}

TEST(ReplaceFlight, MovesWhatIsAvailableByTheDifference) {
  const Instant made = from_unix_ms(1000);
  const Instant edited = from_unix_ms(2000);
  FlightDraft draft = draft_of(good_input());
  Flight flight = make_flight(FlightId{}, draft, made);
  EXPECT_EQ(flight.available_seats, 180);
  EXPECT_EQ(flight.version, 1);
  // 30 sold.
  flight.available_seats = 150;
  flight.version = 7;

  draft.total_seats = 200;
  const Flight larger = replace_flight(flight, draft, edited).value();
  EXPECT_EQ(larger.available_seats, 170);
  EXPECT_EQ(larger.version, 8);
  EXPECT_EQ(larger.created_at, made);
  EXPECT_EQ(larger.updated_at, edited);
  draft.total_seats = 30;
  EXPECT_EQ(replace_flight(flight, draft, edited).value().available_seats, 0);
  draft.total_seats = 29;
  EXPECT_EQ(replace_flight(flight, draft, edited).error().code, ErrorCode::capacity_below_sold);
  flight.status = FlightStatus::cancelled;
  draft.total_seats = 200;
  EXPECT_EQ(replace_flight(flight, draft, edited).error().code, ErrorCode::flight_closed);
}

TEST(OnSale, UntilTheMomentOfDeparture) {
  Flight flight = make_flight(FlightId{}, draft_of(good_input()), from_unix_ms(0));
  EXPECT_TRUE(on_sale(flight, flight.departure - Milliseconds{1}));
  EXPECT_FALSE(on_sale(flight, flight.departure));
  flight.status = FlightStatus::cancelled;
  EXPECT_FALSE(on_sale(flight, from_unix_ms(0)));
}

TEST(FlightJson, IsTheContracts) {
  FlightInput input = good_input();
  input.departure_ts = "2026-12-01T23:30:00Z";
  input.arrival_ts = "2026-12-02T06:30:59Z";
  Flight flight = make_flight(*FlightId::parse("0197a000-0000-7000-8000-000000000001"), draft_of(input),
                              from_unix_ms(1'767'225'600'500));
  std::string json;
  append_flight_json(json, flight);
  EXPECT_EQ(
      json,
      R"({"flight_id":"0197a000-0000-7000-8000-000000000001","flight_number":"FD101","source":"JFK",)"
      R"("destination":"LHR","date":"2026-12-01","departure_ts":"2026-12-01T23:30:00Z",)"
      R"("arrival_ts":"2026-12-02T06:30:59Z","duration_minutes":420,"total_seats":180,"available_seats":180,)"
      R"("price":"199.50","status":"SCHEDULED","version":1,"created_at":"2026-01-01T00:00:00.500Z",)"
      R"("updated_at":"2026-01-01T00:00:00.500Z"})");
  flight.flight_number.clear();
  flight.arrival.reset();
  flight.status = FlightStatus::cancelled;
  json.clear();
  append_flight_json(json, flight);
  EXPECT_THAT(json, ::testing::HasSubstr(R"("flight_number":null,)"));
  EXPECT_THAT(json, ::testing::HasSubstr(R"("arrival_ts":null,"duration_minutes":null,)"));
  EXPECT_THAT(json, ::testing::HasSubstr(R"("status":"CANCELLED")"));
}

TEST(FlightStatusText, GoesBothWays) {
  EXPECT_EQ(parse_flight_status("SCHEDULED"), FlightStatus::scheduled);
  EXPECT_EQ(parse_flight_status("CANCELLED"), FlightStatus::cancelled);
  EXPECT_EQ(parse_flight_status("scheduled"), std::nullopt);
}

}  // namespace
}  // namespace flightdeck::flights
