// Flights and bookings as rows: the one place that knows the order of their columns.
#pragma once

#include "booking/booking.h"
#include "flights/flight.h"
#include "sqlite/database.h"

namespace flightdeck::sqlite {

inline constexpr std::string_view flight_columns =
    "id, flight_number, source, destination, departure_ts, arrival_ts, departure_date, total_seats, "
    "available_seats, "
    "price, status, version, created_at, updated_at";

// For `FROM bookings b JOIN flights f ON f.id = b.flight_id`: the date is the flight's.
inline constexpr std::string_view booking_columns =
    "b.id, b.user_id, b.flight_id, f.departure_date, b.seats, b.amount, b.status, b.failure_reason, "
    "b.payment_ref, "
    "b.refund_ref, b.expires_at, b.created_at, b.updated_at";
inline constexpr std::string_view booking_tables = " FROM bookings b JOIN flights f ON f.id = b.flight_id ";

// For `bookings b` alone, for whoever has no use for the date: their flight may be missing.
inline constexpr std::string_view dateless_booking_columns =
    "b.id, b.user_id, b.flight_id, '1970-01-01', b.seats, b.amount, b.status, b.failure_reason, "
    "b.payment_ref, b.refund_ref, b.expires_at, b.created_at, b.updated_at";
inline constexpr int booking_column_count = 13;

flights::Flight read_flight(const Statement& row);
booking::Booking read_booking(const Statement& row);

}  // namespace flightdeck::sqlite
