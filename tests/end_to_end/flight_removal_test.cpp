// Taking a flight off sale, with and without bookings.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>

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

TEST_F(FlightRemovalTest, AReinstatedFlightIsFoundAndSoldAgain) {
  const FlightDraft draft;
  const std::string flight_id = text(api.add_flight(draft), "flight_id");
  const std::string path = "/admin/flights/" + flight_id;
  const Route route{draft.source, draft.destination};
  const std::string booking_id = text(api.book_to_the_end(flight_id, 2), "booking_id");
  expect_problem(http.request("POST", path + "/reinstate"), 409, "INVALID_STATE");
  ASSERT_EQ(http.request("DELETE", path + "?cancel_bookings=true").status, 204);
  const std::string version = std::to_string(number(api.admin_flight(flight_id), "version"));
  expect_problem(http.request("POST", path + "/reinstate", {}, {{"If-Match", "\"1\""}}), 412,
                 "VERSION_CONFLICT");
  EXPECT_EQ(text(api.admin_flight(flight_id), "status"), "CANCELLED");

  const Reply reinstated = http.request("POST", path + "/reinstate", {}, {{"If-Match", '"' + version + '"'}});
  ASSERT_EQ(reinstated.status, 200) << reinstated.body;
  EXPECT_EQ(text(reinstated.json(), "status"), "SCHEDULED");
  EXPECT_EQ(number(reinstated.json(), "available_seats"), draft.total_seats);
  EXPECT_EQ(reinstated.header("ETag"), '"' + std::to_string(number(reinstated.json(), "version")) + '"');
  EXPECT_EQ(list(api.search(route, date_ahead(30)), "flights").size(), 1U) << "at once";
  expect_problem(http.request("POST", path + "/reinstate"), 409, "INVALID_STATE");
  EXPECT_EQ(text(api.booking(booking_id), "status"), "CANCELLED") << "what was cancelled stays so";
  EXPECT_EQ(text(api.book_to_the_end(flight_id, 3), "status"), "CONFIRMED");
  EXPECT_EQ(events_of(probe, "flight.reinstated", flight_id), 1);
  EXPECT_EQ(http.request("PUT", path, json::serialize(draft.json())).status, 200);
  expect_every_seat_accounted_for(probe);
}

TEST_F(FlightRemovalTest, ACancelledFlightGivesItsNumberAndTimeUp) {
  FlightDraft draft;
  const std::string first = "/admin/flights/" + text(api.add_flight(draft), "flight_id");
  expect_problem(http.post("/admin/flights", draft.json()), 409, "DUPLICATE_FLIGHT");
  ASSERT_EQ(http.request("DELETE", first).status, 204);
  const std::string second = "/admin/flights/" + text(api.add_flight(draft), "flight_id");
  EXPECT_NE(first, second);
  expect_problem(http.request("POST", first + "/reinstate"), 409, "DUPLICATE_FLIGHT");
  expect_problem(http.request("PUT", first, json::serialize(draft.json())), 409, "FLIGHT_CLOSED");
  ASSERT_EQ(http.request("DELETE", second).status, 204);
  EXPECT_EQ(http.request("POST", first + "/reinstate").status, 200);
  expect_problem(http.request("POST", second + "/reinstate"), 409, "DUPLICATE_FLIGHT");
  expect_problem(http.post("/admin/flights", draft.json()), 409, "DUPLICATE_FLIGHT");
}

TEST_F(FlightRemovalTest, OnlyWhatIsThereIsReinstated) {
  expect_problem(http.request("POST", "/admin/flights/" + fresh_uuid() + "/reinstate"), 404, "NOT_FOUND");
  expect_problem(http.request("POST", "/admin/flights/nonsense/reinstate"), 404, "NOT_FOUND");
  const Reply wrong_method = http.get("/admin/flights/" + api.add_flight_id(10) + "/reinstate");
  expect_problem(wrong_method, 405, "METHOD_NOT_ALLOWED");
  EXPECT_EQ(wrong_method.header("Allow"), "POST, OPTIONS");
}

// Crowds book and cancel while an admin closes the flight and reinstates it, again and again.
TEST_F(FlightRemovalTest, ReinstatingWhileBookingsAreCancelledLosesAndDoublesNoSeat) {
  const std::string flight_id = api.add_flight_id(200);
  const std::string path = "/admin/flights/" + flight_id;
  std::atomic<bool> over = false;
  std::vector<std::thread> crowd;
  for (int i = 0; i < 3; ++i) {
    crowd.emplace_back([&, i, port = server().port()] {
      ApiClient client(port);
      while (!over) {
        const Reply booked = client.try_book(flight_id, 1 + i);
        if (booked.status != 202 && booked.status != 200)
          expect_problem(booked, booked.status, booked.status == 409 ? "FLIGHT_CLOSED" : "OUT_OF_STOCK");
      }
    });
  }
  for (int round = 0; round < 5; ++round) {
    EXPECT_TRUE(eventually([&] { return number(api.admin_flight(flight_id), "available_seats") < 150; }));
    std::thread closing([&, port = server().port()] {
      const Reply closed = HttpClient(port).request("DELETE", path + "?cancel_bookings=true");
      if (closed.status != 204) expect_problem(closed, 409, "INVALID_STATE");
    });
    EXPECT_TRUE(eventually([&] { return http.request("POST", path + "/reinstate").status == 200; }));
    closing.join();
  }
  over = true;
  for (std::thread& client : crowd) client.join();
  EXPECT_EQ(text(api.admin_flight(flight_id), "status"), "SCHEDULED");
  audit_settled(api, probe);
  const std::int64_t left = number(api.admin_flight(flight_id), "available_seats");
  const std::string live =
      "SELECT COUNT(*) FROM bookings WHERE status IN ('PENDING', 'CONFIRMED') AND flight_id = " +
      probe.id_literal(flight_id);
  const std::int64_t kept = probe.number(live);
  EXPECT_GT(kept, 0);
  if (left > 0) {
    const std::int64_t seats = std::min<std::int64_t>(left, 9);
    EXPECT_EQ(text(api.book_to_the_end(flight_id, seats), "status"), "CONFIRMED");
    EXPECT_EQ(probe.number(live), kept + 1) << "nobody goes on cancelling";
  }
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
