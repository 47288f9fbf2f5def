#include "flights/flight.h"

#include <algorithm>
#include <string>

#include "core/json_writer.h"
#include "core/limits.h"
#include "core/unicode.h"

namespace flightdeck::flights {

namespace {

bool is_ascii_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
char ascii_upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }

class Checker {
 public:
  void wrong(std::string field, std::string message) {
    errors_.push_back({std::move(field), std::move(message)});
  }

  std::string place(const char* field, std::string_view text) {
    if (auto place = check_place(text)) return *std::move(place);
    wrong(field, "must be 1 to 64 characters, none of them invisible or a colon");
    return {};
  }

  std::string flight_number(std::string_view text) {
    const std::string_view trimmed = trim_white_space(text);
    const std::optional<std::size_t> characters = count_visible(trimmed);
    const bool blank = trimmed.empty() && !text.empty();
    if (blank || !characters || *characters > limits::flight_number_chars) {
      wrong("flight_number", "must be 1 to 16 characters, none of them invisible");
      return {};
    }
    return std::string(trimmed);
  }

  std::optional<LocalInstant> instant(const char* field, std::string_view text) {
    auto parsed = parse_rfc3339(text);
    if (!parsed) wrong(field, "must be an RFC 3339 date and time with an offset");
    return parsed;
  }

  std::vector<FieldError> take() { return std::move(errors_); }
  bool ok() const { return errors_.empty(); }

 private:
  std::vector<FieldError> errors_;
};

}  // namespace

std::string_view to_string(FlightStatus status) {
  return status == FlightStatus::scheduled ? "SCHEDULED" : "CANCELLED";
}

std::optional<FlightStatus> parse_flight_status(std::string_view text) {
  if (text == "SCHEDULED") return FlightStatus::scheduled;
  if (text == "CANCELLED") return FlightStatus::cancelled;
  return std::nullopt;
}

std::optional<std::string> check_place(std::string_view text) {
  const std::string_view trimmed = trim_white_space(text);
  const std::size_t characters = count_visible(trimmed).value_or(0);
  if (characters == 0 || characters > limits::place_chars) return std::nullopt;
  if (trimmed.find(':') != std::string_view::npos) return std::nullopt;
  std::string place(trimmed);
  if (place.size() == 3 && std::all_of(place.begin(), place.end(), is_ascii_letter)) {
    std::transform(place.begin(), place.end(), place.begin(), ascii_upper);
  }
  return place;
}

std::string place_key(std::string_view place) {
  std::string key(place);
  std::transform(key.begin(), key.end(), key.begin(), ascii_lower);
  return key;
}

Result<FlightDraft> check_flight(const FlightInput& input, const FlightRules& rules) {
  Checker check;
  FlightDraft draft;
  draft.flight_number = check.flight_number(input.flight_number);
  draft.source = check.place("source", input.source);
  draft.destination = check.place("destination", input.destination);
  if (!draft.source.empty() && place_key(draft.source) == place_key(draft.destination)) {
    check.wrong("destination", "must differ from source");
  }
  const auto departure = check.instant("departure_ts", input.departure_ts);
  if (departure) {
    draft.departure = departure->instant;
    draft.date = departure->local_date;
  }
  if (!input.arrival_ts.empty()) {
    if (const auto arrival = check.instant("arrival_ts", input.arrival_ts)) {
      draft.arrival = arrival->instant;
      if (departure && *draft.arrival <= draft.departure)
        check.wrong("arrival_ts", "must be after departure_ts");
    }
  }
  draft.total_seats = input.total_seats;
  if (input.total_seats < 1 || input.total_seats > rules.seats_per_flight_max) {
    check.wrong("total_seats", "must be 1 to " + std::to_string(rules.seats_per_flight_max));
  }
  const auto price = parse_money(input.price);
  if (!price || price->minor < 0 || price->minor > limits::price_minor_max) {
    check.wrong("price", "must be a decimal from 0.00 to " + format_money(Money{limits::price_minor_max}) +
                             " with at most two digits after the point");
  } else {
    draft.price = *price;
  }
  if (!check.ok()) return Error{ErrorCode::validation_failed, "The flight has wrong fields.", check.take()};
  return draft;
}

namespace {
void take_draft(Flight& flight, const FlightDraft& draft) {
  flight.flight_number = draft.flight_number;
  flight.source = draft.source;
  flight.destination = draft.destination;
  flight.departure = draft.departure;
  flight.arrival = draft.arrival;
  flight.date = draft.date;
  flight.total_seats = draft.total_seats;
  flight.price = draft.price;
}
}  // namespace

Flight make_flight(FlightId id, const FlightDraft& draft, Instant now) {
  Flight flight;
  flight.id = id;
  take_draft(flight, draft);
  flight.available_seats = draft.total_seats;
  flight.created_at = now;
  flight.updated_at = now;
  return flight;
}

Result<Flight> replace_flight(const Flight& flight, const FlightDraft& draft, Instant now) {
  if (flight.status == FlightStatus::cancelled) {
    return Error{ErrorCode::flight_closed, "The flight is cancelled."};
  }
  const std::int64_t sold = flight.total_seats - flight.available_seats;
  if (draft.total_seats < sold) {
    return Error{ErrorCode::capacity_below_sold,
                 std::to_string(sold) + " seats are sold or held; total_seats cannot go below that."};
  }
  Flight next = flight;
  take_draft(next, draft);
  next.available_seats = draft.total_seats - sold;
  next.version = flight.version + 1;
  next.updated_at = now;
  return next;
}

void append_flight_json(std::string& out, const Flight& flight) {
  constexpr std::size_t expected_bytes = 512;
  out.reserve(out.size() + expected_bytes);
  JsonWriter json(out);
  json.begin_object().member("flight_id", flight.id);
  json.key("flight_number").value_or_null(flight.flight_number);
  json.member("source", flight.source).member("destination", flight.destination).member("date", flight.date);
  json.member("departure_ts", flight.departure);
  if (flight.arrival) {
    json.member("arrival_ts", *flight.arrival);
    const auto duration = std::chrono::floor<std::chrono::minutes>(*flight.arrival - flight.departure);
    json.member("duration_minutes", static_cast<std::int64_t>(duration.count()));
  } else {
    json.key("arrival_ts").null().key("duration_minutes").null();
  }
  json.member("total_seats", flight.total_seats).member("available_seats", flight.available_seats);
  json.member("price", flight.price)
      .member("status", to_string(flight.status))
      .member("version", flight.version);
  json.member("created_at", flight.created_at).member("updated_at", flight.updated_at).end_object();
}

}  // namespace flightdeck::flights
