#include "flights/schedule_csv.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "core/limits.h"

namespace flightdeck::flights {
namespace {

const std::string header = "flight_number,source,destination,departure_ts,arrival_ts,total_seats,price\n";
const std::string good_row = "FD101,JFK,LHR,2001-01-01T23:30:00-05:00,2001-01-02T11:30:00Z,180,199.00\n";

struct Read {
  std::vector<ScheduleRow> rows;
  std::vector<UnreadableRow> unreadable;
};

Read read_all(const std::string& text) {
  auto reader = ScheduleReader::open(text);
  EXPECT_TRUE(reader) << reader.error().detail;
  Read read;
  while (auto next = reader->next()) {
    if (auto* row = std::get_if<ScheduleRow>(&*next)) {
      read.rows.push_back(std::move(*row));
    } else {
      read.unreadable.push_back(std::get<UnreadableRow>(*next));
    }
  }
  EXPECT_LE(reader->position(), text.size());
  return read;
}

std::string header_error(const std::string& text) {
  const auto reader = ScheduleReader::open(text);
  return reader ? "" : reader.error().detail;
}

TEST(ScheduleReader, ReadsARow) {
  const auto [rows, unreadable] = read_all(header + good_row);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_TRUE(unreadable.empty());
  const ScheduleRow& row = rows[0];
  EXPECT_EQ(row.line, 2U);
  EXPECT_EQ(row.flight_number, "FD101");
  EXPECT_EQ(row.source, "JFK");
  EXPECT_EQ(row.destination, "LHR");
  EXPECT_EQ(row.departure_ts, "2001-01-01T23:30:00-05:00");
  EXPECT_EQ(row.arrival_ts, "2001-01-02T11:30:00Z");
  EXPECT_EQ(row.total_seats, 180);
  EXPECT_EQ(row.price, "199.00");
  EXPECT_TRUE(check_flight(row.input(), {}));
}

TEST(ScheduleReader, FindsColumnsByName) {
  const auto [rows, unreadable] =
      read_all("price,total_seats,departure_ts,destination,source\n99,10,2001-01-01T08:00:00Z,LHR,JFK\n");
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].source, "JFK");
  EXPECT_EQ(rows[0].price, "99");
  EXPECT_EQ(rows[0].flight_number, "");
  EXPECT_EQ(rows[0].arrival_ts, "");
}

TEST(ScheduleReader, AcceptsByteOrderMarkCrlfBlanksAndEmptyLines) {
  std::string text =
      "\xEF\xBB\xBF" + header + "\n" + good_row + "\n\nFD102 , JFK,LHR ,2001-01-01T23:30:00Z,, 7 ,1\n";
  std::string with_crlf;
  for (const char c : text) with_crlf += c == '\n' ? "\r\n" : std::string(1, c);
  for (const std::string& variant : {text, with_crlf}) {
    const auto [rows, unreadable] = read_all(variant);
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_TRUE(unreadable.empty());
    EXPECT_EQ(rows[0].line, 3U);
    EXPECT_EQ(rows[0].price, "199.00");
    EXPECT_EQ(rows[1].line, 6U);
    EXPECT_EQ(rows[1].flight_number, "FD102");
    EXPECT_EQ(rows[1].source, "JFK");
    EXPECT_EQ(rows[1].total_seats, 7);
    EXPECT_EQ(rows[1].price, "1");
  }
}

TEST(ScheduleReader, NeedsNoLineEndAtTheEnd) {
  const auto [rows, unreadable] = read_all(header + good_row.substr(0, good_row.size() - 1));
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].price, "199.00");
  EXPECT_TRUE(read_all(header.substr(0, header.size() - 1)).rows.empty());
}

