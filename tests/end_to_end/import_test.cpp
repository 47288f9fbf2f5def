// `flightdeck import`: a schedule of real flights, and rows that are not good enough.
#include <gmock/gmock.h>

#include <regex>

#include "support/schedule.h"
#include "support/server_suite.h"

namespace flightdeck::test {
namespace {

using testing::HasSubstr;

constexpr char kHeader[] = "flight_number,source,destination,departure_ts,arrival_ts,total_seats,price\n";

struct Counts {
  int added = -1;
  int updated = -1;
  int refused = -1;
  friend bool operator==(const Counts&, const Counts&) = default;
};

void PrintTo(const Counts& counts, std::ostream* out) {
  *out << "added " << counts.added << ", updated " << counts.updated << ", refused " << counts.refused;
}

Counts counts_in(const CommandResult& result) {
  static const std::regex summary("added ([0-9]+), updated ([0-9]+), refused ([0-9]+)");
  std::smatch found;
  if (!std::regex_search(result.out, found, summary)) {
    ADD_FAILURE() << "no summary in '" << result.out << "', errors '" << result.err << "'";
    return {};
  }
  return {std::stoi(found[1]), std::stoi(found[2]), std::stoi(found[3])};
}

// A database of its own, filled while no server runs, and small files to fill it with.
class ImportTest : public testing::Test {
 protected:
  CommandResult import_text(const std::string& rows, const std::vector<std::string>& flags = {}) {
    const std::filesystem::path file = server.directory() / "rows.csv";
    write_text(file, rows);
    return import_schedule(server, file.string(), flags);
  }

