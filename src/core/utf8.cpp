#include "core/utf8.h"

namespace flightdeck {

std::size_t utf8_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U;
  };
  const auto continues = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return continues(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    if (!continues(1) || !continues(2)) return 0;
    if (lead == 0xE0 && byte(1) < 0xA0) return 0;
    if (lead == 0xED && byte(1) > 0x9F) return 0;
    return 3;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    if (!continues(1) || !continues(2) || !continues(3)) return 0;
    if (lead == 0xF0 && byte(1) < 0x90) return 0;
    if (lead == 0xF4 && byte(1) > 0x8F) return 0;
    return 4;
  }
  return 0;
}

std::string_view utf8_prefix(std::string_view text, std::size_t bytes) {
  constexpr std::size_t longest = 4;
  if (text.size() <= bytes) return text;
  for (std::size_t back = 1; back < longest && back <= bytes; ++back) {
    const std::size_t length = utf8_length(text, bytes - back);
    if (length > back) return text.substr(0, bytes - back);
    if (length > 0) break;
  }
  return text.substr(0, bytes);
}

}  // namespace flightdeck
