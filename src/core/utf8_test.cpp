#include "core/utf8.h"

#include <gtest/gtest.h>

namespace flightdeck {
namespace {

TEST(Utf8, TakesEveryLength) {
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8("Z\xC3\xBCrich \xE6\x9D\xB1\xE4\xBA\xAC \xF0\x9F\x9B\xAB"));
  EXPECT_EQ(utf8_length("a", 0), 1U);
  EXPECT_EQ(utf8_length("\xC2\x80", 0), 2U);
  EXPECT_EQ(utf8_length("\xE0\xA0\x80", 0), 3U);
  EXPECT_EQ(utf8_length("\xEF\xBF\xBF", 0), 3U);
  EXPECT_EQ(utf8_length("\xF0\x90\x80\x80", 0), 4U);
  EXPECT_EQ(utf8_length("\xF4\x8F\xBF\xBF", 0), 4U);
}

TEST(Utf8, RefusesWhatIsNone) {
  for (const std::string_view wrong : {"\x80", "\xC3", "\xC0\xAF", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80",
                                       "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF",
                                       "\xE6\x9D", "\xF0\x9F\x9B", "a\xC3z", "\xC3\xBC\xBC"}) {
    EXPECT_FALSE(is_utf8(wrong));
  }
}

}  // namespace
}  // namespace flightdeck
