#include "support/metrics_page.h"

#include <algorithm>
#include <sstream>

namespace flightdeck::test {

double metric(HttpClient& http, const std::string& name, const std::vector<std::string>& labels) {
  std::istringstream lines(http.get("/metrics").body);
  double sum = -1;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line[0] == '#') continue;
    const std::size_t name_end = line.find_first_of("{ ");
    if (line.substr(0, name_end) != name) continue;
    const bool all = std::all_of(labels.begin(), labels.end(), [&](const std::string& label) {
      return line.find(label) != std::string::npos;
    });
    if (!all) continue;
    sum = (sum < 0 ? 0 : sum) + std::stod(line.substr(line.find_last_of(' ') + 1));
  }
  return sum;
}

double counter(HttpClient& http, const std::string& name, const std::vector<std::string>& labels) {
  return std::max(metric(http, name, labels), 0.0);
}

}  // namespace flightdeck::test
