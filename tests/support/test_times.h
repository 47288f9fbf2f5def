// Dates and instants relative to the day the tests run.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace flightdeck::test {

// The UTC date that many days from now (negative: ago), `YYYY-MM-DD`.
std::string date_ahead(int days);
// `date_ahead(days)` + "T" + `time`: instant_ahead(30, "12:00:00Z").
std::string instant_ahead(int days, std::string_view time = "12:00:00Z");
// Milliseconds since the Unix epoch.
std::int64_t unix_ms_now();
// That instant as the API writes it: UTC with `Z`, with milliseconds only when they are not zero.
std::string instant_text(std::int64_t unix_ms);
// Days from the first date to the second, both `YYYY-MM-DD`.
int days_between(std::string_view first, std::string_view second);

}  // namespace flightdeck::test
