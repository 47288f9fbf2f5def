#include "support/probe.h"

#include <algorithm>
#include <set>
#include <stdexcept>

#include "support/json.h"

namespace flightdeck::test {

std::vector<std::string> Probe::column(const std::string& sql) const {
  std::vector<std::string> first;
  for (auto& row : rows(sql)) first.push_back(std::move(row.at(0)));
  return first;
}

std::int64_t Probe::number(const std::string& sql) const {
  const std::vector<std::string> values = column(sql);
  if (values.empty() || values[0].empty()) return 0;
  std::size_t used = 0;
  const std::int64_t value = std::stoll(values[0], &used);
  if (used != values[0].size()) throw std::runtime_error("not an integer: " + values[0] + " from " + sql);
  return value;
}

std::vector<EventTold> Probe::events() const {
  std::vector<EventTold> all;
  for (const std::string& commit : column("SELECT data FROM events")) {
    const json::value document = json::parse(commit);
    for (const json::value& event : document.as_array()) {
      all.push_back({text(event, "id"), text(event, "type"), text(event, "subject")});
    }
  }
  std::set<std::string> seen;
  for (const EventTold& event : all) seen.insert(event.id);
  for (EventTold& event : published_events()) {
    if (seen.insert(event.id).second) all.push_back(std::move(event));
  }
  return all;
}

std::string text_literal(std::string_view text) {
  std::string literal = "'";
  for (const char c : text) {
    if (c == '\'') literal.push_back('\'');
    literal.push_back(c);
  }
  return literal + "'";
}

std::int64_t events_of(const Probe& probe, std::string_view type, std::string_view subject) {
  const std::vector<EventTold> all = probe.events();
  return std::count_if(all.begin(), all.end(), [&](const EventTold& event) {
    return event.type == type && (subject.empty() || event.subject == subject);
  });
}

}  // namespace flightdeck::test