TEST(ScheduleReader, ReadsQuotedFields) {
  const auto [rows, unreadable] = read_all(
      header + "\"FD\"\"1\"\"\",\"New York, NY\", \"Two\nLines\" ,\"2001-01-01T08:00:00Z\",,\"7\",\"1\"\r\n" +
      good_row);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_TRUE(unreadable.empty());
  EXPECT_EQ(rows[0].flight_number, "FD\"1\"");
  EXPECT_EQ(rows[0].source, "New York, NY");
  EXPECT_EQ(rows[0].destination, "Two\nLines");
  EXPECT_EQ(rows[0].price, "1");
  EXPECT_EQ(rows[1].line, 4U);
}

TEST(ScheduleReader, RefusesRowsThatAreNoCsvRowsOfThisHeader) {
  const auto [rows, unreadable] = read_all(header + "FD1,JFK,LHR\n" + "FD1,JFK,LHR,x,,1,1,extra\n" +
                                           "F\"D,JFK,LHR,x,,1,1\n" + "\"FD\"1,JFK,LHR,x,,1,1\n" + good_row);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].line, 6U);
  ASSERT_EQ(unreadable.size(), 4U);
  EXPECT_EQ(unreadable[0].line, 2U);
  EXPECT_EQ(unreadable[0].reason, "has 3 fields, the header has 7");
  EXPECT_EQ(unreadable[1].reason, "has 8 fields, the header has 7");
  EXPECT_EQ(unreadable[2].reason, "has a quote inside a field that does not begin with one");
  EXPECT_EQ(unreadable[3].line, 5U);
  EXPECT_EQ(unreadable[3].reason, "has text after a closing quote");
}

TEST(ScheduleReader, GoesOnAfterAQuoteThatIsNeverClosed) {
  std::string text = header + "\"FD1,JFK,LHR,x,,1,1\n";
  for (int i = 0; i < 200; ++i) text += good_row;
  const auto [rows, unreadable] = read_all(text);
  EXPECT_EQ(rows.size(), 200U);
  ASSERT_EQ(unreadable.size(), 1U);
  EXPECT_EQ(unreadable[0].line, 2U);
  EXPECT_EQ(rows[0].line, 3U);
}

TEST(ScheduleReader, RefusesARowThatIsTooLong) {
  const std::string long_field(limits::import_line_bytes + 1, 'x');
  const auto [rows, unreadable] =
      read_all(header + long_field + "\n" + "\"" + long_field + "\",JFK,LHR,x,,1,1\n" + good_row);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].line, 4U);
  ASSERT_EQ(unreadable.size(), 2U);
  EXPECT_NE(unreadable[0].reason.find("longer than 4096 bytes"), std::string::npos);
  EXPECT_NE(unreadable[1].reason.find("longer than 4096 bytes"), std::string::npos);
}

// One that is no line at all, and every message shows but the beginning of it.
TEST(ScheduleReader, AFileWithoutLineEndsIsOneRowThatIsTooLong) {
  std::string text = header + std::string(1'000'000, 'x');
  auto reader = ScheduleReader::open(text);
  ASSERT_TRUE(reader);
  const auto row = reader->next();
  ASSERT_TRUE(row && std::holds_alternative<UnreadableRow>(*row));
  EXPECT_LT(std::get<UnreadableRow>(*row).reason.size(), 100U);
  EXPECT_EQ(reader->position(), text.size());
  EXPECT_FALSE(reader->next());
  const auto no_header = ScheduleReader::open(std::string(4000, 'x') + "\n");
  ASSERT_FALSE(no_header);
  EXPECT_LT(no_header.error().detail.size(), 200U);
}

TEST(ScheduleReader, LeavesWrongSeatsToTheRulesOfAFlight) {
  for (const char* seats : {"", "many", "1.5", "99999999999999999999", "0x10", "7 8"}) {
    const auto read = read_all(header + "FD1,JFK,LHR,2001-01-01T23:30:00Z,," + seats + ",1\n");
    ASSERT_EQ(read.rows.size(), 1U) << seats;
    const auto checked = check_flight(read.rows[0].input(), {});
    ASSERT_FALSE(checked) << seats;
    ASSERT_EQ(checked.error().fields.size(), 1U);
    EXPECT_EQ(checked.error().fields[0].field, "total_seats");
  }
}

