#include "booking/import_flights.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <vector>

#include "core/limits.h"
#include "doubles/scripted_ledger_store.h"

namespace flightdeck::booking {
namespace {

using flights::Flight;

class ImportFlights : public testing::Test {
 protected:
  Result<ImportSummary> import(const std::string& text, std::optional<Date> shift_to = {}) {
    ImportRequest request{
        .schedule = text, .rules = {}, .shift_to = shift_to, .progress = progress, .batch = batch};
    return import_flights(request, store, store.ledger, clock, random);
  }

  Flight only_flight(const std::string& number) {
    std::vector<Flight> found;
    for (const Flight& flight : store.flights()) {
      if (flight.flight_number == number) found.push_back(flight);
    }
    EXPECT_EQ(found.size(), 1U) << number;
    return found.empty() ? Flight{} : found.front();
  }

  std::size_t batch = limits::import_batch;
  test::ScriptedLedgerStore store;
  SystemClock clock;
  SeededRandom random{1};
  ImportProgress progress;
};

const std::string header = "flight_number,source,destination,departure_ts,arrival_ts,total_seats,price\n";
const std::string fd1 = "FD1,JFK,LHR,2001-01-01T23:30:00-05:00,2001-01-02T11:30:00Z,180,199.00\n";
const Instant first_departure = parse_rfc3339("2001-01-01T23:30:00-05:00")->instant;
const std::string fd2 = "FD2,jfk,LHR,2001-01-03T08:00:00-05:00,,10,50\n";

TEST_F(ImportFlights, AddsFlightsByTheRulesOfTheAdmin) {
  const auto summary = import(header + fd1 + fd2);
  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->added, 2U);
  EXPECT_EQ(summary->updated, 0U);
  EXPECT_EQ(summary->refused, 0U);
  const Flight first = only_flight("FD1");
  EXPECT_EQ(first.date, parse_date("2001-01-01"));
  EXPECT_EQ(first.departure, parse_rfc3339("2001-01-02T04:30:00Z")->instant);
  EXPECT_EQ(first.available_seats, 180);
  EXPECT_EQ(first.price, Money{19'900});
  EXPECT_EQ(only_flight("FD2").source, "JFK");
  EXPECT_FALSE(only_flight("FD2").arrival);
}

TEST_F(ImportFlights, UpdatesWhatIsThere) {
  ASSERT_TRUE(import(header + fd1 + fd2));
  const FlightId id = only_flight("FD1").id;
  const auto summary = import(header + "FD1,JFK,LHR,2001-01-01T23:30:00-05:00,,200,299.00\n" + fd2);
  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->added, 0U);
  EXPECT_EQ(summary->updated, 2U);
  EXPECT_EQ(only_flight("FD1").id, id);
  EXPECT_EQ(only_flight("FD1").total_seats, 200);
  EXPECT_EQ(only_flight("FD1").price, Money{29'900});
}

TEST_F(ImportFlights, OfTwoRowsOfOneFlightTheLaterCounts) {
  const auto summary = import(header + fd1 + "FD1,JFK,LHR,2001-01-01T23:30:00-05:00,,200,299.00\n");
  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->added, 1U);
  EXPECT_EQ(summary->updated, 1U);
  EXPECT_EQ(only_flight("FD1").total_seats, 200);
}

TEST_F(ImportFlights, RefusesRowsOneByOne) {
  const auto summary = import(header + fd1 + "FD3,JFK,JFK,yesterday,,0,-1\n" + "FD4,JFK\n" + fd2);
  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->added, 2U);
  EXPECT_EQ(summary->refused, 2U);
  ASSERT_EQ(summary->refusals.size(), 2U);
  EXPECT_EQ(summary->refusals[0].line, 3U);
  for (const char* field : {"destination: ", "departure_ts: ", "total_seats: ", "price: "}) {
    EXPECT_NE(summary->refusals[0].reason.find(field), std::string::npos) << summary->refusals[0].reason;
  }
  EXPECT_EQ(summary->refusals[1].line, 4U);
  EXPECT_EQ(summary->refusals[1].reason, "has 2 fields, the header has 7");
}

TEST_F(ImportFlights, RefusesWhatTheLedgerRefuses) {
  ASSERT_TRUE(import(header + fd1));
  const ledger::Command sell = ledger::PlaceBooking{.id = BookingId{make_uuid_v7(clock.now(), random)},
                                                    .user = {},
                                                    .flight = only_flight("FD1").id,
                                                    .seats = 150};
  ASSERT_TRUE(
      ledger::apply_batch(store, std::span(&sell, 1), first_departure - std::chrono::days{1}).outcomes[0]);
  const auto summary = import(header + "FD1,JFK,LHR,2001-01-01T23:30:00-05:00,,149,1\n" + fd2);
  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->added, 1U);
  ASSERT_EQ(summary->refusals.size(), 1U);
  EXPECT_EQ(summary->refusals[0].line, 2U);
  EXPECT_NE(summary->refusals[0].reason.find("150 seats are sold"), std::string::npos);
}

TEST_F(ImportFlights, ShiftsTheFirstDayToTheOneAskedFor) {
  ASSERT_TRUE(import(header + fd2 + fd1, parse_date("2030-03-01")));
  EXPECT_EQ(only_flight("FD1").date, parse_date("2030-03-01"));
  EXPECT_EQ(only_flight("FD1").departure, parse_rfc3339("2030-03-01T23:30:00-05:00")->instant);
  EXPECT_EQ(only_flight("FD1").arrival, parse_rfc3339("2030-03-02T11:30:00Z")->instant);
  EXPECT_EQ(only_flight("FD2").date, parse_date("2030-03-03"));
}

TEST_F(ImportFlights, RefusesARowThatWouldLeaveTheCalendar) {
  const auto summary = import(header + fd1 + fd2, parse_date("9999-12-30"));
  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->added, 1U);
  ASSERT_EQ(summary->refusals.size(), 1U);
  EXPECT_EQ(summary->refusals[0].reason, "departure_ts: would be moved out of the years 1 to 9999");
}

