#include "sqlite/rows.h"

#include "core/error.h"

namespace flightdeck::sqlite {

namespace {

template <class T>
T known(const std::optional<T>& parsed, const char* what) {
  if (!parsed) throw UnavailableError(std::string("SQLite: a row has an unknown ") + what);
  return *parsed;
}

}  // namespace

std::string booking_columns(std::string_view date) {
  return std::string("b.id, b.user_id, b.flight_id, ")
      .append(date)
      .append(
          ", b.seats, b.amount, b.status, b.failure_reason, b.payment_ref, b.refund_ref, b.expires_at, "
          "b.created_at, b.updated_at");
}

flights::Flight read_flight(const Statement& row) {
  flights::Flight flight;
  flight.id = row.id<FlightId>(0);
  flight.flight_number = row.text(1);
  flight.source = row.text(2);
  flight.destination = row.text(3);
  flight.departure = row.instant(4);
  if (!row.is_null(5)) flight.arrival = row.instant(5);
  flight.date = known(parse_date(row.text(6)), "departure_date");
  flight.total_seats = row.integer(7);
  flight.available_seats = row.integer(8);
  flight.price = row.money(9);
  flight.status = known(flights::parse_flight_status(row.text(10)), "flight status");
  flight.version = row.integer(11);
  flight.created_at = row.instant(12);
  flight.updated_at = row.instant(13);
  return flight;
}

ledger::Booking read_booking(const Statement& row) {
  ledger::Booking booking;
  booking.id = row.id<BookingId>(0);
  booking.user = row.id<UserId>(1);
  booking.flight = row.id<FlightId>(2);
  booking.date = known(parse_date(row.text(3)), "departure_date");
  booking.seats = row.integer(4);
  booking.amount = row.money(5);
  booking.status = known(ledger::parse_booking_status(row.text(6)), "booking status");
  booking.failure_reason = row.text(7);
  booking.payment_ref = row.text(8);
  booking.refund_ref = row.text(9);
  booking.expires_at = row.instant(10);
  booking.created_at = row.instant(11);
  booking.updated_at = row.instant(12);
  return booking;
}

}  // namespace flightdeck::sqlite
