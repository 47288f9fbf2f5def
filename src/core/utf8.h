// UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, up to U+10FFFF.
#pragma once

#include <cstddef>
#include <string_view>

namespace flightdeck {

// Length of the valid sequence that begins at `at`, or 0.
std::size_t utf8_length(std::string_view text, std::size_t at);

inline bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = utf8_length(text, at);
    if (length == 0) return false;
    at += length;
  }
  return true;
}

// True when every character is between the space and the tilde.
inline bool is_printable_ascii(std::string_view text) {
  for (const char c : text) {
    if (c < 0x20 || c > 0x7E) return false;
  }
  return true;
}

// The beginning of `text`, of at most `bytes` bytes, without cutting a valid sequence in two.
std::string_view utf8_prefix(std::string_view text, std::size_t bytes);

}  // namespace flightdeck
