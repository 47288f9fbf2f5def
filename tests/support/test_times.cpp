#include "support/test_times.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <stdexcept>

namespace flightdeck::test {
namespace {

std::chrono::sys_days parse_day(std::string_view text) {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  if (std::sscanf(std::string(text).c_str(), "%d-%u-%u", &year, &month, &day) != 3) {
    throw std::invalid_argument("not a date: " + std::string(text));
  }
  return std::chrono::sys_days(std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day));
}

}  // namespace

std::string date_ahead(int days) {
  const auto today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  const std::chrono::year_month_day date(today + std::chrono::days(days));
  std::array<char, 48> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%04d-%02u-%02u", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return buffer.data();
}

std::string instant_ahead(int days, std::string_view time) {
  return date_ahead(days).append("T").append(time);
}

int days_between(std::string_view first, std::string_view second) {
  return static_cast<int>((parse_day(second) - parse_day(first)).count());
}

}  // namespace flightdeck::test
