#include "core/utf8.h"

#include <gtest/gtest.h>

#include <vector>

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

TEST(Utf8, IsCutBetweenCharacters) {
  EXPECT_EQ(utf8_prefix("abc", 3), "abc");
  EXPECT_EQ(utf8_prefix("abc", 2), "ab");
  EXPECT_EQ(utf8_prefix("abc", 0), "");
  const std::string_view text = "a\xC3\xBC\xE6\x9D\xB1\xF0\x9F\x9B\xABz";
  const std::vector<std::size_t> sizes = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11, 11};
  for (std::size_t bytes = 0; bytes < sizes.size(); ++bytes)
    EXPECT_EQ(utf8_prefix(text, bytes).size(), sizes[bytes]) << bytes;
  EXPECT_EQ(utf8_prefix("\x80\x80\x80\x80\x80", 3).size(), 3U) << "what is no UTF-8 is cut anywhere";
}

}  // namespace
}  // namespace flightdeck
