// Instants, calendar dates and their RFC 3339 text; the clock as a port.
#pragma once

#include <chrono>
#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace flightdeck {

// A moment in UTC, in milliseconds: the resolution of everything stored and answered.
using Instant = std::chrono::sys_time<std::chrono::milliseconds>;
using Milliseconds = std::chrono::milliseconds;
using Date = std::chrono::year_month_day;

// A moment as it was written: the instant, and the calendar date at the offset it was written with.
struct LocalInstant {
  Instant instant{};
  Date local_date{};
  friend bool operator==(const LocalInstant&, const LocalInstant&) = default;
};

// RFC 3339 date-time; the offset is required. Fractions of a second beyond milliseconds are cut off. Years 1
// to 9999. A leap second, 23:59:60 in UTC on any day, is the second after it: an Instant knows none.
std::optional<LocalInstant> parse_rfc3339(std::string_view text);
// UTC with `Z`; milliseconds are written only when they are not zero.
std::string format_rfc3339(Instant instant);
void append_rfc3339(std::string& out, Instant instant);

// `YYYY-MM-DD`, a date that exists.
std::optional<Date> parse_date(std::string_view text);
std::string format_date(Date date);
void append_date(std::string& out, Date date);

inline std::int64_t to_unix_ms(Instant instant) { return instant.time_since_epoch().count(); }
inline Instant from_unix_ms(std::int64_t ms) { return Instant{Milliseconds{ms}}; }

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;
};

class SystemClock final : public Clock {
 public:
  Instant now() const override {
    return std::chrono::time_point_cast<Milliseconds>(std::chrono::system_clock::now());
  }
};

}  // namespace flightdeck
