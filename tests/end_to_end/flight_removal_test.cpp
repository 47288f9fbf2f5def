// Taking a flight off sale, with and without bookings.
#include <gtest/gtest.h>

#include "support/audit.h"
#include "support/server_suite.h"

namespace flightdeck::test {
namespace {

struct RemovalSettings {
  static std::vector<std::string> flags() { return instant_payment("1"); }
};
using FlightRemovalTest = ServerSuite<RemovalSettings>;

struct SilentRemovalSettings {
  static std::vector<std::string> flags() { return silent_payment(); }
};
using PendingFlightRemovalTest = ServerSuite<SilentRemovalSettings>;

TEST_F(FlightRemovalTest, ARemovedFlightIsGoneFromSearchAtOnceAndCannotBeBooked) {
  const FlightDraft draft;
  const std::string flight_id = text(api.add_flight(draft), "flight_id");
  const Route route{draft.source, draft.destination};
  ASSERT_TRUE(eventually([&] { return list(api.search(route, date_ahead(30)), "flights").size() == 1; }));
  const Reply removed = http.request("DELETE", "/admin/flights/" + flight_id);
  EXPECT_EQ(removed.status, 204);
  EXPECT_TRUE(removed.body.empty());
  EXPECT_TRUE(list(api.search(route, date_ahead(30)), "flights").empty());
  EXPECT_TRUE(list(api.search(route, date_ahead(30), "&seats=0"), "flights").empty());
  expect_problem(api.try_book(flight_id), 409, "FLIGHT_CLOSED");
}

TEST_F(FlightRemovalTest, TheSecondTimeThereIsNothingToRemove) {
  const std::string path = "/admin/flights/" + api.add_flight_id(10);
  EXPECT_EQ(http.request("DELETE", path).status, 204);
  expect_problem(http.request("DELETE", path), 404, "NOT_FOUND");
  expect_problem(http.request("DELETE", path + "?cancel_bookings=true"), 404, "NOT_FOUND");
}

TEST_F(FlightRemovalTest, LiveBookingsKeepAFlight) {
  const std::string flight_id = api.add_flight_id(10);
  const std::string booking_id = text(api.book_to_the_end(flight_id, 2), "booking_id");
  expect_problem(http.request("DELETE", "/admin/flights/" + flight_id), 409, "FLIGHT_HAS_BOOKINGS");
  expect_problem(http.request("DELETE", "/admin/flights/" + flight_id + "?cancel_bookings=false"), 409,
                 "FLIGHT_HAS_BOOKINGS");
  EXPECT_EQ(text(api.booking(booking_id), "status"), "CONFIRMED");
  EXPECT_EQ(text(api.admin_flight(flight_id), "status"), "SCHEDULED");
  EXPECT_EQ(api.try_book(flight_id).status, 202);
}

TEST_F(FlightRemovalTest, CancelledBookingsDoNotKeepAFlight) {
  const std::string flight_id = api.add_flight_id(10);
  const std::string booking_id = text(api.book_to_the_end(flight_id), "booking_id");
  api.cancel(booking_id);
  EXPECT_EQ(http.request("DELETE", "/admin/flights/" + flight_id).status, 204);
  EXPECT_EQ(text(api.booking(booking_id), "status"), "CANCELLED");
}

TEST_F(FlightRemovalTest, CanCancelAndRefundAllBookings) {
  const std::string flight_id = api.add_flight_id(60);
  std::vector<std::string> bookings;
  for (int i = 0; i < 20; ++i) {
    bookings.push_back(text(api.book_to_the_end(flight_id, 1 + i % 3), "booking_id"));
  }
  EXPECT_EQ(http.request("DELETE", "/admin/flights/" + flight_id + "?cancel_bookings=true").status, 204);
  expect_problem(api.try_book(flight_id), 409, "FLIGHT_CLOSED");
  for (const std::string& booking_id : bookings) {
    EXPECT_EQ(text(api.wait_for_status(booking_id, "CANCELLED"), "flight_id"), flight_id);
    const json::value refunded = api.wait_for_refund(booking_id);
    EXPECT_FALSE(is_null(refunded, "payment_ref"));
    const json::value payment = http.get("/mock_payment/payments/" + booking_id).json();
    EXPECT_TRUE(field(payment, "refunded").as_bool());
  }
  EXPECT_EQ(probe.number("SELECT available_seats FROM flights WHERE id = " + probe.id_literal(flight_id)),
            60);
  expect_every_seat_accounted_for(probe);
}

TEST_F(FlightRemovalTest, AWrongFlagIsRefused) {
  const std::string path = "/admin/flights/" + api.add_flight_id(10);
  expect_wrong_fields(http.request("DELETE", path + "?cancel_bookings=perhaps"), {"cancel_bookings"});
}

TEST_F(PendingFlightRemovalTest, PendingBookingsCountAsLive) {
  const std::string flight_id = api.add_flight_id(10);
  const std::string booking_id = text(api.book(flight_id, 3), "booking_id");
  expect_problem(http.request("DELETE", "/admin/flights/" + flight_id), 409, "FLIGHT_HAS_BOOKINGS");
  EXPECT_EQ(http.request("DELETE", "/admin/flights/" + flight_id + "?cancel_bookings=true").status, 204);
  EXPECT_EQ(text(api.wait_for_status(booking_id, "CANCELLED"), "status"), "CANCELLED");
  EXPECT_EQ(probe.number("SELECT available_seats FROM flights WHERE id = " + probe.id_literal(flight_id)),
            10);
}

}  // namespace
}  // namespace flightdeck::test
