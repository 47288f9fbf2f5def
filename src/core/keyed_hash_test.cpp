#include "core/keyed_hash.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace flightdeck {
namespace {

constexpr HashKey key{0x0706050403020100U, 0x0f0e0d0c0b0a0908U};

std::uint64_t hash_of(std::string_view a, std::string_view b, HashKey with = key) {
  return KeyedHash(with).add(a).add(b).finish();
}

TEST(KeyedHash, IsOfTheKeyAndOfEveryBit) {
  std::set<std::uint64_t> seen{hash_of("jfk", "lhr"), hash_of("jfk", "lhr", {key.first, key.second + 1}),
                               hash_of("jfk", "lhr", {key.first + 1, key.second})};
  EXPECT_EQ(seen.size(), 3U);
  EXPECT_EQ(hash_of("jfk", "lhr"), hash_of("jfk", "lhr"));
  for (int bit = 0; bit < 64; ++bit)
    EXPECT_TRUE(seen.insert(KeyedHash(key).add(std::uint64_t{1} << bit).finish()).second) << bit;
  const std::string text(20, 'x');
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::string other = text;
    other[at] = 'y';
    EXPECT_TRUE(seen.insert(hash_of(other, "")).second) << at;
  }
}

TEST(KeyedHash, KnowsWhereATextEnds) {
  EXPECT_NE(hash_of("ab", "c"), hash_of("a", "bc"));
  EXPECT_NE(hash_of("", "a"), hash_of("a", ""));
  EXPECT_NE(hash_of(std::string_view("a\0", 2), ""), hash_of("a", ""));
  EXPECT_NE(KeyedHash(key).finish(), KeyedHash(key).add(std::uint64_t{0}).finish());
}

// One bit of the input changes about half of the output.
TEST(KeyedHash, SpreadsEveryBit) {
  for (int bit = 0; bit < 64; ++bit) {
    int changed = 0;
    for (std::uint64_t i = 0; i < 64; ++i) {
      const std::uint64_t one = KeyedHash(key).add(i).finish();
      changed += std::popcount(one ^ KeyedHash(key).add(i ^ (std::uint64_t{1} << bit)).finish());
    }
    EXPECT_NEAR(changed / 64.0, 32.0, 4.0) << bit;
  }
}

}  // namespace
}  // namespace flightdeck
