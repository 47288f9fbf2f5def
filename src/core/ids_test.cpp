#include "core/ids.h"

#include <gtest/gtest.h>

#include <set>
#include <unordered_set>

namespace flightdeck {
namespace {

constexpr std::string_view dns_namespace = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";

TEST(Uuid, ParsesTheHyphenatedFormOnly) {
  const auto parsed = parse_uuid("0123abcd-4567-89EF-fedc-BA9876543210");
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(format_uuid(*parsed), "0123abcd-4567-89ef-fedc-ba9876543210");
  for (const std::string_view wrong :
       {"", "0123abcd-4567-89ef-fedc-ba987654321", "0123abcd-4567-89ef-fedc-ba98765432100",
        "0123abcd456789effedcba9876543210", "{0123abcd-4567-89ef-fedc-ba9876543210}",
        "0123abcd-4567-89ef-fedc-ba987654321g", "0123abcd-4567-89ef-fedc_ba9876543210",
        "0123abcd4-567-89ef-fedc-ba9876543210", " 123abcd-4567-89ef-fedc-ba9876543210",
        "0123abcd-4567-89ef-fedc-ba9876543210 ", "0123abcd-4567-89ef-fedcba9876543210----",
        "------------------------------------", "0123abcd-4567-89ef-fedc-ba98765432-1"}) {
    EXPECT_FALSE(parse_uuid(wrong).has_value()) << wrong;
  }
}

TEST(Uuid, RefusesEveryForeignByteAtEveryPlace) {
  const std::string good = "0123abcd-4567-89ef-fedc-ba9876543210";
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      const char c = static_cast<char>(byte);
      const bool hyphen = good[at] == '-';
      const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
      std::string text = good;
      text[at] = c;
      ASSERT_EQ(parse_uuid(text).has_value(), hyphen ? c == '-' : hex) << text;
    }
  }
}

TEST(Uuid, TextGoesBothWays) {
  SeededRandom random(1);
  for (int i = 0; i < 1000; ++i) {
    const Uuid uuid = make_uuid_v7(from_unix_ms(static_cast<std::int64_t>(random.next() >> 20)), random);
    ASSERT_EQ(parse_uuid(format_uuid(uuid)), uuid);
  }
}

TEST(UuidV7, HasTheLayoutOfRfc9562) {
  SeededRandom random(2);
  for (const std::int64_t ms :
       {std::int64_t{0}, std::int64_t{1}, std::int64_t{1645557742000}, (std::int64_t{1} << 48) - 1}) {
    for (int i = 0; i < 100; ++i) {
      const Uuid uuid = make_uuid_v7(from_unix_ms(ms), random);
      std::int64_t time = 0;
      for (int byte = 0; byte < 6; ++byte) time = time << 8 | uuid.data()[byte];
      ASSERT_EQ(time, ms);
      ASSERT_EQ(uuid.data()[6] >> 4, 7);
      ASSERT_EQ(uuid.data()[8] >> 6, 2);
    }
  }
}

TEST(UuidV7, AllBitsButTimeVersionAndVariantAreRandom) {
  SeededRandom random(3);
  std::array<std::uint8_t, 16> ones{};
  std::array<std::uint8_t, 16> zeros{};
  for (int i = 0; i < 200; ++i) {
    const Uuid uuid = make_uuid_v7(Instant{}, random);
    for (std::size_t byte = 0; byte < 16; ++byte) {
      ones[byte] = static_cast<std::uint8_t>(ones[byte] | uuid.data()[byte]);
      zeros[byte] = static_cast<std::uint8_t>(zeros[byte] | ~uuid.data()[byte]);
    }
  }
  for (std::size_t byte = 6; byte < 16; ++byte) {
    const int fixed = byte == 6 ? 0xf0 : byte == 8 ? 0xc0 : 0;
    EXPECT_EQ((ones[byte] & zeros[byte]) | fixed, 0xff) << "byte " << byte;
  }
}

TEST(UuidV7, LaterIdsSortLater) {
  SeededRandom random(4);
  BookingId before{make_uuid_v7(from_unix_ms(1), random)};
  for (std::int64_t ms = 2; ms < 100'000; ms = ms * 3 + 1) {
    const BookingId after{make_uuid_v7(from_unix_ms(ms), random)};
    ASSERT_LT(before, after);
    before = after;
  }
}

TEST(UuidV5, MatchesTheTestVectorOfRfc9562) {
  EXPECT_EQ(format_uuid(make_uuid_v5(*parse_uuid(dns_namespace), "www.example.com")),
            "2ed6657d-e927-568b-95e1-2665a8aea6a2");
}

TEST(UuidV5, DependsOnNamespaceAndName) {
  const Uuid name_space = *parse_uuid(dns_namespace);
  const Uuid other = *parse_uuid("6ba7b811-9dad-11d1-80b4-00c04fd430c8");
  EXPECT_EQ(make_uuid_v5(name_space, "a"), make_uuid_v5(name_space, "a"));
  EXPECT_NE(make_uuid_v5(name_space, "a"), make_uuid_v5(name_space, "b"));
  EXPECT_NE(make_uuid_v5(name_space, "a"), make_uuid_v5(other, "a"));
  EXPECT_NE(make_uuid_v5(name_space, ""), make_uuid_v5(name_space, std::string_view("\0", 1)));
}

TEST(Id, OrdersByBytesAndHashes) {
  const auto low = FlightId::parse("00000000-0000-0000-0000-0000000000ff");
  const auto high = FlightId::parse("80000000-0000-0000-0000-000000000000");
  ASSERT_TRUE(low && high);
  EXPECT_LT(*low, *high);
  EXPECT_EQ(low->str(), "00000000-0000-0000-0000-0000000000ff");
  const std::unordered_set<FlightId> set{*low, *high, *low};
  EXPECT_EQ(set.size(), 2U);
}

}  // namespace
}  // namespace flightdeck
