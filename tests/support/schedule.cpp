#include "support/schedule.h"

namespace flightdeck::test {

std::string schedule_file() { return FLIGHTDECK_SOURCE_DIR "/data/us-flights-2001q1.csv"; }

std::string numbered_schedule(int rows) {
  std::string text = "flight_number,source,destination,departure_ts,arrival_ts,total_seats,price\n";
  for (int row = 1; row <= rows; ++row)
    text += "N" + std::to_string(row) + ",JFK,LHR,2030-01-01T10:00:00Z,2030-01-01T17:00:00Z,180,199.00\n";
  return text;
}

CommandResult import_schedule(const ServerProcess& server, const std::string& file,
                              const std::vector<std::string>& flags) {
  std::vector<std::string> command{"import", file, "--database-url", server.database_url()};
  command.insert(command.end(), flags.begin(), flags.end());
  return run_command(command, {}, std::chrono::seconds(120));
}

std::string order_by(const std::string& sort) {
  if (sort == "price") return "price, departure_ts, id";
  if (sort == "fastest") return "arrival_ts IS NULL, arrival_ts - departure_ts, departure_ts, id";
  return "departure_ts, id";
}

}  // namespace flightdeck::test
