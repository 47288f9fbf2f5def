#include "support/test_times.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
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

std::int64_t unix_ms_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

std::string instant_text(std::int64_t unix_ms) {
  const auto seconds = static_cast<std::time_t>(unix_ms / 1000);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 32> whole{};
  std::strftime(whole.data(), whole.size(), "%Y-%m-%dT%H:%M:%S", &utc);
  std::array<char, 8> rest{};
  if (unix_ms % 1000 != 0) {
    std::snprintf(rest.data(), rest.size(), ".%03d", static_cast<int>(unix_ms % 1000));
  }
  return std::string(whole.data()) + rest.data() + "Z";
}

int days_between(std::string_view first, std::string_view second) {
  return static_cast<int>((parse_day(second) - parse_day(first)).count());
}

}  // namespace flightdeck::test
