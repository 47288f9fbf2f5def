// The demo schedule, imported by the program, and the order that plain SQL finds flights in.
#pragma once

#include <string>
#include <vector>

#include "support/server_process.h"

namespace flightdeck::test {

// Rows of `schedule_file`. Two routes share a flight number at one instant (data/README.md): the later row
// updates the earlier.
inline constexpr int kScheduledRows = 19998;
inline constexpr int kScheduledFlights = kScheduledRows - 1;

std::string schedule_file();

// A schedule of so many flights of one day, each with a number of its own.
std::string numbered_schedule(int rows);

// `flightdeck import FILE FLAGS…` into the server's database.
CommandResult import_schedule(const ServerProcess& server, const std::string& file,
                              const std::vector<std::string>& flags = {});

// What ORDER BY needs for one of the sorts of a search.
std::string order_by(const std::string& sort);

}  // namespace flightdeck::test
