// A database of the shared PostgreSQL for one test.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "contract/temporary_ledger.h"
#include "doubles/booking_world.h"
#include "doubles/settlements.h"
#include "ledger/apply_batch.h"
#include "postgres/migrate.h"
#include "postgres/postgres_ledger_reader.h"
#include "postgres/postgres_ledger_store.h"
#include "support/postgres_server.h"
#include "support/postgres_session.h"

namespace flightdeck::test {

inline std::string with_options(const std::string& url, const std::string& query) {
  return url + "?" + query;
}

// A flight with that many seats, whose key is its number.
inline ledger::AddFlight add_flight(std::uint8_t n, std::int64_t seats) {
  return {id_of<FlightId>(n), flight_draft(seats, "FD" + std::to_string(n)), false};
}

inline ledger::PlaceBooking place_booking(BookingId id, FlightId flight, std::int64_t seats = 1) {
  return {id, UserId{}, flight, seats, Milliseconds{60'000}};
}

inline ledger::SettlePayment settle_booking(BookingId id, FlightId flight, bool success = true) {
  return success ? payment_succeeded(id, flight) : payment_failed(id, flight);
}

// The n-th of many bookings.
inline BookingId booking_id(std::uint32_t n) {
  BookingId id;
  for (std::size_t i = 0; i < 4; ++i) {
    id.value.data()[12 + i] = static_cast<std::uint8_t>(n >> (24 - 8 * i));
  }
  return id;
}

class PostgresDatabase : public ::testing::Test {
 public:
  ~PostgresDatabase() override { shared_postgres().drop_database(url); }

 protected:
  const std::string url = make_postgres_ledger();
  SilentLog log;
  Instant now = world_start;
};

// Flights whose seats do not add up: there must be none.
inline std::int64_t broken_flights(PostgresSession& probe) {
  return probe.number(
      "SELECT count(*) FROM flights f WHERE f.available_seats < 0 OR f.total_seats <> f.available_seats + "
      "(SELECT coalesce(sum(b.seats), 0) FROM bookings b WHERE b.flight_id = f.id AND b.status IN "
      "('PENDING', "
      "'CONFIRMED'))");
}

}  // namespace flightdeck::test
