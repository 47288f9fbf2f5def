// A flight and the rules of its own: what an admin may enter, and when it is for sale.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.h"
#include "core/ids.h"
#include "core/money.h"
#include "core/time.h"

namespace flightdeck::flights {

enum class FlightStatus { scheduled, cancelled };
std::string_view to_string(FlightStatus status);
std::optional<FlightStatus> parse_flight_status(std::string_view text);

struct Flight {
  FlightId id;
  // Empty: none.
  std::string flight_number;
  std::string source;
  std::string destination;
  Instant departure{};
  std::optional<Instant> arrival;
  // The local departure date, as the admin wrote it.
  Date date{};
  std::int64_t total_seats = 0;
  std::int64_t available_seats = 0;
  Money price;
  FlightStatus status = FlightStatus::scheduled;
  // It grows with every change of the row.
  std::int64_t version = 1;
  Instant created_at{};
  Instant updated_at{};

  friend bool operator==(const Flight&, const Flight&) = default;
};

// Whether the flight is for sale: scheduled and not departed.
inline bool on_sale(const Flight& flight, Instant now) {
  return flight.status == FlightStatus::scheduled && flight.departure > now;
}

// What an admin sends: text and numbers that nobody has checked yet.
struct FlightInput {
  // Empty: none.
  std::string_view flight_number;
  std::string_view source;
  std::string_view destination;
  std::string_view departure_ts;
  // Empty: none.
  std::string_view arrival_ts;
  std::int64_t total_seats = 0;
  std::string_view price;
};

// The editable fields of a flight, checked and in stored form. Made by `check_flight` only.
struct FlightDraft {
  std::string flight_number;
  std::string source;
  std::string destination;
  Instant departure{};
  std::optional<Instant> arrival;
  Date date{};
  std::int64_t total_seats = 0;
  Money price;

  friend bool operator==(const FlightDraft&, const FlightDraft&) = default;
};

struct FlightRules {
  std::int64_t seats_per_flight_max = 1000;
};

// validation_failed with every wrong field at once.
Result<FlightDraft> check_flight(const FlightInput& input, const FlightRules& rules);

// The place without white space around it, in upper case if it has three letters. nullopt when it is empty,
// too long, not UTF-8, or has an invisible character (core/unicode.h) or a colon.
std::optional<std::string> check_place(std::string_view text);
// The form in which places are compared: the ASCII lower case of a place that check_place made.
std::string place_key(std::string_view place);

Flight make_flight(FlightId id, const FlightDraft& draft, Instant now);

// Replaces the editable fields and increases the version. A new total changes the available seats by the
// difference. Errors: flight_closed (cancelled), capacity_below_sold.
Result<Flight> replace_flight(const Flight& flight, const FlightDraft& draft, Instant now);

// Appends the JSON object of the contract (`flight_id` … `updated_at`).
void append_flight_json(std::string& out, const Flight& flight);

}  // namespace flightdeck::flights