TEST(ScheduleReader, RefusesABadHeader) {
  EXPECT_EQ(header_error(""), "The schedule is empty: it needs a header line.");
  EXPECT_EQ(header_error("\r\n\n"), "The schedule is empty: it needs a header line.");
  EXPECT_EQ(header_error("source,destination,departure_ts,total_seats\n"),
            "The header lacks the column price.");
  EXPECT_EQ(header_error("source,destination,departure_ts,total_seats,prize\n"),
            "The header has an unknown column \"prize\".");
  EXPECT_EQ(header_error("source,source,departure_ts,total_seats,price\n"),
            "The header has the column source twice.");
  EXPECT_EQ(header_error("\"source"), "The header has a quote that is never closed.");
  EXPECT_NE(header_error(good_row), "");
}

TEST(ScheduleReader, SurvivesAnyBytes) {
  SeededRandom random(1);
  constexpr std::string_view alphabet = "\",\n\r a1\xEF\xBB";
  for (int i = 0; i < 2000; ++i) {
    std::string text = header;
    for (std::uint64_t n = random.next() % 60; n > 0; --n) text += alphabet[random.next() % alphabet.size()];
    const auto [rows, unreadable] = read_all(text);
    std::size_t last_line = 1;
    for (const UnreadableRow& row : unreadable) {
      EXPECT_GT(row.line, last_line);
      last_line = row.line;
    }
    const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
    EXPECT_LE(rows.size() + unreadable.size(), lines);
    EXPECT_LE(last_line, lines);
  }
}

TEST(FirstDepartureDate, IsTheEarliestLocalDate) {
  EXPECT_EQ(
      first_departure_date(header + "FD1,JFK,LHR,2001-01-02T01:00:00Z,,1,1\n" + "FD2,JFK,LHR,never,,1,1\n" +
                           "FD3\n" + "FD4,JFK,LHR,2001-01-01T23:30:00-08:00,,1,1\n"),
      parse_date("2001-01-01"));
  EXPECT_EQ(first_departure_date(header), std::nullopt);
  EXPECT_EQ(first_departure_date("nothing"), std::nullopt);
}

TEST(ShiftDays, KeepsLocalTimeAndOffset) {
  using std::chrono::days;
  EXPECT_EQ(shift_days("2001-02-28T23:30:00-05:00", days{1}), "2001-03-01T23:30:00-05:00");
  EXPECT_EQ(shift_days("2001-03-01T00:00:00.5Z", days{-1}), "2001-02-28T00:00:00.5Z");
  EXPECT_EQ(shift_days("2000-02-28T00:00:00+02:00", days{1}), "2000-02-29T00:00:00+02:00");
  EXPECT_EQ(shift_days("not a time", days{1}), "not a time");
  EXPECT_EQ(shift_days("", days{1}), "");
  EXPECT_EQ(shift_days("9999-12-31T00:00:00Z", days{1}), std::nullopt);
  EXPECT_EQ(shift_days("0001-01-01T12:00:00Z", days{-1}), std::nullopt);
}

TEST(ShiftRow, MovesDepartureAndArrivalAlike) {
  auto rows = read_all(header + good_row).rows;
  ScheduleRow row = rows.at(0);
  ASSERT_TRUE(shift_row(row, std::chrono::days{365}));
  EXPECT_EQ(row.departure_ts, "2002-01-01T23:30:00-05:00");
  EXPECT_EQ(row.arrival_ts, "2002-01-02T11:30:00Z");
  row.arrival_ts = "9999-12-31T00:00:00Z";
  EXPECT_FALSE(shift_row(row, std::chrono::days{1}));
  EXPECT_EQ(row.departure_ts, "2002-01-01T23:30:00-05:00");
}

}  // namespace
}  // namespace flightdeck::flights