TEST_F(ImportFlights, CanBeDoneAsAWhole) {
  batch = limits::import_file_bytes;
  std::string text = header;
  for (std::size_t i = 0; i < 2 * limits::import_batch; ++i) text += "FD" + std::to_string(i) + fd1.substr(3);
  ASSERT_TRUE(import(text));
  EXPECT_EQ(store.commits, 1);
}

TEST_F(ImportFlights, WorksInBatchesAndReportsProgress) {
  std::vector<std::size_t> reports;
  progress = [&reports](std::size_t done, std::size_t) { reports.push_back(done); };
  std::string text = header;
  const std::size_t rows = 2 * limits::import_batch + 1;
  for (std::size_t i = 0; i < rows; ++i) text += "FD" + std::to_string(i) + fd1.substr(3);
  const auto summary = import(text);
  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->added, rows);
  EXPECT_EQ(store.commits, 3);
  EXPECT_TRUE(std::is_sorted(reports.begin(), reports.end()));
  ASSERT_FALSE(reports.empty());
  EXPECT_EQ(reports.back(), text.size());
}

TEST_F(ImportFlights, CountsEveryRefusalAndListsTheFirst) {
  std::string text = header;
  for (int i = 0; i < 150; ++i) text += "bad\n";
  const auto summary = import(text);
  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->refused, 150U);
  EXPECT_EQ(summary->refusals.size(), limits::import_refusals_listed);
  std::ostringstream out;
  print_summary(out, *summary);
  EXPECT_TRUE(out.str().starts_with("added 0, updated 0, refused 150\nline 2: has 1 fields")) << out.str();
  EXPECT_TRUE(out.str().ends_with("and 50 more\n"));
}

TEST_F(ImportFlights, DoesNothingWithABadHeader) {
  const auto summary = import("FD1,JFK\n" + fd1);
  ASSERT_FALSE(summary);
  EXPECT_EQ(summary.error().code, ErrorCode::validation_failed);
  EXPECT_EQ(store.commits, 0);
}

TEST_F(ImportFlights, SaysWhenTheDatabaseIsAway) {
  store.away = true;
  const auto summary = import(header + fd1);
  ASSERT_TRUE(summary);
  EXPECT_FALSE(summary->complete());
  EXPECT_EQ(summary->cut_short_after_line, 1U);
  EXPECT_EQ(summary->failure, "away");
}

