#include "redis/command.h"

#include <gtest/gtest.h>

namespace flightdeck::redis {
namespace {

TEST(Command, KeepsItsWordsApart) {
  Command command("XADD");
  command.add("").add("a b\r\n").add(-9'223'372'036'854'775'807 - 1).add("");
  ASSERT_EQ(command.size(), 5U);
  EXPECT_EQ(command.word(0), "XADD");
  EXPECT_EQ(command.word(1), "");
  EXPECT_EQ(command.word(2), "a b\r\n");
  EXPECT_EQ(command.word(3), "-9223372036854775808");
  EXPECT_EQ(command.word(4), "");
}

TEST(Reply, IsANumberOnlyAsAWhole) {
  const Reply text{Reply::Kind::text, "12", {}};
  EXPECT_EQ(text.integer(), 12);
  EXPECT_EQ((Reply{Reply::Kind::integer, "-3", {}}.integer()), -3);
  EXPECT_EQ((Reply{Reply::Kind::error, "12", {}}.integer()), std::nullopt);
  EXPECT_EQ(Reply{}.integer(), std::nullopt);
  for (const std::string_view bad : {"", "1x", " 1", "1.0", "99999999999999999999"})
    EXPECT_EQ(parse_integer(bad), std::nullopt) << bad;
}

TEST(Reply, ErrorsAreToldByTheirFirstWord) {
  const Reply error{Reply::Kind::error, "NOSCRIPT No matching script.", {}};
  EXPECT_TRUE(error.is_error("NOSCRIPT"));
  EXPECT_FALSE(error.is_error("WRONGTYPE"));
  EXPECT_FALSE(error.is_text("NOSCRIPT No matching script."));
  EXPECT_FALSE((Reply{Reply::Kind::text, "NOSCRIPT", {}}.is_error("NOSCRIPT")));
  EXPECT_TRUE(any_error({Reply{}, error}));
  EXPECT_FALSE(any_error({Reply{}, Reply{}}));
}

}  // namespace
}  // namespace flightdeck::redis
