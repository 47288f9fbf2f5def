#include "api/cursor.h"

#include <gtest/gtest.h>

#include "core/limits.h"

namespace flightdeck::api {
namespace {

const std::string own_list = "search:jfk:lhr:2026-12-01:price:1";

TEST(Cursor, GoesOnWithItsOwnList) {
  const std::string cursor = seal_cursor("position", own_list);
  EXPECT_EQ(open_cursor(cursor, own_list), "position");
  for (const char* other : {"", "search", "flights:jfk:lhr:2026-12-01", "search:jfk:lhr:2026-12-01:price:2",
                            "search:jfk:lhr:2026-12-01:fastest:1", "search:lhr:jfk:2026-12-01:price:1"}) {
    EXPECT_EQ(open_cursor(cursor, other), std::nullopt) << other;
  }
}

TEST(Cursor, RefusesOneThatWasTamperedWith) {
  const std::string cursor = seal_cursor("0123456789abcdef", own_list);
  for (std::size_t size = 0; size < cursor.size(); ++size) {
    EXPECT_FALSE(open_cursor(cursor.substr(0, size), own_list)) << size;
    EXPECT_FALSE(open_cursor(cursor.substr(cursor.size() - size), own_list)) << size;
  }
  EXPECT_FALSE(open_cursor(cursor + "0", own_list));
  for (std::size_t at = 0; at < cursor.size(); ++at) {
    std::string other = cursor;
    other[at] = other[at] == '0' ? '1' : '0';
    EXPECT_FALSE(open_cursor(other, own_list)) << at;
  }
}

TEST(Cursor, OfAnyLengthButOursIsNone) {
  const std::string longest(limits::cursor_chars - 16, 'x');
  EXPECT_EQ(open_cursor(seal_cursor(longest, own_list), own_list), longest);
  EXPECT_FALSE(open_cursor(seal_cursor(longest + "x", own_list), own_list));
  EXPECT_FALSE(unsealed(std::string(8000, '0')));
}

std::optional<int> parse_seven(std::string_view text) {
  return text == "seven" ? std::optional(7) : std::nullopt;
}

TEST(Cursor, IsReadAndElseNamed) {
  net::FieldErrors errors;
  EXPECT_EQ(read_cursor(seal_cursor("seven", own_list), own_list, parse_seven, errors), 7);
  EXPECT_TRUE(errors.empty());
  for (const std::string& wrong :
       {seal_cursor("eight", own_list), seal_cursor("seven", "other"), std::string("seven"), std::string()}) {
    net::FieldErrors named;
    EXPECT_EQ(read_cursor(wrong, own_list, parse_seven, named), std::nullopt);
    EXPECT_TRUE(named.names("cursor")) << wrong;
  }
}

TEST(Cursor, IsNotBlamedForAnotherWrongParameter) {
  net::FieldErrors errors;
  errors.add("sort", "is wrong");
  read_cursor(seal_cursor("seven", own_list), "which list?", parse_seven, errors);
  EXPECT_FALSE(errors.names("cursor"));
  read_cursor(seal_cursor("eight", own_list), "which list?", parse_seven, errors);
  EXPECT_TRUE(errors.names("cursor"));
}

}  // namespace
}  // namespace flightdeck::api
