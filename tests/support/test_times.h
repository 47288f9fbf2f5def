// Dates and instants relative to the day the tests run.
#pragma once

#include <string>
#include <string_view>

namespace flightdeck::test {

// The UTC date that many days from now (negative: ago), `YYYY-MM-DD`.
std::string date_ahead(int days);
// `date_ahead(days)` + "T" + `time`: instant_ahead(30, "12:00:00Z").
std::string instant_ahead(int days, std::string_view time = "12:00:00Z");
// Days from the first date to the second, both `YYYY-MM-DD`.
int days_between(std::string_view first, std::string_view second);

}  // namespace flightdeck::test
