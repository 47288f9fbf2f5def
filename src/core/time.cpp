#include "core/time.h"

#include <algorithm>

#include "core/extend.h"

namespace flightdeck {

namespace {

using namespace std::chrono;

// Reads exactly `digits` decimal digits at `at` and moves on; -1 when they are not there.
int read_number(std::string_view text, std::size_t& at, std::size_t digits) {
  if (text.size() < at + digits) return -1;
  int value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    const char c = text[at + i];
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  at += digits;
  return value;
}

bool read_char(std::string_view text, std::size_t& at, std::string_view allowed) {
  if (at >= text.size() || allowed.find(text[at]) == std::string_view::npos) return false;
  ++at;
  return true;
}

std::optional<Date> read_date(std::string_view text, std::size_t& at) {
  const int y = read_number(text, at, 4);
  if (y < 1 || !read_char(text, at, "-")) return std::nullopt;
  const int m = read_number(text, at, 2);
  if (m < 1 || !read_char(text, at, "-")) return std::nullopt;
  const int d = read_number(text, at, 2);
  if (d < 1) return std::nullopt;
  const Date date{year{y}, month{static_cast<unsigned>(m)}, day{static_cast<unsigned>(d)}};
  if (!date.ok()) return std::nullopt;
  return date;
}

// Fraction of a second in ms; digits beyond the third are cut off.
std::optional<int> read_fraction_ms(std::string_view text, std::size_t& at) {
  int ms = 0;
  int scale = 100;
  std::size_t digits = 0;
  for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, ++digits) {
    ms += (text[at] - '0') * scale;
    scale /= 10;
  }
  if (digits == 0) return std::nullopt;
  return ms;
}

constexpr std::size_t date_chars = 10;

// Writes `value` with leading zeros and returns where the text goes on.
char* write_padded(char* out, int value, int width) {
  for (int i = width - 1; i >= 0; --i) {
    out[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
  return out + width;
}

// What lies beyond these, as in a row that somebody wrote by hand, is written as the nearest of them: RFC
// 3339 has years of four digits.
constexpr Date first_date{year{1}, January, day{1}};
constexpr Date last_date{year{9999}, December, day{31}};
constexpr Instant first_instant{sys_days{first_date}};
constexpr Instant last_instant{sys_days{last_date} + days{1} - milliseconds{1}};

char* write_date(char* out, Date date) {
  out = write_padded(out, static_cast<int>(date.year()), 4);
  *out++ = '-';
  out = write_padded(out, static_cast<int>(static_cast<unsigned>(date.month())), 2);
  *out++ = '-';
  return write_padded(out, static_cast<int>(static_cast<unsigned>(date.day())), 2);
}

}  // namespace

std::optional<LocalInstant> parse_rfc3339(std::string_view text) {
  std::size_t at = 0;
  const auto date = read_date(text, at);
  if (!date || !read_char(text, at, "Tt ")) return std::nullopt;
  const int h = read_number(text, at, 2);
  if (h < 0 || h > 23 || !read_char(text, at, ":")) return std::nullopt;
  const int m = read_number(text, at, 2);
  if (m < 0 || m > 59 || !read_char(text, at, ":")) return std::nullopt;
  const int s = read_number(text, at, 2);
  if (s < 0 || s > 60) return std::nullopt;
  int ms = 0;
  if (read_char(text, at, ".")) {
    const auto fraction = read_fraction_ms(text, at);
    if (!fraction) return std::nullopt;
    ms = *fraction;
  }
  minutes offset{0};
  if (!read_char(text, at, "Zz")) {
    if (at >= text.size()) return std::nullopt;
    const bool west = text[at] == '-';
    if (!read_char(text, at, "+-")) return std::nullopt;
    const int oh = read_number(text, at, 2);
    if (oh < 0 || oh > 23 || !read_char(text, at, ":")) return std::nullopt;
    const int om = read_number(text, at, 2);
    if (om < 0 || om > 59) return std::nullopt;
    offset = minutes{(west ? -1 : 1) * (oh * 60 + om)};
  }
  if (at != text.size()) return std::nullopt;
  const Instant minute = sys_days{*date} + hours{h} + minutes{m} - offset;
  // A leap second, if there is one, is the last of a day in UTC.
  if (s == 60 && minute - floor<days>(minute) != days{1} - minutes{1}) return std::nullopt;
  const Instant instant = minute + seconds{s} + milliseconds{ms};
  // An offset can push the first or last day of the range out of it; such an instant has no UTC text of four
  // digits.
  const Date utc{floor<days>(instant)};
  if (utc.year() < year{1} || utc.year() > year{9999}) return std::nullopt;
  return LocalInstant{instant, *date};
}

void append_date(std::string& out, Date date) {
  write_date(extend(out, date_chars), std::clamp(date, first_date, last_date));
}

void append_rfc3339(std::string& out, Instant instant) {
  instant = std::clamp(instant, first_instant, last_instant);
  const auto day_start = floor<days>(instant);
  const hh_mm_ss time{instant - day_start};
  const int ms = static_cast<int>(time.subseconds().count());
  char* at = extend(out, date_chars + (ms == 0 ? 10 : 14));
  at = write_date(at, Date{day_start});
  *at++ = 'T';
  at = write_padded(at, static_cast<int>(time.hours().count()), 2);
  *at++ = ':';
  at = write_padded(at, static_cast<int>(time.minutes().count()), 2);
  *at++ = ':';
  at = write_padded(at, static_cast<int>(time.seconds().count()), 2);
  if (ms != 0) {
    *at++ = '.';
    at = write_padded(at, ms, 3);
  }
  *at = 'Z';
}

std::string format_rfc3339(Instant instant) {
  std::string out;
  append_rfc3339(out, instant);
  return out;
}

std::optional<Date> parse_date(std::string_view text) {
  std::size_t at = 0;
  auto date = read_date(text, at);
  if (at != text.size()) return std::nullopt;
  return date;
}

std::string format_date(Date date) {
  std::string out;
  append_date(out, date);
  return out;
}

}  // namespace flightdeck
