#include "redis/keys.h"

namespace flightdeck::redis {

namespace {
constexpr std::string_view holds_begin = "flight_holds:{";
}

std::string Keys::of_flight(std::string_view kind, FlightId id) const {
  std::string key;
  key.reserve(prefix_.size() + kind.size() + 37);
  key.append(prefix_).append(kind);
  append_uuid(key, id.value);
  key.push_back('}');
  return key;
}

std::string Keys::search(std::string_view route, std::string_view sort) const {
  std::string key = prefix_ + "search:";
  key.append(route).append(":").append(sort);
  return key;
}

std::string Keys::holds_pattern() const {
  std::string pattern;
  for (const char c : prefix_) {
    if (std::string_view("*?[]\\").find(c) != std::string_view::npos) pattern.push_back('\\');
    pattern.push_back(c);
  }
  return pattern.append(holds_begin).append("*");
}

std::optional<FlightId> Keys::flight_of_holds(std::string_view key) const {
  if (!key.starts_with(prefix_)) return std::nullopt;
  key.remove_prefix(prefix_.size());
  if (!key.starts_with(holds_begin) || !key.ends_with('}')) return std::nullopt;
  key.remove_prefix(holds_begin.size());
  key.remove_suffix(1);
  return FlightId::parse(key);
}

std::string route_key(std::string_view source, std::string_view destination, Date date) {
  std::string route(source);
  route.append(":").append(destination).append(":");
  append_date(route, date);
  return route;
}

}  // namespace flightdeck::redis
