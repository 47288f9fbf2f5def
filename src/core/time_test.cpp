#include "core/time.h"

#include <gtest/gtest.h>

#include <limits>

#include "core/random.h"

namespace flightdeck {
namespace {

using namespace std::chrono;

std::string utc_of(std::string_view text) {
  const auto parsed = parse_rfc3339(text);
  return parsed ? format_rfc3339(parsed->instant) : "refused";
}

std::string local_date_of(std::string_view text) {
  const auto parsed = parse_rfc3339(text);
  return parsed ? format_date(parsed->local_date) : "refused";
}

TEST(Rfc3339, ReadsOffsets) {
  EXPECT_EQ(utc_of("2026-12-01T23:30:00Z"), "2026-12-01T23:30:00Z");
  EXPECT_EQ(utc_of("2026-12-01t23:30:00z"), "2026-12-01T23:30:00Z");
  EXPECT_EQ(utc_of("2026-12-01 23:30:00Z"), "2026-12-01T23:30:00Z");
  EXPECT_EQ(utc_of("2026-12-01T23:30:00-05:00"), "2026-12-02T04:30:00Z");
  EXPECT_EQ(utc_of("2026-12-01T00:15:00+05:45"), "2026-11-30T18:30:00Z");
  EXPECT_EQ(utc_of("2026-12-01T00:00:00+23:59"), "2026-11-30T00:01:00Z");
  EXPECT_EQ(utc_of("2026-12-01T00:00:00-00:00"), "2026-12-01T00:00:00Z");
}

TEST(Rfc3339, TheLocalDateIsTheOneWritten) {
  EXPECT_EQ(local_date_of("2026-12-01T23:30:00-05:00"), "2026-12-01");
  EXPECT_EQ(local_date_of("2026-12-01T00:15:00+05:45"), "2026-12-01");
  EXPECT_EQ(local_date_of("2026-12-01T00:15:00Z"), "2026-12-01");
}

TEST(Rfc3339, CutsFractionsToMilliseconds) {
  EXPECT_EQ(utc_of("2026-01-01T00:00:00.5Z"), "2026-01-01T00:00:00.500Z");
  EXPECT_EQ(utc_of("2026-01-01T00:00:00.001Z"), "2026-01-01T00:00:00.001Z");
  EXPECT_EQ(utc_of("2026-01-01T00:00:00.0009Z"), "2026-01-01T00:00:00Z");
  EXPECT_EQ(utc_of("2026-01-01T23:59:59.999999999Z"), "2026-01-01T23:59:59.999Z");
  EXPECT_EQ(utc_of("2026-01-01T00:00:00.12345678901234567890Z"), "2026-01-01T00:00:00.123Z");
}

TEST(Rfc3339, TakesALeapSecondForTheNextOne) {
  EXPECT_EQ(utc_of("2016-12-31T23:59:60Z"), "2017-01-01T00:00:00Z");
  EXPECT_EQ(utc_of("2016-12-31T23:59:60.250Z"), "2017-01-01T00:00:00.250Z");
  EXPECT_EQ(utc_of("1990-12-31T15:59:60-08:00"), "1991-01-01T00:00:00Z");
  EXPECT_EQ(utc_of("2017-01-01T05:29:60+05:30"), "2017-01-01T00:00:00Z");
  EXPECT_EQ(utc_of("2026-12-01T23:59:60Z"), "2026-12-02T00:00:00Z") << "nobody knows which day will have one";
  EXPECT_EQ(local_date_of("2016-12-31T23:59:60Z"), "2016-12-31") << "as it was written";
  for (const char* never : {"2016-12-31T23:58:60Z", "2016-12-31T22:59:60Z", "2016-12-31T23:59:61Z",
                            "2016-12-31T23:59:60-08:00", "2016-12-31T15:59:60+08:00", "2016-12-31T00:00:60Z",
                            "2017-01-01T05:59:60+05:30", "9999-12-31T23:59:60Z"}) {
    EXPECT_EQ(utc_of(never), "refused") << never;
  }
}

TEST(Rfc3339, KnowsLeapYears) {
  EXPECT_EQ(utc_of("2024-02-29T00:00:00Z"), "2024-02-29T00:00:00Z");
  EXPECT_EQ(utc_of("2000-02-29T00:00:00Z"), "2000-02-29T00:00:00Z");
  EXPECT_EQ(utc_of("2023-02-29T00:00:00Z"), "refused");
  EXPECT_EQ(utc_of("2100-02-29T00:00:00Z"), "refused");
  EXPECT_EQ(utc_of("2024-02-28T23:00:00-02:00"), "2024-02-29T01:00:00Z");
}

TEST(Rfc3339, StaysWithinFourDigitYears) {
  EXPECT_EQ(utc_of("0001-01-01T00:00:00Z"), "0001-01-01T00:00:00Z");
  EXPECT_EQ(utc_of("9999-12-31T23:59:59.999Z"), "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(utc_of("0000-12-31T00:00:00Z"), "refused");
  EXPECT_EQ(utc_of("0001-01-01T00:00:00+00:01"), "refused");
  EXPECT_EQ(utc_of("9999-12-31T23:59:59-00:01"), "refused");
  EXPECT_EQ(utc_of("1969-12-31T23:59:59.999Z"), "1969-12-31T23:59:59.999Z");
}

TEST(Rfc3339, RefusesAllElse) {
  for (const std::string_view wrong : {"",
                                       "2026-12-01",
                                       "2026-12-01T23:30:00",
                                       "2026-12-01T23:30Z",
                                       "2026-12-01T24:00:00Z",
                                       "2026-12-01T23:60:00Z",
                                       "2026-13-01T00:00:00Z",
                                       "2026-00-01T00:00:00Z",
                                       "2026-04-31T00:00:00Z",
                                       "2026-01-00T00:00:00Z",
                                       "2026-1-01T00:00:00Z",
                                       "26-01-01T00:00:00Z",
                                       "2026-01-01T00:00:00.Z",
                                       "2026-01-01T00:00:00,5Z",
                                       "2026-01-01T00:00:00+24:00",
                                       "2026-01-01T00:00:00+05:60",
                                       "2026-01-01T00:00:00+0500",
                                       "2026-01-01T00:00:00+05",
                                       "2026-01-01T00:00:00ZZ",
                                       " 2026-01-01T00:00:00Z",
                                       "2026-01-01T00:00:00Z ",
                                       "2026-01-01T00:00:00+",
                                       "+026-01-01T00:00:00Z",
                                       "2026-01-01T-1:00:00Z",
                                       "2026/01/01T00:00:00Z",
                                       "20260101T000000Z",
                                       "2026-01-01T00:00:00.5"}) {
    EXPECT_EQ(utc_of(wrong), "refused") << wrong;
  }
}

TEST(Rfc3339, EveryPrefixOfAGoodTimeIsRefused) {
  const std::string_view good = "2026-12-01T23:30:00.123+05:30";
  ASSERT_TRUE(parse_rfc3339(good));
  for (std::size_t length = 0; length < good.size(); ++length) {
    EXPECT_FALSE(parse_rfc3339(good.substr(0, length))) << good.substr(0, length);
  }
}

TEST(Rfc3339, EveryInstantGoesBothWays) {
  const auto first = to_unix_ms(sys_days{year{1} / 1 / 1});
  const auto days_in_range = (sys_days{year{9999} / 12 / 31} - sys_days{year{1} / 1 / 1}).count() + 1;
  for (std::uint64_t seed = 1; seed <= 20'000; ++seed) {
    SeededRandom random(seed);
    const auto range = static_cast<std::uint64_t>(days_in_range) * 86'400'000;
    std::int64_t ms = first + static_cast<std::int64_t>(random.next() % range);
    if (seed % 3 == 0) ms -= ms % 1000;
    const Instant instant = from_unix_ms(ms);
    const auto parsed = parse_rfc3339(format_rfc3339(instant));
    ASSERT_TRUE(parsed) << "seed " << seed << ": " << format_rfc3339(instant);
    ASSERT_EQ(parsed->instant, instant) << "seed " << seed;
    ASSERT_EQ(parsed->local_date, Date{floor<days>(instant)}) << "seed " << seed;
  }
}

TEST(Rfc3339, AnOffsetMovesTheInstantAndKeepsTheDate) {
  for (std::uint64_t seed = 1; seed <= 2'000; ++seed) {
    SeededRandom random(seed);
    const Instant local = from_unix_ms(static_cast<std::int64_t>(random.next() % 4'000'000'000'000));
    const auto offset = minutes{static_cast<int>(random.next() % 2879) - 1439};
    std::string text = format_rfc3339(local);
    text.pop_back();
    const auto size = offset < minutes{0} ? -offset : offset;
    text += offset < minutes{0} ? '-' : '+';
    text += std::to_string(size.count() / 600) + std::to_string(size.count() / 60 % 10) + ':';
    text += std::to_string(size.count() % 60 / 10) + std::to_string(size.count() % 10);
    const auto parsed = parse_rfc3339(text);
    ASSERT_TRUE(parsed) << "seed " << seed << ": " << text;
    ASSERT_EQ(parsed->instant, local - offset) << "seed " << seed << ": " << text;
    ASSERT_EQ(parsed->local_date, Date{floor<days>(local)}) << "seed " << seed << ": " << text;
  }
}

TEST(PlainDate, ReadsDatesThatExist) {
  EXPECT_EQ(format_date(*parse_date("2024-02-29")), "2024-02-29");
  EXPECT_EQ(format_date(*parse_date("0001-01-01")), "0001-01-01");
  for (const std::string_view wrong : {"", "2023-02-29", "2026-12-32", "2026-12-1", "2026-12-01 ",
                                       "2026-12-01T00:00:00Z", "0000-01-01", "12-01-2026"}) {
    EXPECT_FALSE(parse_date(wrong)) << wrong;
  }
}

// Rows that somebody has written by hand.
TEST(Time, WhatIsBeyondTheYearsOneTo9999IsShownAsTheNearestThatIsNot) {
  constexpr std::int64_t last = std::numeric_limits<std::int64_t>::max();
  for (const std::int64_t ms : {253402300800000, 8223372036854775807, last}) {
    EXPECT_EQ(format_rfc3339(from_unix_ms(ms)), "9999-12-31T23:59:59.999Z") << ms;
    EXPECT_TRUE(parse_rfc3339(format_rfc3339(from_unix_ms(ms)))) << ms;
  }
  for (const std::int64_t ms : {-62135596800001, std::numeric_limits<std::int64_t>::min()}) {
    EXPECT_EQ(format_rfc3339(from_unix_ms(ms)), "0001-01-01T00:00:00Z") << ms;
  }
  EXPECT_EQ(format_rfc3339(from_unix_ms(253402300799999)), "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(format_date(Date{std::chrono::year{12345} / 6 / 7}), "9999-12-31");
  EXPECT_EQ(format_date(Date{std::chrono::year{-5} / 6 / 7}), "0001-01-01");
}

}  // namespace
}  // namespace flightdeck
