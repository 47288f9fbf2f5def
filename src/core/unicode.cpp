#include "core/unicode.h"

#include <algorithm>
#include <iterator>

#include "core/utf8.h"

namespace flightdeck {

namespace {

struct Range {
  char32_t first;
  char32_t last;
};

// Unicode 15: Cc, Cf, Zl, Zp, Default_Ignorable_Code_Point, and the noncharacters of the first plane.
constexpr Range invisible[] = {
    {0x0000, 0x001F},   {0x007F, 0x009F},   {0x00AD, 0x00AD},   {0x034F, 0x034F},   {0x0600, 0x0605},
    {0x061C, 0x061C},   {0x06DD, 0x06DD},   {0x070F, 0x070F},   {0x0890, 0x0891},   {0x08E2, 0x08E2},
    {0x115F, 0x1160},   {0x17B4, 0x17B5},   {0x180B, 0x180F},   {0x200B, 0x200F},   {0x2028, 0x202E},
    {0x2060, 0x206F},   {0x2800, 0x2800},   {0x3164, 0x3164},   {0xFDD0, 0xFDEF},   {0xFE00, 0xFE0F},
    {0xFEFF, 0xFEFF},   {0xFFA0, 0xFFA0},   {0xFFF0, 0xFFFB},   {0x110BD, 0x110BD}, {0x110CD, 0x110CD},
    {0x13430, 0x1343F}, {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A}, {0xE0000, 0xE0FFF}};

// The character of a valid sequence.
char32_t decode(std::string_view sequence) {
  const auto lead = static_cast<unsigned char>(sequence.front());
  if (sequence.size() == 1) return lead;
  char32_t character = lead & (0xFFU >> (sequence.size() + 1));
  for (const char c : sequence.substr(1))
    character = character << 6 | (static_cast<unsigned char>(c) & 0x3FU);
  return character;
}

bool is_visible_ascii(char c) { return c > ' ' && c < '\x7F'; }

// The length of the white space that `text` begins with.
std::size_t leading_white_space(std::string_view text) {
  const std::size_t length = utf8_length(text, 0);
  return length > 0 && is_white_space(decode(text.substr(0, length))) ? length : 0;
}

std::size_t trailing_white_space(std::string_view text) {
  std::size_t begin = text.size() - 1;
  while (begin > 0 && (static_cast<unsigned char>(text[begin]) & 0xC0U) == 0x80U) --begin;
  const std::string_view last = text.substr(begin);
  return leading_white_space(last) == last.size() ? last.size() : 0;
}

}  // namespace

bool is_white_space(char32_t c) {
  if (c < 0x80) return c == ' ' || (c >= '\t' && c <= '\r');
  return c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 ||
         c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

bool is_invisible(char32_t c) {
  if (c < 0x80) return c < 0x20 || c == 0x7F;
  // The last two code points of every plane are no characters.
  if ((c & 0xFFFEU) == 0xFFFEU) return true;
  const auto* const range =
      std::lower_bound(std::begin(invisible), std::end(invisible), c,
                       [](const Range& one, char32_t wanted) { return one.last < wanted; });
  return range != std::end(invisible) && range->first <= c;
}

std::string_view trim_white_space(std::string_view text) {
  if (!text.empty() && is_visible_ascii(text.front()) && is_visible_ascii(text.back())) return text;
  while (!text.empty()) {
    const std::size_t length = leading_white_space(text);
    if (length == 0) break;
    text.remove_prefix(length);
  }
  while (!text.empty()) {
    const std::size_t length = trailing_white_space(text);
    if (length == 0) break;
    text.remove_suffix(length);
  }
  return text;
}

std::optional<std::size_t> count_visible(std::string_view text) {
  std::size_t count = 0;
  while (count < text.size() && (is_visible_ascii(text[count]) || text[count] == ' ')) ++count;
  for (std::size_t at = count; at < text.size(); ++count) {
    const std::size_t length = utf8_length(text, at);
    if (length == 0 || is_invisible(decode(text.substr(at, length)))) return std::nullopt;
    at += length;
  }
  return count;
}

}  // namespace flightdeck
