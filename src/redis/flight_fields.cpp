#include "redis/flight_fields.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace flightdeck::redis {

using flights::Flight;

namespace {

enum Field {
  flight_number,
  source,
  destination,
  date,
  departure,
  arrival,
  total_seats,
  price,
  status,
  created_at,
  updated_at,
  version,
  available_seats,
  field_count,
};

constexpr std::array<std::string_view, field_count> names = {
    "flight_number", "source", "destination", "date",       "departure", "arrival",        "total_seats",
    "price",         "status", "created_at",  "updated_at", "version",   "available_seats"};

// Reads integers; one that is none spoils the whole.
class Reader {
 public:
  explicit Reader(const std::vector<std::string>& texts) : texts_(texts) {}

  std::int64_t integer(Field field) {
    const auto number = parse_integer(texts_[field]);
    if (!number) whole_ = false;
    return number.value_or(0);
  }
  Instant instant(Field field) { return from_unix_ms(integer(field)); }
  bool whole() const { return whole_; }

 private:
  const std::vector<std::string>& texts_;
  bool whole_ = true;
};

}  // namespace

void add_fields(Command& command, const Flight& flight) {
  command.add(names[flight_number]).add(flight.flight_number);
  command.add(names[source]).add(flight.source);
  command.add(names[destination]).add(flight.destination);
  command.add(names[date]).add(format_date(flight.date));
  command.add(names[departure]).add(to_unix_ms(flight.departure));
  command.add(names[arrival]);
  if (flight.arrival) {
    command.add(to_unix_ms(*flight.arrival));
  } else {
    command.add("");
  }
  command.add(names[total_seats]).add(flight.total_seats);
  command.add(names[price]).add(flight.price.minor);
  command.add(names[status]).add(flights::to_string(flight.status));
  command.add(names[created_at]).add(to_unix_ms(flight.created_at));
  command.add(names[updated_at]).add(to_unix_ms(flight.updated_at));
}

Command read_fields(std::string_view key) {
  Command command("HMGET");
  command.add(key);
  for (const std::string_view name : names) command.add(name);
  return command;
}

std::optional<Flight> parse_fields(FlightId id, const Reply& reply) {
  const std::vector<std::string>& texts = reply.texts;
  if (texts.size() != names.size()) return std::nullopt;
  const auto day = parse_date(texts[date]);
  const auto state = flights::parse_flight_status(texts[status]);
  if (!day || !state) return std::nullopt;
  Reader read(texts);
  Flight flight;
  flight.id = id;
  flight.flight_number = texts[flight_number];
  flight.source = texts[source];
  flight.destination = texts[destination];
  flight.departure = read.instant(departure);
  if (!texts[arrival].empty()) flight.arrival = read.instant(arrival);
  flight.date = *day;
  flight.total_seats = read.integer(total_seats);
  flight.available_seats = read.integer(available_seats);
  flight.price = Money{read.integer(price)};
  flight.status = *state;
  flight.version = read.integer(version);
  flight.created_at = read.instant(created_at);
  flight.updated_at = read.instant(updated_at);
  if (!read.whole()) return std::nullopt;
  return flight;
}

bool any_field(const Reply& reply) {
  // The key is no hash.
  if (reply.kind == Reply::Kind::error) return true;
  const std::vector<std::string>& texts = reply.texts;
  const auto end = texts.begin() + std::min<std::ptrdiff_t>(std::ssize(texts), version);
  return std::any_of(texts.begin(), end, [](const std::string& text) { return !text.empty(); });
}

}  // namespace flightdeck::redis
