#include "support/audit.h"

#include <gtest/gtest.h>

namespace flightdeck::test {

void expect_every_seat_accounted_for(const Probe& probe) {
  EXPECT_GT(probe.number("SELECT COUNT(*) FROM flights"), 0) << "nothing to audit";
  const auto wrong = probe.rows(
      "SELECT f.id, f.total_seats, f.available_seats, COALESCE(h.seats, 0) FROM flights f LEFT JOIN "
      "(SELECT flight_id, SUM(seats) AS seats FROM bookings WHERE status IN ('PENDING', 'CONFIRMED') "
      " GROUP BY flight_id) h ON h.flight_id = f.id "
      "WHERE COALESCE(h.seats, 0) + f.available_seats <> f.total_seats "
      "OR f.available_seats < 0 OR f.available_seats > f.total_seats");
  for (const auto& row : wrong) {
    ADD_FAILURE() << "flight " << row[0] << ": total " << row[1] << ", available " << row[2] << ", held "
                  << row[3];
  }
  EXPECT_EQ(probe.number("SELECT COUNT(*) FROM bookings WHERE flight_id NOT IN (SELECT id FROM flights)"), 0);
}

void expect_everything_settles(const Probe& probe) {
  EXPECT_TRUE(
      eventually([&] { return probe.number("SELECT COUNT(*) FROM bookings WHERE status = 'PENDING'") == 0; },
                 std::chrono::seconds(60)))
      << probe.number("SELECT COUNT(*) FROM bookings WHERE status = 'PENDING'")
      << " bookings are still PENDING";
}

void expect_admin_counts_agree(ApiClient& client, const Probe& probe) {
  const auto flights = probe.rows(
      "SELECT f.id, f.total_seats, f.available_seats, "
      "COALESCE(SUM(CASE WHEN b.status = 'PENDING' THEN b.seats END), 0), "
      "COALESCE(SUM(CASE WHEN b.status = 'CONFIRMED' THEN b.seats END), 0) "
      "FROM flights f JOIN bookings b ON b.flight_id = f.id WHERE f.status = 'SCHEDULED' "
      "GROUP BY f.id, f.total_seats, f.available_seats");
  for (const auto& row : flights) {
    json::value seats;
    const bool gate_agrees = eventually([&] {
      seats = client.seat_counts(row[0]);
      return number(seats, "gate") == number(seats, "available");
    });
    EXPECT_TRUE(gate_agrees) << "flight " << row[0] << ": " << json::serialize(seats);
    EXPECT_EQ(std::to_string(number(seats, "total")), row[1]) << row[0];
    EXPECT_EQ(std::to_string(number(seats, "available")), row[2]) << row[0];
    EXPECT_EQ(std::to_string(number(seats, "pending")), row[3]) << row[0];
    EXPECT_EQ(std::to_string(number(seats, "confirmed")), row[4]) << row[0];
  }
}

void audit_settled(ApiClient& client, const Probe& probe) {
  expect_everything_settles(probe);
  expect_every_seat_accounted_for(probe);
  expect_admin_counts_agree(client, probe);
}

}  // namespace flightdeck::test
