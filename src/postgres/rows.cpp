#include "postgres/rows.h"

#include "core/error.h"

namespace flightdeck::postgres {

namespace {

template <class T>
T known(const std::optional<T>& parsed, const char* what) {
  if (!parsed) throw UnavailableError(std::string("PostgreSQL: a row has an unknown ") + what);
  return *parsed;
}

flights::Flight read_flight(const QueryResult& result, int row) {
  flights::Flight flight;
  flight.id = result.id<FlightId>(row, 0);
  flight.flight_number = result.text(row, 1);
  flight.source = result.text(row, 2);
  flight.destination = result.text(row, 3);
  flight.departure = result.instant(row, 4);
  if (!result.is_null(row, 5)) flight.arrival = result.instant(row, 5);
  flight.date = result.date(row, 6);
  flight.total_seats = result.integer(row, 7);
  flight.available_seats = result.integer(row, 8);
  flight.price = Money{result.integer(row, 9)};
  flight.status = known(flights::parse_flight_status(result.text(row, 10)), "flight status");
  flight.version = result.integer(row, 11);
  flight.created_at = result.instant(row, 12);
  flight.updated_at = result.instant(row, 13);
  return flight;
}

std::string with_writer(std::string_view columns, std::string_view writer, std::string_view from,
                        std::string_view rest) {
  std::string sql("SELECT ");
  sql.append(columns).append(", ").append(writer).append(", ").append(commits_wait);
  return sql.append(from).append(rest);
}

}  // namespace

std::string booking_columns(std::string_view date) {
  return std::string("b.id, b.user_id, b.flight_id, ")
      .append(date)
      .append(
          ", b.seats, (b.amount * 100)::bigint, b.status, b.failure_reason, b.payment_ref, b.refund_ref, "
          "b.expires_at, b.created_at, b.updated_at");
}

std::string select_flights(std::string_view rest) {
  return std::string("SELECT ").append(flight_columns).append(" FROM flights ").append(rest);
}

std::string select_flights_with_writer(std::string_view rest) {
  return with_writer(flight_columns, "xmin", " FROM flights ", rest);
}

std::string select_bookings_with_writer(std::string_view rest) {
  return with_writer(booking_columns(), "b.xmin", " FROM bookings b ", rest);
}

std::string select_placed_bookings_with_writer(std::string_view from) {
  return with_writer(booking_columns().append(", b.place"), "b.xmin", " ", from);
}

bool may_be_lost(const QueryResult& rows, const StandbyWitness& standby) {
  const int waits = rows.columns() - 1;
  if (rows.rows() == 0 || !rows.truth(0, waits)) return false;
  for (int row = 0; row < rows.rows(); ++row) {
    if (!standby.covers(rows.transaction_id(row, waits - 1))) return true;
  }
  return false;
}

std::vector<flights::Flight> read_flights(const QueryResult& result) {
  std::vector<flights::Flight> all;
  all.reserve(static_cast<std::size_t>(result.rows()));
  for (int row = 0; row < result.rows(); ++row) all.push_back(read_flight(result, row));
  return all;
}

ledger::Booking read_booking(const QueryResult& result, int row) {
  ledger::Booking booking;
  booking.id = result.id<BookingId>(row, 0);
  booking.user = result.id<UserId>(row, 1);
  booking.flight = result.id<FlightId>(row, 2);
  booking.date = result.date(row, 3);
  booking.seats = result.integer(row, 4);
  booking.amount = Money{result.integer(row, 5)};
  booking.status = known(ledger::parse_booking_status(result.text(row, 6)), "booking status");
  booking.failure_reason = result.text(row, 7);
  booking.payment_ref = result.text(row, 8);
  booking.refund_ref = result.text(row, 9);
  booking.expires_at = result.instant(row, 10);
  booking.created_at = result.instant(row, 11);
  booking.updated_at = result.instant(row, 12);
  return booking;
}

std::vector<ledger::Booking> read_bookings(const QueryResult& result) {
  std::vector<ledger::Booking> all;
  all.reserve(static_cast<std::size_t>(result.rows()));
  for (int row = 0; row < result.rows(); ++row) all.push_back(read_booking(result, row));
  return all;
}

}  // namespace flightdeck::postgres
