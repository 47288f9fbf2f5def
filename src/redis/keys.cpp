#include "redis/keys.h"

namespace flightdeck::redis {

namespace {
constexpr std::string_view flight_begin = "flight:{";
constexpr std::string_view holds_begin = "flight_holds:{";
constexpr std::string_view search_begin = "search:";
}  // namespace

std::string Keys::of_flight(std::string_view kind, FlightId id) const {
  std::string key;
  key.reserve(prefix_.size() + kind.size() + 37);
  key.append(prefix_).append(kind);
  append_uuid(key, id.value);
  key.push_back('}');
  return key;
}

std::string Keys::search(std::string_view route, std::string_view sort) const {
  std::string key = prefix_;
  key.append(search_begin).append(route).append(":").append(sort);
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

std::optional<FlightId> Keys::flight_in(std::string_view key, std::string_view kind) const {
  if (!key.starts_with(prefix_)) return std::nullopt;
  key.remove_prefix(prefix_.size());
  if (!key.starts_with(kind) || !key.ends_with('}')) return std::nullopt;
  key.remove_prefix(kind.size());
  key.remove_suffix(1);
  return FlightId::parse(key);
}

std::optional<FlightId> Keys::flight_of_holds(std::string_view key) const {
  return flight_in(key, holds_begin);
}

std::optional<FlightId> Keys::flight_of(std::string_view key) const { return flight_in(key, flight_begin); }

std::optional<std::string_view> Keys::route_of(std::string_view key) const {
  if (!key.starts_with(prefix_)) return std::nullopt;
  key.remove_prefix(prefix_.size());
  if (!key.starts_with(search_begin)) return std::nullopt;
  key.remove_prefix(search_begin.size());
  const std::size_t sort = key.rfind(':');
  if (sort == std::string_view::npos) return std::nullopt;
  return key.substr(0, sort);
}

std::vector<std::string> Keys::searched_prefixes() const {
  std::vector<std::string> prefixes;
  for (const std::string_view begin : {flight_begin, search_begin})
    prefixes.push_back(prefix_ + std::string(begin));
  prefixes.push_back(index());
  return prefixes;
}

}  // namespace flightdeck::redis
