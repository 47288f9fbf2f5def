// Flights and bookings as rows: the one place that knows the order of their columns.
#pragma once

#include "flights/flight.h"
#include "ledger/booking.h"
#include "postgres/query_result.h"
#include "postgres/standby_witness.h"

namespace flightdeck::postgres {

// Money is read as minor units.
inline constexpr std::string_view flight_columns =
    "id, flight_number, source, destination, departure_ts, arrival_ts, departure_date, total_seats, "
    "available_seats, (price * 100)::bigint, status, version, created_at, updated_at";

// For `FROM bookings b`: the date is the flight's. A subquery and not a join, since a join leaves the planner
// a choice.
inline constexpr std::string_view date_of_flight =
    "(SELECT f.departure_date FROM flights f WHERE f.id = b.flight_id)";
// For whoever has no use for it.
inline constexpr std::string_view no_date = "DATE '1970-01-01'";

std::string booking_columns(std::string_view date = date_of_flight);
inline constexpr int booking_column_count = 13;

// Whether a commit waits for a synchronous standby.
inline constexpr std::string_view commits_wait = "current_setting('synchronous_standby_names') <> ''";

// SELECT … FROM flights …
std::string select_flights(std::string_view rest);
// The same, with two columns more, for `may_be_lost`.
std::string select_flights_with_writer(std::string_view rest);
// FROM bookings b ….
std::string select_bookings_with_writer(std::string_view rest);
// Of rows b in `from`, which have a `place` besides; it is the column `booking_column_count`.
std::string select_placed_bookings_with_writer(std::string_view from);

// Of rows that were selected with their writers: a failover may lose one of them, as far as `standby` knows.
bool may_be_lost(const QueryResult& rows, const StandbyWitness& standby);

std::vector<flights::Flight> read_flights(const QueryResult& result);
ledger::Booking read_booking(const QueryResult& result, int row);
std::vector<ledger::Booking> read_bookings(const QueryResult& result);
// Of the column 0.
template <class IdType>
std::vector<IdType> read_ids(const QueryResult& result) {
  std::vector<IdType> ids;
  ids.reserve(static_cast<std::size_t>(result.rows()));
  for (int row = 0; row < result.rows(); ++row) ids.push_back(result.id<IdType>(row, 0));
  return ids;
}

}  // namespace flightdeck::postgres
