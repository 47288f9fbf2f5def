#include "flights/search.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

namespace flightdeck::flights {

namespace {

// Fixed-width hexadecimal of (rank, departure, id): 16 + 16 + 32 digits.
constexpr std::size_t cursor_chars = 64;
constexpr std::string_view hex = "0123456789abcdef";

void append_hex(std::string& out, std::uint64_t value) {
  for (int shift = 60; shift >= 0; shift -= 4) out.push_back(hex[(value >> shift) & 15]);
}

std::optional<std::uint64_t> read_hex(std::string_view text) {
  std::uint64_t value = 0;
  for (const char c : text) {
    const auto digit = hex.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    value = value << 4 | digit;
  }
  return value;
}

}  // namespace

std::string_view to_string(SortOrder sort) {
  switch (sort) {
    case SortOrder::price: return "price";
    case SortOrder::fastest: return "fastest";
    case SortOrder::departure: return "departure";
  }
  return "price";
}

std::optional<SortOrder> parse_sort_order(std::string_view text) {
  for (const SortOrder sort : {SortOrder::price, SortOrder::fastest, SortOrder::departure}) {
    if (text == to_string(sort)) return sort;
  }
  return std::nullopt;
}

SearchPosition position_of(const Flight& flight, SortOrder sort) {
  SearchPosition position{0, flight.departure, flight.id};
  switch (sort) {
    case SortOrder::price: position.rank = flight.price.minor; break;
    case SortOrder::fastest:
      position.rank = flight.arrival ? (*flight.arrival - flight.departure).count()
                                     : std::numeric_limits<std::int64_t>::max();
      break;
    case SortOrder::departure: position.rank = to_unix_ms(flight.departure); break;
  }
  return position;
}

std::size_t SearchQueryHash::operator()(const SearchQuery& query) const {
  static_assert(sizeof(std::size_t) == sizeof(std::uint64_t));
  KeyedHash hash(key);
  hash.add(query.source).add(query.destination);
  hash.add(static_cast<std::uint64_t>(std::chrono::sys_days(query.date).time_since_epoch().count()));
  hash.add(static_cast<std::uint64_t>(query.sort)).add(query.limit);
  hash.add(static_cast<std::uint64_t>(query.seats));
  if (query.after) {
    std::array<std::uint64_t, 2> id{};
    std::memcpy(id.data(), query.after->id.value.data(), sizeof id);
    hash.add(static_cast<std::uint64_t>(query.after->rank));
    hash.add(static_cast<std::uint64_t>(to_unix_ms(query.after->departure))).add(id[0]).add(id[1]);
  }
  return hash.finish();
}

std::string route_key(std::string_view source, std::string_view destination, Date date) {
  std::string route(source);
  route.append(":").append(destination).append(":");
  append_date(route, date);
  return route;
}

void SearchPage::look_at(const Flight& flight, Instant now) {
  look_at(flight.id);
  if (flight.departure > now) next_departure = std::min(next_departure, flight.departure);
}

std::string format_cursor(const SearchPosition& position) {
  std::string text;
  text.reserve(cursor_chars);
  append_hex(text, static_cast<std::uint64_t>(position.rank));
  append_hex(text, static_cast<std::uint64_t>(to_unix_ms(position.departure)));
  for (const std::uint8_t byte : position.id.value) {
    text.push_back(hex[byte >> 4]);
    text.push_back(hex[byte & 15]);
  }
  return text;
}

std::optional<SearchPosition> parse_cursor(std::string_view text) {
  if (text.size() != cursor_chars) return std::nullopt;
  const auto rank = read_hex(text.substr(0, 16));
  const auto departure = read_hex(text.substr(16, 16));
  if (!rank || !departure) return std::nullopt;
  SearchPosition position;
  position.rank = static_cast<std::int64_t>(*rank);
  position.departure = from_unix_ms(static_cast<std::int64_t>(*departure));
  for (std::size_t i = 0; i < 16; ++i) {
    const auto byte = read_hex(text.substr(32 + 2 * i, 2));
    if (!byte) return std::nullopt;
    position.id.value.data()[i] = static_cast<std::uint8_t>(*byte);
  }
  return position;
}

}  // namespace flightdeck::flights
