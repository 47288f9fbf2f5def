// Which bytes may stand where in HTTP (RFC 9110) and in a URI (RFC 3986).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace flightdeck::http {

// The classes of one byte, as a set of the constants below.
using CharacterClasses = std::uint8_t;
inline constexpr CharacterClasses is_unreserved = 1;
// Unreserved characters and sub-delimiters.
inline constexpr CharacterClasses is_in_host_name = 2;
// Characters of a URI's path, including the slash and `%`.
inline constexpr CharacterClasses is_in_path = 4;
// Characters of a URI's query, including `%`.
inline constexpr CharacterClasses is_in_query = 8;
inline constexpr CharacterClasses is_hex_digit = 16;
inline constexpr CharacterClasses is_digit = 32;
inline constexpr CharacterClasses is_in_token = 64;
// All bytes except control characters. The tab is text.
inline constexpr CharacterClasses is_text = 128;

inline constexpr std::array<CharacterClasses, 256> character_classes = [] {
  std::array<CharacterClasses, 256> table{};
  const auto add = [&table](std::string_view characters, int classes) {
    for (const char c : characters) {
      auto& entry = table[static_cast<unsigned char>(c)];
      entry = static_cast<CharacterClasses>(entry | classes);
    }
  };
  add("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
      is_unreserved | is_in_host_name | is_in_path | is_in_query | is_in_token);
  add("0123456789", is_digit | is_hex_digit);
  add("abcdefABCDEF", is_hex_digit);
  add("-._~", is_unreserved | is_in_host_name | is_in_path | is_in_query);
  add("!$&'()*+,;=", is_in_host_name | is_in_path | is_in_query);
  add("%:@/", is_in_path | is_in_query);
  add("?", is_in_query);
  add("!#$%&'*+-.^_`|~", is_in_token);
  add("\t", is_text);
  for (std::size_t byte = 0x20; byte < table.size(); ++byte) {
    if (byte != 0x7F) table[byte] = static_cast<CharacterClasses>(table[byte] | is_text);
  }
  return table;
}();

constexpr bool is(CharacterClasses one, char c) {
  return (character_classes[static_cast<unsigned char>(c)] & one) != 0;
}

// Usually all are. It therefore checks four characters at a time and tests the result once, at the end.
constexpr bool all_are(CharacterClasses one, std::string_view text) {
  const auto classes = [text](std::size_t i) -> unsigned {
    return character_classes[static_cast<unsigned char>(text[i])];
  };
  unsigned common = one;
  std::size_t i = 0;
  for (; i + 4 <= text.size(); i += 4) {
    common &= classes(i) & classes(i + 1) & classes(i + 2) & classes(i + 3);
  }
  for (; i < text.size(); ++i) common &= classes(i);
  return common != 0;
}

}  // namespace flightdeck::http
