#include "core/money.h"

#include <charconv>

namespace flightdeck {

std::optional<Money> parse_money(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view fraction =
      point == std::string_view::npos ? std::string_view{} : text.substr(point + 1);
  if (whole.empty() || whole.size() > 8) return std::nullopt;
  if (point != std::string_view::npos && (fraction.empty() || fraction.size() > 2)) return std::nullopt;
  std::int64_t minor = 0;
  for (const char c : whole) {
    if (c < '0' || c > '9') return std::nullopt;
    minor = minor * 10 + (c - '0');
  }
  for (std::size_t i = 0; i < 2; ++i) {
    const char c = i < fraction.size() ? fraction[i] : '0';
    if (c < '0' || c > '9') return std::nullopt;
    minor = minor * 10 + (c - '0');
  }
  return Money{negative ? -minor : minor};
}

void append_money(std::string& out, Money money) {
  std::int64_t minor = money.minor;
  if (minor < 0) {
    out.push_back('-');
    minor = -minor;
  }
  char text[24];
  char* end = std::to_chars(text, text + sizeof text, minor / 100).ptr;
  *end++ = '.';
  *end++ = static_cast<char>('0' + minor % 100 / 10);
  *end++ = static_cast<char>('0' + minor % 10);
  out.append(text, static_cast<std::size_t>(end - text));
}

std::string format_money(Money money) {
  std::string out;
  append_money(out, money);
  return out;
}

}  // namespace flightdeck
