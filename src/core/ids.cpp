#include "core/ids.h"

#include <algorithm>
#include <boost/uuid/name_generator_sha1.hpp>

#include "core/extend.h"

namespace flightdeck {

namespace {

constexpr bool is_hyphen_position(std::size_t i) { return i == 8 || i == 13 || i == 18 || i == 23; }

// What a byte is as a hexadecimal digit; -1: it is none.
constexpr std::array<std::int8_t, 256> hex_values = [] {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (std::int8_t digit = 0; digit < 16; ++digit) {
    values[static_cast<unsigned char>("0123456789abcdef"[digit])] = digit;
    values[static_cast<unsigned char>("0123456789ABCDEF"[digit])] = digit;
  }
  return values;
}();
int hex_digit(char c) { return hex_values[static_cast<unsigned char>(c)]; }

}  // namespace

// Boost's own parser also takes braces and missing hyphens; the contract takes one form only.
std::optional<Uuid> parse_uuid(std::string_view text) {
  if (text.size() != 36) return std::nullopt;
  Uuid uuid{};
  std::size_t byte = 0;
  for (std::size_t i = 0; i < text.size();) {
    if (is_hyphen_position(i)) {
      if (text[i] != '-') return std::nullopt;
      ++i;
      continue;
    }
    const int high = hex_digit(text[i]);
    const int low = hex_digit(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    uuid.data()[byte++] = static_cast<std::uint8_t>(high * 16 + low);
    i += 2;
  }
  return uuid;
}

void append_uuid(std::string& out, const Uuid& uuid) {
  constexpr char digits[] = "0123456789abcdef";
  char* text = extend(out, 36);
  std::size_t at = 0;
  for (std::size_t byte = 0; byte < 16; ++byte) {
    if (is_hyphen_position(at)) text[at++] = '-';
    text[at++] = digits[uuid.data()[byte] >> 4];
    text[at++] = digits[uuid.data()[byte] & 15];
  }
}

std::string format_uuid(const Uuid& uuid) {
  std::string out;
  out.reserve(36);
  append_uuid(out, uuid);
  return out;
}

// RFC 9562, section 5.7.
Uuid make_uuid_v7(Instant now, Random& random) {
  const auto ms = static_cast<std::uint64_t>(to_unix_ms(now));
  const std::uint64_t a = random.next();
  const std::uint64_t b = random.next();
  Uuid uuid{};
  std::uint8_t* bytes = uuid.data();
  for (int i = 0; i < 6; ++i) bytes[i] = static_cast<std::uint8_t>(ms >> (40 - 8 * i));
  bytes[6] = static_cast<std::uint8_t>(0x70 | (a & 0x0f));
  bytes[7] = static_cast<std::uint8_t>(a >> 8);
  for (int i = 0; i < 8; ++i) bytes[8 + i] = static_cast<std::uint8_t>(b >> (8 * i));
  bytes[8] = static_cast<std::uint8_t>(0x80 | (bytes[8] & 0x3f));
  return uuid;
}

Uuid make_uuid_v5(const Uuid& name_space, std::string_view name) {
  return boost::uuids::name_generator_sha1(name_space)(name.data(), name.size());
}

}  // namespace flightdeck