  ServerProcess server{instant_payment("1")};
};

TEST_F(ImportTest, AddsAndUpdatesByNumberAndDeparture) {
  const std::string first = std::string(kHeader) +
                            "FD1,JFK,LHR,2030-01-01T10:00:00-05:00,2030-01-01T22:00:00Z,180,199.00\n"
                            "FD1,JFK,LHR,2030-01-02T10:00:00-05:00,2030-01-02T22:00:00Z,180,199.00\n"
                            "FD2,jfk, Cape Field ,2030-01-01T10:00:00-05:00,,50,75.5\n";
  const CommandResult added = import_text(first);
  EXPECT_EQ(added.exit_code, 0) << added.err;
  EXPECT_EQ(counts_in(added), (Counts{3, 0, 0}));
  const auto rows = [&] {
    const std::unique_ptr<Probe> probe = server.probe();
    return probe->rows(
        "SELECT id, flight_number, source, destination, departure_date, "
        "CASE WHEN arrival_ts IS NULL THEN 'none' END, total_seats, available_seats, " +
        probe->money("price") + " FROM flights ORDER BY flight_number, departure_ts");
  };
  const auto before = rows();
  ASSERT_EQ(before.size(), 3U);
  EXPECT_EQ(before[2][2], "JFK");
  EXPECT_EQ(before[2][3], "Cape Field");
  EXPECT_EQ(before[2][4], "2030-01-01");
  EXPECT_EQ(before[2][5], "none");
  EXPECT_EQ(before[2][8], "7550");

  const std::string second = std::string(kHeader) +
                             "FD1,JFK,LHR,2030-01-01T15:00:00Z,2030-01-01T22:00:00Z,200,149.99\n"
                             "FD3,JFK,LHR,2030-01-01T10:00:00-05:00,2030-01-01T22:00:00Z,180,199.00\n";
  EXPECT_EQ(counts_in(import_text(second)), (Counts{1, 1, 0}));
  const auto after = rows();
  ASSERT_EQ(after.size(), 4U);
  EXPECT_EQ(after[0][0], before[0][0]) << "an update keeps the flight's id";
  EXPECT_EQ(after[0][6], "200");
  EXPECT_EQ(after[0][7], "200");
  EXPECT_EQ(after[0][8], "14999");
  EXPECT_EQ(after[1], before[1]);
}

TEST_F(ImportTest, RefusesBadRowsWithLineAndReasonAndTakesTheOthers) {
  const std::string good = "FD1,JFK,LHR,2030-01-01T10:00:00Z,2030-01-01T22:00:00Z,180,199.00\n";
  const std::vector<std::string> bad = {
      "FD2,JFK,JFK,2030-01-01T10:00:00Z,2030-01-01T22:00:00Z,180,199.00",
      "FD3,JFK,LHR,2030-01-01T10:00:00Z,2030-01-01T09:00:00Z,180,199.00",
      "FD4,JFK,LHR,2030-01-01T10:00:00,2030-01-01T22:00:00Z,180,199.00",
      "FD5,JFK,LHR,2030-01-01T10:00:00Z,2030-01-01T22:00:00Z,0,199.00",
      "FD6,JFK,LHR,2030-01-01T10:00:00Z,2030-01-01T22:00:00Z,1001,199.00",
      "FD7,JFK,LHR,2030-01-01T10:00:00Z,2030-01-01T22:00:00Z,180,1.999",
      "FD8,JFK,LHR,2030-01-01T10:00:00Z,2030-01-01T22:00:00Z,180,-1",
      "FD9,,LHR,2030-01-01T10:00:00Z,2030-01-01T22:00:00Z,180,199.00",
      "FD10,JFK",
      "FD11,JFK,LHR,2030-01-01T10:00:00Z,2030-01-01T22:00:00Z,180,199.00,extra",
      "FD12,JFK,LHR,2030-01-01T10:00:00Z,2030-01-01T22:00:00Z,many,199.00",
      "FD13,a:b,LHR,2030-01-01T10:00:00Z,2030-01-01T22:00:00Z,180,199.00",
  };
  std::string file = kHeader + good;
  for (const std::string& row : bad) file += row + "\n";
  file += "FD99,JFK,LHR,2030-01-01T10:00:00Z,2030-01-01T22:00:00Z,180,199.00\n";
  const CommandResult result = import_text(file);
  EXPECT_NE(result.exit_code, 2);
  EXPECT_EQ(counts_in(result), (Counts{2, 0, static_cast<int>(bad.size())}));
  const std::string said = result.out + result.err;
  for (std::size_t i = 0; i < bad.size(); ++i) {
    // The header is line 1, the good row line 2. A reason follows the number.
    const std::regex named("line " + std::to_string(i + 3) + "\\b[^\\n]*[a-z]{3}");
    EXPECT_TRUE(std::regex_search(said, named)) << bad[i] << "\nis not named in\n" << said;
  }
  EXPECT_FALSE(std::regex_search(said, std::regex("line (1|2|15)\\b"))) << said;
}

TEST_F(ImportTest, ARepeatedRowIsAnUpdate) {
  const std::string row = "FD1,JFK,LHR,2030-01-01T10:00:00Z,,180,199.00\n";
  EXPECT_EQ(counts_in(import_text(kHeader + row + row)), (Counts{1, 1, 0}));
}

TEST_F(ImportTest, ReadsWindowsLineEndsAndAMissingLastOne) {
  std::string header = kHeader;
  header.insert(header.size() - 1, "\r");
  const CommandResult result = import_text(header +
                                           "FD1,JFK,LHR,2030-01-01T10:00:00Z,,180,199.00\r\n"
                                           "FD2,JFK,LHR,2030-01-01T10:00:00Z,,180,199.00");
  EXPECT_EQ(counts_in(result), (Counts{2, 0, 0})) << result.err;
}

TEST_F(ImportTest, AHeaderAloneAddsNothing) {
  const CommandResult result = import_text(kHeader);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(counts_in(result), (Counts{0, 0, 0}));
}

TEST_F(ImportTest, AFileThatIsNoScheduleIsRefused) {
  EXPECT_NE(import_text("this,is,something,else\n1,2,3,4\n").exit_code, 0);
  EXPECT_NE(import_text("").exit_code, 0);
  const CommandResult missing = import_schedule(server, (server.directory() / "missing.csv").string());
  EXPECT_NE(missing.exit_code, 0);
  EXPECT_THAT(missing.err, HasSubstr("missing.csv"));
}

TEST_F(ImportTest, AWrongShiftDateIsWrongUsage) {
  for (const char* date : {"tomorrow", "2030-02-30", "2030-1-1"}) {
    const CommandResult result = import_text(kHeader, {"--shift-to", date});
    EXPECT_EQ(result.exit_code, 2) << date;
    EXPECT_THAT(result.err, HasSubstr("shift-to"));
  }
}

TEST_F(ImportTest, ShiftMovesEveryDayByAsMuchAndKeepsLocalTimes) {
  const std::string rows = std::string(kHeader) +
                           "FD2,JFK,LHR,2001-03-01T23:30:00-05:00,2001-03-02T11:00:00Z,180,199.00\n"
                           "FD1,JFK,LHR,2001-02-27T00:30:00-05:00,2001-02-27T12:00:00Z,180,199.00\n";
  EXPECT_EQ(counts_in(import_text(rows, {"--shift-to", "2030-06-10"})), (Counts{2, 0, 0}));
  server.start();
  ApiClient api(server.port());
  const json::value first = list(api.search({"JFK", "LHR"}, "2030-06-10"), "flights").at(0);
  EXPECT_EQ(text(first, "flight_number"), "FD1");
  EXPECT_EQ(text(first, "departure_ts"), "2030-06-10T05:30:00Z");
  EXPECT_EQ(text(first, "arrival_ts"), "2030-06-10T12:00:00Z");
  const json::value second = list(api.search({"JFK", "LHR"}, "2030-06-12"), "flights").at(0);
  EXPECT_EQ(text(second, "departure_ts"), "2030-06-13T04:30:00Z");
  EXPECT_EQ(text(second, "arrival_ts"), "2030-06-13T11:00:00Z");
  server.stop_cleanly();
}

TEST_F(ImportTest, DoesNotCutCapacityBelowWhatIsSold) {
  const std::string start = std::string(kHeader) + "FD1,JFK,LHR,";
  const std::string departure = instant_ahead(30, "10:00:00Z") + ",,";
  EXPECT_EQ(counts_in(import_text(start + departure + "10,199.00\n")), (Counts{1, 0, 0}));
  server.start();
  {
    ApiClient api(server.port());
    const json::value flight = list(api.search({"JFK", "LHR"}, date_ahead(30)), "flights").at(0);
    ASSERT_EQ(text(api.book_to_the_end(text(flight, "flight_id"), 4), "status"), "CONFIRMED");
  }
  server.stop_cleanly();
  EXPECT_EQ(counts_in(import_text(start + departure + "3,199.00\n")), (Counts{0, 0, 1}));
  EXPECT_EQ(counts_in(import_text(start + departure + "6,199.00\n")), (Counts{0, 1, 0}));
  EXPECT_EQ(server.probe()->number("SELECT available_seats FROM flights"), 2);
}

// The ids a plain SQL query gives for a search.
std::vector<std::string> ids_by_sql(const Probe& probe, const Route& route, const std::string& date,
                                    const std::string& sort) {
  return probe.column("SELECT id FROM flights WHERE source = " + text_literal(route.source) +
                      " AND destination = " + text_literal(route.destination) +
                      " AND departure_date = " + text_literal(date) +
                      " AND status = 'SCHEDULED' AND available_seats >= 1 ORDER BY " + order_by(sort));
}

TEST_F(ImportTest, TheWholeScheduleIsLoadedAndSearchedAsSqlWould) {
  const std::string first_day = date_ahead(10);
  const CommandResult added = import_schedule(server, schedule_file(), {"--shift-to", first_day});
  ASSERT_EQ(added.exit_code, 0) << added.err;
  EXPECT_EQ(counts_in(added), (Counts{kScheduledFlights, 1, 0}));
  const CommandResult again = import_schedule(server, schedule_file(), {"--shift-to", first_day});
  EXPECT_EQ(counts_in(again), (Counts{0, kScheduledRows, 0}));

  server.start();
  ApiClient api(server.port());
  const std::unique_ptr<Probe> probe = server.probe();
  EXPECT_EQ(probe->number("SELECT COUNT(*) FROM flights"), kScheduledFlights);
  const auto days = probe->rows("SELECT MIN(departure_date), MAX(departure_date) FROM flights").at(0);
  EXPECT_EQ(days[0], first_day);
  EXPECT_EQ(days_between(days[0], days[1]), days_between("2001-01-01", "2001-03-31"));

  const auto busiest = probe->rows(
      "SELECT source, destination, departure_date, COUNT(*) AS flights FROM flights "
      "GROUP BY source, destination, departure_date ORDER BY flights DESC, source, destination, "
      "departure_date LIMIT 80");
  ASSERT_EQ(busiest.size(), 80U);
  std::set<std::pair<std::string, std::string>> routes;
  for (const auto& row : busiest) {
    const Route route{row[0], row[1]};
    routes.emplace(row[0], row[1]);
    for (const std::string sort : {"price", "fastest", "departure"}) {
      const std::vector<std::string> expected = ids_by_sql(*probe, route, row[2], sort);
      ASSERT_EQ(std::to_string(expected.size()), row[3]);
      const std::string target = search_target(route, row[2], "&sort=" + sort);
      EXPECT_EQ(texts(all_pages(api.http(), target, "flights", 100), "flight_id"), expected) << target;
      EXPECT_EQ(texts(all_pages(api.http(), target, "flights", 1), "flight_id"), expected) << target;
    }
  }
  EXPECT_GE(routes.size(), 50U);
  // And where there is nothing, nothing is found.
  EXPECT_TRUE(list(api.search({busiest[0][0], busiest[0][1]}, date_ahead(5)), "flights").empty());
  server.stop_cleanly();
}

TEST_F(ImportTest, ABusyRouteIsSearchedAsSqlWould) {
  // The real schedule is thin: here 400 flights of one route and day, with many ties.
  std::string rows = kHeader;
  const std::string day = date_ahead(20);
  for (int i = 0; i < 400; ++i) {
    const int minute = (i * 7) % 180;
    const std::string departure = day + "T0" + std::to_string(minute / 60) + ":" +
                                  std::to_string(minute % 60 / 10) + std::to_string(minute % 10) + ":00Z";
    const std::string arrival = i % 11 == 0 ? "" : day + "T1" + std::to_string(i % 4) + ":00:00Z";
    rows += "FD" + std::to_string(i) + ",JFK,LHR," + departure + "," + arrival + ",50," +
            std::to_string(100 + i % 5) + ".00\n";
  }
  EXPECT_EQ(counts_in(import_text(rows)), (Counts{400, 0, 0}));
  server.start();
  ApiClient api(server.port());
  const std::unique_ptr<Probe> probe = server.probe();
  const Route route{"JFK", "LHR"};
  for (const std::string sort : {"price", "fastest", "departure"}) {
    const std::vector<std::string> expected = ids_by_sql(*probe, route, day, sort);
    ASSERT_EQ(expected.size(), 400U);
    const std::string target = search_target(route, day, "&sort=" + sort);
    EXPECT_EQ(texts(all_pages(api.http(), target, "flights", 100), "flight_id"), expected) << sort;
    EXPECT_EQ(texts(all_pages(api.http(), target, "flights", 7), "flight_id"), expected) << sort;
  }
  server.stop_cleanly();
}

TEST_F(ImportTest, ThatEveryRowWasRefusedIsAFailure) {
  const CommandResult none =
      import_text(std::string(kHeader) + "FD1,JFK,JFK,2030-01-01T10:00:00Z,,180,199.00\n");
  EXPECT_EQ(none.exit_code, 1);
  EXPECT_EQ(counts_in(none), (Counts{0, 0, 1}));
}

TEST_F(ImportTest, RowsWithoutANumberAreAddedAgainAndSaidToBe) {
  const std::string rows = std::string(kHeader) + ",JFK,LHR,2030-01-01T10:00:00Z,,180,199.00\n";
  for (int again = 0; again < 2; ++again) {
    const CommandResult result = import_text(rows);
    EXPECT_EQ(counts_in(result), (Counts{1, 0, 0}));
    EXPECT_THAT(result.out, HasSubstr("1 of those added have no flight number"));
  }
}

TEST_F(ImportTest, AFlightThatWasCancelledIsAddedAnewAndSaidToBe) {
  const std::string rows =
      std::string(kHeader) + "FD1,JFK,LHR," + instant_ahead(30, "10:00:00Z") + ",,10,199.00\n";
  EXPECT_EQ(counts_in(import_text(rows)), (Counts{1, 0, 0}));
  server.start();
  {
    ApiClient api(server.port());
    const json::value flight = list(api.search({"JFK", "LHR"}, date_ahead(30)), "flights").at(0);
    ASSERT_EQ(api.http().request("DELETE", "/admin/flights/" + text(flight, "flight_id")).status, 204);
  }
  server.stop_cleanly();
  const CommandResult result = import_text(rows);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(counts_in(result), (Counts{1, 0, 0}));
  EXPECT_THAT(result.out, HasSubstr("1 of those added have the number and departure of a cancelled flight"));
  EXPECT_EQ(counts_in(import_text(rows)), (Counts{0, 1, 0}));
}

}  // namespace
}  // namespace flightdeck::test