// Six rows, of which the fourth is wrong, two a batch.
TEST_F(ImportFlights, AnOutageInTheMiddleRefusesNoRowAndSaysHowFarItGot) {
  batch = 2;
  const auto row = [](int n) {
    return "FD" + std::to_string(n) + ",JFK,LHR,2001-01-03T08:00:00-05:00,," + std::to_string(n) + ",50\n";
  };
  const std::string text = header + row(1) + row(2) + row(3) + "FD4,JFK\n" + row(5) + row(6);
  store.script = "ou";
  const auto summary = import(text);
  ASSERT_TRUE(summary);
  EXPECT_FALSE(summary->complete());
  EXPECT_EQ(summary->added, 2U);
  EXPECT_EQ(summary->refused, 1U) << "for its own sake";
  EXPECT_EQ(summary->not_written, 0U);
  EXPECT_EQ(summary->cut_short_after_line, 3U);
  std::ostringstream out;
  print_summary(out, *summary);
  EXPECT_NE(out.str().find("away; rows up to line 3 are done"), std::string::npos) << out.str();

  const auto again = import(text);
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->complete());
  EXPECT_EQ(again->added, 3U);
  EXPECT_EQ(again->updated, 2U);
  EXPECT_EQ(store.flights().size(), 5U);
}

// A batch that conflicts again and again is written row by row.
TEST_F(ImportFlights, ARowThatMetAnOutageAloneIsNotRefused) {
  store.script = "cccou";
  const std::string fd3 = "FD3,JFK,LHR,2001-01-03T08:00:00-05:00,,10,50\n";
  const auto summary = import(header + fd1 + fd2 + fd3);
  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->added, 2U);
  EXPECT_EQ(summary->refused, 0U);
  EXPECT_EQ(summary->not_written, 1U);
  EXPECT_FALSE(summary->complete());
  std::ostringstream out;
  print_summary(out, *summary);
  EXPECT_NE(out.str().find("1 were not written, for the database failed: away"), std::string::npos)
      << out.str();
  EXPECT_TRUE(import(header + fd1 + fd2 + fd3)->complete());
  EXPECT_EQ(store.flights().size(), 3U);
}

TEST(ReadScheduleFile, ReadsItWhole) {
  const std::string path = testing::TempDir() + "flightdeck_schedule_test.csv";
  const std::string text(3'000'000, 'x');
  std::ofstream(path) << text;
  const auto read = read_schedule_file(path);
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, text);
  std::remove(path.c_str());
}

TEST(ReadScheduleFile, SaysWhenItCannot) {
  EXPECT_EQ(read_schedule_file("/nonexistent.csv").error().detail,
            "cannot be read: No such file or directory");
  EXPECT_EQ(read_schedule_file("/").error().detail, "cannot be read");
}

TEST_F(ImportFlights, TellsOfRowsThatEachImportAddsAgain) {
  const std::string nameless = ",JFK,LHR,2001-01-03T08:00:00-05:00,,10,50\n";
  for (int again = 0; again < 2; ++again) {
    const auto summary = import(header + fd1 + nameless + nameless);
    ASSERT_TRUE(summary);
    EXPECT_EQ(summary->without_number, 2U);
    std::ostringstream out;
    print_summary(out, *summary);
    EXPECT_NE(out.str().find("2 of those added have no flight number"), std::string::npos) << out.str();
  }
  EXPECT_EQ(store.flights().size(), 5U);
  EXPECT_EQ(import(header + fd1)->without_number, 0U);
}

TEST_F(ImportFlights, AddsARowWhoseFlightWasCancelledAndSaysSo) {
  batch = 2;
  ASSERT_TRUE(import(header + fd1 + fd2));
  const FlightId cancelled = only_flight("FD1").id;
  const ledger::Command close = ledger::CloseFlight{cancelled, false};
  ledger::apply_batch(store, std::span(&close, 1), clock.now());
  const auto summary = import(header + fd2 + fd1 + "FD3,JFK,LHR,2001-01-03T08:00:00-05:00,,10,50\n");
  ASSERT_TRUE(summary);
  EXPECT_EQ(summary->added, 2U);
  EXPECT_EQ(summary->updated, 1U);
  EXPECT_EQ(summary->refused, 0U);
  EXPECT_EQ(summary->beside_cancelled, 1U);
  std::ostringstream out;
  print_summary(out, *summary);
  EXPECT_NE(out.str().find("1 of those added have the number and departure of a cancelled flight"),
            std::string::npos)
      << out.str();
  EXPECT_EQ(import(header + fd1)->updated, 1U) << "the one that was added";
}

TEST_F(ImportFlights, ThatEveryRowWasRefusedIsAFailure) {
  EXPECT_TRUE(import(header + "FD4,JFK\n")->nothing_taken());
  EXPECT_FALSE(import(header + "FD4,JFK\n" + fd1)->nothing_taken());
  EXPECT_FALSE(import(header)->nothing_taken());
}

}  // namespace
}  // namespace flightdeck::booking
