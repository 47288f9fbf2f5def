// Money as an integer number of minor units (cents). Never floating point.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace flightdeck {

struct Money {
  std::int64_t minor = 0;

  friend auto operator<=>(const Money&, const Money&) = default;
  friend Money operator*(Money price, std::int64_t count) { return Money{price.minor * count}; }
};

// Parses a decimal of at most two fraction digits and at most eight integer digits: `199`, `199.5`, `199.00`,
// `-1`. It has no exponent, no plus sign and no white space.
std::optional<Money> parse_money(std::string_view text);
// Always two fraction digits: `199.00`.
std::string format_money(Money money);
void append_money(std::string& out, Money money);

}  // namespace flightdeck
