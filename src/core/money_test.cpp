#include "core/money.h"

#include <gtest/gtest.h>

#include "core/random.h"

namespace flightdeck {
namespace {

TEST(Money, ReadsDecimals) {
  EXPECT_EQ(parse_money("199"), Money{19900});
  EXPECT_EQ(parse_money("199.5"), Money{19950});
  EXPECT_EQ(parse_money("199.05"), Money{19905});
  EXPECT_EQ(parse_money("0.01"), Money{1});
  EXPECT_EQ(parse_money("0"), Money{0});
  EXPECT_EQ(parse_money("-0.00"), Money{0});
  EXPECT_EQ(parse_money("-1"), Money{-100});
  EXPECT_EQ(parse_money("-1.05"), Money{-105});
  EXPECT_EQ(parse_money("99999999.99"), Money{9'999'999'999});
}

TEST(Money, RefusesAllElse) {
  for (const std::string_view wrong : {"", "-", ".", ".5", "1.", "1.234", "1,5", "+1", "--1", "1e3", " 1",
                                       "1 ", "123456789", "0x10", "1.5.", "1..5", "NaN", "1.-5", "- 1"}) {
    EXPECT_FALSE(parse_money(wrong)) << wrong;
  }
}

TEST(Money, AlwaysWritesTwoDigits) {
  EXPECT_EQ(format_money(Money{19900}), "199.00");
  EXPECT_EQ(format_money(Money{5}), "0.05");
  EXPECT_EQ(format_money(Money{-5}), "-0.05");
  EXPECT_EQ(format_money(Money{-12345}), "-123.45");
  EXPECT_EQ(format_money(Money{0}), "0.00");
}

TEST(Money, GoesBothWays) {
  SeededRandom random(1);
  for (int i = 0; i < 10'000; ++i) {
    const Money money{static_cast<std::int64_t>(random.next() % 19'999'999'999) - 9'999'999'999};
    ASSERT_EQ(parse_money(format_money(money)), money) << money.minor;
  }
}

TEST(Money, MultipliesAndCompares) {
  EXPECT_EQ(Money{19999} * 3, Money{59997});
  EXPECT_LT(Money{1}, Money{2});
}

}  // namespace
}  // namespace flightdeck
