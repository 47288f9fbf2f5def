// The SQL of the writing side. Each statement is prepared once a connection.
#pragma once

#include <vector>

#include "postgres/connection.h"

namespace flightdeck::postgres {

// Rows that a batch names are joined by `id = ANY(ARRAY[d.id])` rather than `id = d.id`: a plain equality
// lets the planner walk a whole index in the hope of a merge, and it does so when the tables were empty as it
// planned. This form leaves an index probe for each row as the only way.
struct StoreStatements {
  Statement begin, commit, rollback;
  Statement transaction_id;
  Statement flights_of_keys, lock_flights, locked_flights, locked_bookings, bookings, flight_dates;
  Statement update_flights, update_seats, insert_flights;
  Statement insert_bookings, update_bookings;
  Statement insert_intents, set_intents, remove_intents;
  Statement insert_events;
  Statement claim_unfinished, claim_events, remove_events, trim_events;
  Statement read_only, write_something;
  Statement transaction_status, rows_kept, end_backend;

  std::vector<Statement> all() const;
};

StoreStatements store_statements();

}  // namespace flightdeck::postgres
