// What auto_explain wrote into the log of a PostgreSQL of the test's own.
#pragma once

#include <sstream>
#include <string>
#include <vector>

namespace flightdeck::test {

struct Plan {
  std::string sql;
  std::vector<std::string> lines;
  double ms = 0;
};

// The plans from that position of the log on, in order.
inline std::vector<Plan> plans_in(const std::string& log, std::size_t from) {
  constexpr std::string_view before_duration = "duration: ", before_query = "\tQuery Text: ";
  std::vector<Plan> plans;
  bool in_plan = false;
  double ms = 0;
  std::istringstream text(log.substr(from));
  for (std::string line; std::getline(text, line);) {
    const std::size_t duration = line.find(before_duration);
    const std::size_t query = line.find(before_query);
    if (query != std::string::npos) {
      plans.push_back({line.substr(query + before_query.size()), {}, ms});
      in_plan = true;
    } else if (!line.starts_with('\t')) {
      in_plan = false;
      if (duration != std::string::npos) ms = std::stod(line.substr(duration + before_duration.size()));
    } else if (in_plan) {
      plans.back().lines.push_back(line);
    }
  }
  return plans;
}

}  // namespace flightdeck::test
