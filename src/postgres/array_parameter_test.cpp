// The bytes that PostgreSQL is given, and the instants and dates that it gives back.
#include "postgres/array_parameter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace flightdeck::postgres {
namespace {

using namespace std::string_literals;

std::string bytes_of(const Parameters& parameters, std::size_t at = 0) {
  return std::string(parameters.values().at(at), static_cast<std::size_t>(parameters.lengths().at(at)));
}

FlightId flight(std::uint8_t n) {
  FlightId id;
  id.value.data()[15] = n;
  return id;
}

TEST(Parameters, ScalarsAreBigEndianOrTheirOwnBytes) {
  Parameters p;
  p.add(std::int64_t{-2}).add(Integer4{258}).add(std::string_view("a\0b", 3)).add(flight(7));
  ASSERT_EQ(p.count(), 4);
  EXPECT_EQ(bytes_of(p, 0), "\xff\xff\xff\xff\xff\xff\xff\xfe");
  EXPECT_EQ(bytes_of(p, 1), "\0\0\1\2"s);
  EXPECT_EQ(bytes_of(p, 2), "a\0b"s);
  EXPECT_EQ(bytes_of(p, 3), "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\7"s);
}

TEST(Parameters, AnArraySaysItsTypeSizeAndNulls) {
  const std::vector<std::string> items = {"x", "", "{\"y\",NULL}"};
  Parameters p;
  p.add_array(items, [](const std::string& item) {
    return item.empty() ? std::nullopt : std::optional<std::string_view>(item);
  });
  EXPECT_EQ(bytes_of(p),
            "\0\0\0\1"
            "\0\0\0\1"
            "\0\0\0\x19"
            "\0\0\0\3"
            "\0\0\0\1"
            "\0\0\0\1x"
            "\xff\xff\xff\xff"
            "\0\0\0\x0a{\"y\",NULL}"s);
}

TEST(Parameters, AnArrayWithoutNullsSaysSo) {
  const std::vector<FlightId> ids = {flight(1)};
  Parameters p;
  add_ids(p, ids);
  EXPECT_EQ(bytes_of(p),
            "\0\0\0\1"
            "\0\0\0\0"
            "\0\0\x0b\x86"
            "\0\0\0\1"
            "\0\0\0\1"
            "\0\0\0\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1"s);
}

TEST(Parameters, AnEmptyArrayHasNoDimension) {
  Parameters p;
  add_ids(p, std::vector<FlightId>{});
  EXPECT_EQ(bytes_of(p),
            "\0\0\0\0"
            "\0\0\0\0"
            "\0\0\x0b\x86"s);
}

TEST(Parameters, IntegersThatDoNotFitAreCutOffNotWrapped) {
  Parameters p;
  p.add(Integer4{std::int64_t{1} << 32}).add(Integer4{std::numeric_limits<std::int64_t>::min()});
  EXPECT_EQ(bytes_of(p, 0), "\x7f\xff\xff\xff");
  EXPECT_EQ(bytes_of(p, 1), "\x80\0\0\0"s);
}

TEST(PostgresTime, GoesThereAndBack) {
  EXPECT_EQ(to_postgres_time(*std::optional(parse_rfc3339("2000-01-01T00:00:00Z")->instant)), 0);
  for (const char* text : {"0001-01-01T00:00:00.001Z", "1969-12-31T23:59:59.999Z", "2026-12-01T23:30:00.123Z",
                           "9999-12-31T23:59:59.999Z"}) {
    const Instant instant = parse_rfc3339(text)->instant;
    EXPECT_EQ(format_rfc3339(from_postgres_time(to_postgres_time(instant))), text);
  }
}

TEST(PostgresTime, MicrosecondsOfOthersAreCutOff) {
  EXPECT_EQ(from_postgres_time(-1), from_postgres_time(-1000));
  EXPECT_EQ(from_postgres_time(1999), from_postgres_time(1000));
}

TEST(PostgresTime, WhatItCannotHoldBecomesTheNearestItCan) {
  const std::int64_t first = to_postgres_time(Instant::min());
  const std::int64_t last = to_postgres_time(Instant::max());
  EXPECT_EQ(first, -211'813'488'000'000'000);
  EXPECT_EQ(last, 9'223'371'331'199'999'000);
  EXPECT_LT(first, to_postgres_time(parse_rfc3339("0001-01-01T00:00:00Z")->instant));
  EXPECT_GT(last, to_postgres_time(parse_rfc3339("9999-12-31T23:59:59Z")->instant));
}

TEST(PostgresDate, GoesThereAndBack) {
  EXPECT_EQ(to_postgres_date(Date{std::chrono::year{2000} / 1 / 2}), 1);
  for (const char* text : {"0001-01-01", "1999-12-31", "2028-02-29", "9999-12-31"}) {
    EXPECT_EQ(format_date(from_postgres_date(to_postgres_date(*parse_date(text)))), text);
  }
}

}  // namespace
}  // namespace flightdeck::postgres
