#include "core/unicode.h"

#include <gtest/gtest.h>

#include <string>

namespace flightdeck {
namespace {

TEST(Unicode, WhiteSpaceIsTheProperty) {
  std::size_t count = 0;
  for (char32_t c = 0; c <= 0x10FFFF; ++c) count += is_white_space(c) ? 1 : 0;
  EXPECT_EQ(count, 25U);
  for (const char32_t c : {U' ', U'\t', U'\n', U'\v', U'\f', U'\r', U'\u0085', U'\u00A0', U'\u1680',
                           U'\u2000', U'\u200A', U'\u2028', U'\u2029', U'\u202F', U'\u205F', U'\u3000'}) {
    EXPECT_TRUE(is_white_space(c)) << static_cast<std::uint32_t>(c);
  }
}

TEST(Unicode, KnowsWhatNobodySees) {
  for (const char32_t c :
       {U'\0',         U'\t',         U'\n',         U'\x1F',       U'\x7F',      U'\u0080', U'\u0085',
        U'\u009F',     U'\u00AD',     U'\u034F',     U'\u061C',     U'\u115F',    U'\u1160', U'\u17B4',
        U'\u180E',     U'\u200B',     U'\u200C',     U'\u200D',     U'\u200E',    U'\u200F', U'\u2028',
        U'\u2029',     U'\u202A',     U'\u202E',     U'\u2060',     U'\u2064',    U'\u2066', U'\u2069',
        U'\u206F',     U'\u2800',     U'\u3164',     U'\uFDD0',     U'\uFDEF',    U'\uFE00', U'\uFE0F',
        U'\uFEFF',     U'\uFFA0',     U'\uFFF9',     U'\uFFFB',     U'\uFFFE',    U'\uFFFF', U'\U0001FFFE',
        U'\U0001D173', U'\U000E0001', U'\U000E007F', U'\U000E01EF', U'\U0010FFFF'}) {
    EXPECT_TRUE(is_invisible(c)) << static_cast<std::uint32_t>(c);
  }
  for (const char32_t c :
       {U' ',      U'!',      U'~',      U'A',      U'\u00A0', U'\u00AC',     U'\u00AE',    U'\u00FC',
        U'\u0301', U'\u0627', U'\u1100', U'\u2000', U'\u200A', U'\u2010',     U'\u2027',    U'\u202F',
        U'\u205F', U'\u2070', U'\u27FF', U'\u2801', U'\u3000', U'\u4E2D',     U'\uAC00',    U'\uFDCF',
        U'\uFDF0', U'\uFE10', U'\uFFA1', U'\uFFFC', U'\uFFFD', U'\U0001F6EB', U'\U00020000'}) {
    EXPECT_FALSE(is_invisible(c)) << static_cast<std::uint32_t>(c);
  }
}

TEST(Unicode, TrimsWhiteSpaceAtBothEnds) {
  EXPECT_EQ(trim_white_space("\u00A0\t \u3000JFK\u2009\u0085\n"), "JFK");
  EXPECT_EQ(trim_white_space("a\u00A0b"), "a\u00A0b");
  EXPECT_EQ(trim_white_space("\u00FC"), "\u00FC");
  EXPECT_EQ(trim_white_space("\u2029\u2028"), "");
  EXPECT_EQ(trim_white_space(""), "");
  EXPECT_EQ(trim_white_space("\u200BJFK\u200B"), "\u200BJFK\u200B") << "of no width, and yet no white space";
}

TEST(Unicode, LeavesWhatIsNoUtf8) {
  for (const char* broken :
       {"\xA0", "\xC2", "a\xA0", "\x80\x80\x80\x80", "\xE2\x80", "a\xE2\x80", "\xF0\x80\x80\xA0"}) {
    EXPECT_EQ(trim_white_space(broken), broken);
    EXPECT_EQ(count_visible(broken), std::nullopt);
  }
  EXPECT_EQ(trim_white_space(" \xC2 "), "\xC2");
}

TEST(Unicode, CountsCharacters) {
  EXPECT_EQ(count_visible(""), 0U);
  EXPECT_EQ(count_visible("S\u00E3o Paulo"), 9U);
  EXPECT_EQ(count_visible("\u4E2D\U0001F6EB"), 2U);
  EXPECT_EQ(count_visible("a\u200Db"), std::nullopt);
  EXPECT_EQ(count_visible("a\nb"), std::nullopt);
  EXPECT_EQ(count_visible(std::string_view("a\0b", 3)), std::nullopt);
}

}  // namespace
}  // namespace flightdeck
