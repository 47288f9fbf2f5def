#include "postgres/store_statements.h"

#include "postgres/rows.h"

namespace flightdeck::postgres {

StoreStatements store_statements() {
  return {
      .begin = {"begin", "BEGIN"},
      .commit = {"commit", "COMMIT"},
      .rollback = {"rollback", "ROLLBACK"},
      .transaction_id = {"transaction_id",
                         std::string("SELECT pg_current_xact_id()::text, ").append(commits_wait)},
      .flights_of_keys = {"flights_of_keys",
                          "SELECT f.id FROM unnest($1::text[], $2::timestamptz[]) AS k (number, departure) "
                          "CROSS JOIN LATERAL (SELECT id FROM flights WHERE flight_number = k.number "
                          "AND departure_ts = k.departure AND lower(status) = 'scheduled' OFFSET 0) f"},
      .lock_flights = {"lock_flights",
                       select_flights("WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE")},
      .locked_flights = {"locked_flights",
                         "WITH free AS MATERIALIZED (SELECT id FROM flights WHERE id = ANY($1::uuid[]) "
                         "ORDER BY id FOR NO KEY UPDATE SKIP LOCKED) "
                         "SELECT id FROM flights WHERE id = ANY($1::uuid[]) "
                         "AND id <> ALL(ARRAY(SELECT id FROM free)) ORDER BY id"},
      .locked_bookings = {"locked_bookings",
                          "WITH free AS MATERIALIZED (SELECT id FROM bookings WHERE id = ANY($1::uuid[]) "
                          "ORDER BY id FOR NO KEY UPDATE SKIP LOCKED) "
                          "SELECT id FROM bookings WHERE id = ANY($1::uuid[]) "
                          "AND id <> ALL(ARRAY(SELECT id FROM free)) ORDER BY id"},
      // With the transaction that wrote each last: nobody else may have changed it by the time it is written.
      .bookings = {"bookings", std::string("SELECT ")
                                   .append(booking_columns())
                                   .append(", b.xmin FROM bookings b WHERE b.id = ANY($1::uuid[])")},
      .flight_dates = {"flight_dates", "SELECT id, departure_date FROM flights WHERE id = ANY($1::uuid[])"},
      .update_flights =
          {"update_flights",
           "UPDATE flights f SET flight_number = d.flight_number, source = d.source, "
           "destination = d.destination, departure_ts = d.departure_ts, arrival_ts = d.arrival_ts, "
           "departure_date = d.departure_date, total_seats = d.total_seats, "
           "available_seats = d.available_seats, price = d.price * 0.01, status = d.status, "
           "version = d.version, created_at = d.created_at, updated_at = d.updated_at "
           "FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], "
           "$6::timestamptz[], $7::date[], $8::integer[], $9::integer[], $10::bigint[], $11::text[], "
           "$12::bigint[], $13::timestamptz[], $14::timestamptz[]) AS d (id, flight_number, source, "
           "destination, departure_ts, arrival_ts, departure_date, total_seats, available_seats, price, "
           "status, version, created_at, updated_at) WHERE f.id = ANY(ARRAY[d.id])"},
      // What a sale writes. A whole row would be a third more to send and to read.
      .update_seats = {"update_seats",
                       "UPDATE flights f SET available_seats = d.available_seats, version = d.version, "
                       "updated_at = $4::timestamptz "
                       "FROM unnest($1::uuid[], $2::integer[], $3::bigint[]) "
                       "AS d (id, available_seats, version) WHERE f.id = ANY(ARRAY[d.id])"},
      .insert_flights =
          {"insert_flights",
           "INSERT INTO flights (id, flight_number, source, destination, departure_ts, arrival_ts, "
           "departure_date, total_seats, available_seats, price, status, version, created_at, updated_at) "
           "SELECT d.id, d.flight_number, d.source, d.destination, d.departure_ts, d.arrival_ts, "
           "d.departure_date, d.total_seats, d.available_seats, d.price * 0.01, d.status, d.version, "
           "d.created_at, d.updated_at FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], "
           "$5::timestamptz[], $6::timestamptz[], $7::date[], $8::integer[], $9::integer[], $10::bigint[], "
           "$11::text[], $12::bigint[], $13::timestamptz[], $14::timestamptz[]) AS d (id, flight_number, "
           "source, destination, departure_ts, arrival_ts, departure_date, total_seats, available_seats, "
           "price, status, version, created_at, updated_at)"},
      .insert_bookings =
          {"insert_bookings",
           "INSERT INTO bookings (id, user_id, flight_id, seats, amount, status, failure_reason, "
           "payment_ref, refund_ref, expires_at, created_at, updated_at) "
           "SELECT d.id, d.user_id, d.flight_id, d.seats, d.amount * 0.01, d.status, d.failure_reason, "
           "d.payment_ref, d.refund_ref, d.expires_at, d.created_at, d.updated_at "
           "FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::integer[], $5::bigint[], $6::text[], "
           "$7::text[], $8::text[], $9::text[], $10::timestamptz[], $11::timestamptz[], "
           "$12::timestamptz[]) AS d (id, user_id, flight_id, seats, amount, status, failure_reason, "
           "payment_ref, refund_ref, expires_at, created_at, updated_at)"},
      .update_bookings =
          {"update_bookings",
           "WITH changed AS (UPDATE bookings b SET status = d.status, failure_reason = d.failure_reason, "
           "payment_ref = d.payment_ref, refund_ref = d.refund_ref, updated_at = d.updated_at "
           "FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], "
           "$7::xid[]) AS d (id, status, failure_reason, payment_ref, refund_ref, updated_at, seen) "
           "WHERE b.id = ANY(ARRAY[d.id]) AND b.xmin = d.seen RETURNING 1) "
           // COMMIT is on its way already: a row that is missing has to be an error.
           "SELECT 1 / (count(*) = cardinality($1::uuid[]))::integer FROM changed"},
      .insert_intents = {"insert_intents",
                         "INSERT INTO booking_intents (id, booking_id, expires_at, created_at) "
                         "SELECT d.id, d.id, d.due, $3::timestamptz "
                         "FROM unnest($1::uuid[], $2::timestamptz[]) AS d (id, due)"},
      .set_intents = {"set_intents",
                      "INSERT INTO booking_intents (id, booking_id, expires_at, created_at) "
                      "SELECT d.id, d.id, d.due, $3::timestamptz "
                      "FROM unnest($1::uuid[], $2::timestamptz[]) AS d (id, due) "
                      "ON CONFLICT (id) DO UPDATE SET expires_at = excluded.expires_at"},
      .remove_intents = {"remove_intents", "DELETE FROM booking_intents WHERE id = ANY($1::uuid[])"},
      .insert_events = {"insert_events",
                        "INSERT INTO events (data, created_at) VALUES ($1::text, $2::timestamptz)"},
      .claim_unfinished = {"claim_unfinished",
                           "WITH due AS MATERIALIZED (SELECT id, expires_at FROM booking_intents "
                           "WHERE expires_at <= $1::timestamptz ORDER BY expires_at, id "
                           "LIMIT $3::bigint FOR UPDATE SKIP LOCKED) "
                           "UPDATE booking_intents i SET expires_at = $2::timestamptz FROM due "
                           "WHERE i.id = ANY(ARRAY[due.id]) RETURNING i.booking_id, due.expires_at"},
      .claim_events =
          {"claim_events",
           "WITH due AS MATERIALIZED (SELECT seq FROM events "
           "WHERE due_at <= $1::timestamptz ORDER BY seq LIMIT $3::bigint FOR UPDATE SKIP LOCKED) "
           "UPDATE events e SET due_at = $2::timestamptz FROM due "
           "WHERE e.seq = ANY(ARRAY[due.seq]) RETURNING e.seq, e.data"},
      .remove_events = {"remove_events", "DELETE FROM events WHERE seq = ANY($1::bigint[])"},
      .trim_events = {"trim_events",
                      "WITH oldest AS MATERIALIZED (SELECT seq, created_at FROM events ORDER BY seq "
                      "LIMIT $3::bigint FOR UPDATE SKIP LOCKED), gone AS (DELETE FROM events e USING oldest "
                      "WHERE e.seq = ANY(ARRAY[oldest.seq]) AND (oldest.created_at < $1::timestamptz OR "
                      "oldest.seq <= (SELECT max(seq) FROM events) - $2::bigint) RETURNING 1) "
                      "SELECT count(*) FROM gone"},
      .read_only = {"read_only",
                    "SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean, " +
                        std::string(commits_wait) + ", has_table_privilege('bookings', 'INSERT')"},
      .write_something = {"write_something",
                          "UPDATE schema_migrations SET applied_at = applied_at WHERE version = 1"},
      .transaction_status = {"transaction_status",
                             std::string("SELECT pg_xact_status($1::text::xid8), ").append(commits_wait)},
      .rows_kept = {"rows_kept",
                    "SELECT (SELECT count(*) FROM unnest($1::uuid[], $2::timestamptz[], $3::text[]) "
                    "AS d (id, updated_at, status) "
                    "WHERE (SELECT b.updated_at FROM bookings b WHERE b.id = d.id AND (b.status = d.status "
                    "OR b.status = 'CANCELLED' OR d.status IN ('PENDING', 'FAILED'))) >= d.updated_at) + "
                    "(SELECT count(*) FROM unnest($4::uuid[], $5::bigint[]) AS d (id, version) "
                    "WHERE (SELECT f.version FROM flights f WHERE f.id = d.id) >= d.version)"},
      .end_backend = {"end_backend",
                      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                      "WHERE pid = $1::integer AND backend_xid = ($2::text::xid8)::xid "
                      // One that waits for a standby would stop waiting and show what no standby has.
                      "AND wait_event IS DISTINCT FROM 'SyncRep'"},
  };
}

std::vector<Statement> StoreStatements::all() const {
  return {begin,           commit,
          rollback,        transaction_id,
          flights_of_keys, lock_flights,
          locked_flights,  locked_bookings,
          bookings,        flight_dates,
          update_flights,  update_seats,
          insert_flights,  insert_bookings,
          update_bookings, insert_intents,
          set_intents,     remove_intents,
          insert_events,   claim_unfinished,
          claim_events,    remove_events,
          trim_events,     read_only,
          write_something, transaction_status,
          rows_kept,       end_backend};
}

}  // namespace flightdeck::postgres
