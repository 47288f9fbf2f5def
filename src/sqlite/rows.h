// Flights and bookings as rows: the one place that knows the order of their columns.
#pragma once

#include "flights/flight.h"
#include "ledger/booking.h"
#include "sqlite/database.h"

namespace flightdeck::sqlite {

inline constexpr std::string_view flight_columns =
    "id, flight_number, source, destination, departure_ts, arrival_ts, departure_date, total_seats, "
    "available_seats, "
    "price, status, version, created_at, updated_at";

// For `booking_tables`: the date is the flight's.
inline constexpr std::string_view date_of_flight = "f.departure_date";
inline constexpr std::string_view booking_tables = " FROM bookings b JOIN flights f ON f.id = b.flight_id ";
// For `bookings b` alone, for whoever has no use for the date: their flight may be missing.
inline constexpr std::string_view no_date = "'1970-01-01'";

std::string booking_columns(std::string_view date = date_of_flight);
inline constexpr int booking_column_count = 13;

flights::Flight read_flight(const Statement& row);
ledger::Booking read_booking(const Statement& row);

}  // namespace flightdeck::sqlite
