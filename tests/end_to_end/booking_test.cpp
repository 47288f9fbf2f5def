// Booking seats, reading bookings, listing them, cancelling them.
#include <gmock/gmock.h>

#include <thread>

#include "support/audit.h"
#include "support/scripted_payment_service.h"
#include "support/server_suite.h"

namespace flightdeck::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAreArray;

struct PaidSettings {
  static std::vector<std::string> flags() { return instant_payment("1"); }
};
using BookingTest = ServerSuite<PaidSettings>;

struct RefusedSettings {
  static std::vector<std::string> flags() { return instant_payment("0"); }
};
using RefusedPaymentTest = ServerSuite<RefusedSettings>;

struct UnansweredSettings {
  static std::vector<std::string> flags() { return silent_payment(); }
};
using PendingBookingTest = ServerSuite<UnansweredSettings>;

TEST_F(PendingBookingTest, HoldsTheSeatsAndStartsThePayment) {
  const std::string flight_id = api.add_flight_id(10);
  const std::string user_id = fresh_uuid();
  const Reply reply = api.try_book(flight_id, 2, user_id);
  ASSERT_EQ(reply.status, 202) << reply.body;
  const json::value booking = reply.json();
  const std::string booking_id = text(booking, "booking_id");
  EXPECT_TRUE(looks_like_uuid(booking_id)) << booking_id;
  EXPECT_EQ(reply.header("Location"), "/booking/" + booking_id);
  EXPECT_EQ(text(booking, "user_id"), user_id);
  EXPECT_EQ(text(booking, "flight_id"), flight_id);
  EXPECT_EQ(text(booking, "date"), date_ahead(30));
  EXPECT_EQ(number(booking, "seats"), 2);
  EXPECT_EQ(text(booking, "amount"), "398.00");
  EXPECT_EQ(text(booking, "status"), "PENDING");
  for (const char* empty : {"failure_reason", "payment_ref", "refund_ref"})
    EXPECT_TRUE(is_null(booking, empty));
  for (const char* instant : {"expires_at", "created_at", "updated_at"}) {
    EXPECT_THAT(text(booking, instant), testing::EndsWith("Z"));
  }
  EXPECT_GT(text(booking, "expires_at"), text(booking, "created_at"));

  EXPECT_EQ(json::serialize(api.booking(booking_id)), json::serialize(booking));
  const json::value seats = api.seat_counts(flight_id);
  EXPECT_EQ(number(seats, "available"), 8);
  EXPECT_EQ(number(seats, "pending"), 2);
  EXPECT_EQ(number(seats, "confirmed"), 0);
  EXPECT_EQ(
      probe.number("SELECT COUNT(*) FROM booking_intents WHERE booking_id = " + probe.id_literal(booking_id)),
      1);
  EXPECT_EQ(events_of(probe, "booking_intent.created", booking_id), 1);
}

TEST_F(PendingBookingTest, WaitingEndsWhenTheTimeIsUp) {
  const Reply reply = api.try_book(api.add_flight_id(10), 1, fresh_uuid(), {{"Prefer", "wait=1"}});
  EXPECT_EQ(reply.status, 202) << reply.body;
  EXPECT_EQ(text(reply.json(), "status"), "PENDING");
  EXPECT_THAT(reply.header("Preference-Applied").value_or(""), HasSubstr("wait"));
}

TEST_F(PendingBookingTest, APendingBookingCanBeCancelled) {
  const std::string flight_id = api.add_flight_id(3);
  const std::string booking_id = text(api.book(flight_id, 3), "booking_id");
  expect_problem(api.try_book(flight_id), 400, "OUT_OF_STOCK");
  EXPECT_EQ(text(api.cancel(booking_id), "status"), "CANCELLED");
  EXPECT_EQ(number(api.seat_counts(flight_id), "available"), 3);
  EXPECT_EQ(number(api.seat_counts(flight_id), "pending"), 0);
  api.wait_for_gate(flight_id, 3);
  EXPECT_EQ(api.try_book(flight_id, 3).status, 202);
}

TEST_F(BookingTest, ConfirmsWhatIsPaid) {
  const std::string flight_id = api.add_flight_id(10);
  const std::string booking_id = text(api.book(flight_id, 2), "booking_id");
  const json::value confirmed = api.wait_for_status(booking_id, "CONFIRMED");
  EXPECT_FALSE(is_null(confirmed, "payment_ref"));
  EXPECT_TRUE(is_null(confirmed, "failure_reason"));
  EXPECT_TRUE(is_null(confirmed, "refund_ref"));
  const json::value payment = http.get("/mock_payment/payments/" + booking_id).json();
  EXPECT_EQ(text(payment, "payment_id"), text(confirmed, "payment_ref"));
  EXPECT_EQ(text(payment, "amount"), "398.00");
  EXPECT_EQ(number(api.seat_counts(flight_id), "confirmed"), 2);
  EXPECT_EQ(
      probe.number("SELECT COUNT(*) FROM booking_intents WHERE booking_id = " + probe.id_literal(booking_id)),
      0);
  EXPECT_EQ(events_of(probe, "booking.confirmed", booking_id), 1);
}

TEST_F(BookingTest, WaitsForTheFinalStateWhenPreferred) {
  const Reply reply = api.try_book(api.add_flight_id(10), 1, fresh_uuid(), {{"Prefer", "wait=30"}});
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_EQ(text(reply.json(), "status"), "CONFIRMED");
  EXPECT_THAT(reply.header("Preference-Applied").value_or(""), HasSubstr("wait"));
}

TEST_F(BookingTest, ReadsThePreferenceAmongOthers) {
  const std::string flight_id = api.add_flight_id(10);
  for (const char* prefer : {"respond-async, wait=30", "WAIT=30", "wait=30; foo=bar"}) {
    EXPECT_EQ(api.try_book(flight_id, 1, fresh_uuid(), {{"Prefer", prefer}}).status, 200) << prefer;
  }
}

TEST_F(BookingTest, IgnoresAPreferenceItCannotRead) {
  const std::string flight_id = api.add_flight_id(10);
  for (const char* prefer : {"wait=soon", "wait=-1", "wait", "handling=strict"}) {
    const Reply reply = api.try_book(flight_id, 1, fresh_uuid(), {{"Prefer", prefer}});
    EXPECT_EQ(reply.status, 202) << prefer;
    EXPECT_EQ(reply.header("Preference-Applied"), std::nullopt) << prefer;
  }
}

TEST_F(BookingTest, SellsEverySeatAndNotOneMore) {
  const std::string flight_id = api.add_flight_id(5);
  expect_problem(api.try_book(flight_id, 6), 400, "OUT_OF_STOCK");
  EXPECT_EQ(api.try_book(flight_id, 3).status, 202);
  expect_problem(api.try_book(flight_id, 3), 400, "OUT_OF_STOCK");
  EXPECT_EQ(api.try_book(flight_id, 2).status, 202);
  expect_problem(api.try_book(flight_id, 1), 400, "OUT_OF_STOCK");
  EXPECT_EQ(number(api.seat_counts(flight_id), "available"), 0);
}

TEST_F(BookingTest, AnUnknownFlightIsNotFound) {
  expect_problem(api.try_book(fresh_uuid()), 404, "NOT_FOUND");
}

TEST_F(BookingTest, ADepartedFlightIsClosed) {
  FlightDraft departed;
  departed.departure_ts = instant_ahead(-1, "12:00:00Z");
  departed.arrival_ts = instant_ahead(-1, "14:00:00Z");
  const std::string flight_id = text(api.add_flight(departed), "flight_id");
  expect_problem(api.try_book(flight_id), 409, "FLIGHT_CLOSED");
  EXPECT_EQ(number(api.seat_counts(flight_id), "available"), 180);
}

TEST_F(BookingTest, ACancelledFlightIsClosed) {
  const std::string flight_id = api.add_flight_id(10);
  ASSERT_EQ(http.request("DELETE", "/admin/flights/" + flight_id).status, 204);
  expect_problem(api.try_book(flight_id), 409, "FLIGHT_CLOSED");
}

TEST_F(BookingTest, NamesWrongFields) {
  const std::string flight_id = api.add_flight_id(100);
  const std::vector<std::pair<std::string, json::value>> cases = {
      {"seats", 0},       {"seats", -1},   {"seats", 10},        {"seats", 1.5},   {"seats", "2"},
      {"seats", nullptr}, {"seats", 1e30}, {"user_id", "me"},    {"user_id", 17},  {"user_id", nullptr},
      {"user_id", ""},    {"seats", true}, {"flight_id", "FD1"}, {"flight_id", 5}, {"flight_id", nullptr}};
  for (const auto& [name, value] : cases) {
    SCOPED_TRACE(name + " = " + json::serialize(value));
    json::object body{{"user_id", fresh_uuid()}, {"flight_id", flight_id}, {"seats", 1}};
    body[name] = value;
    expect_wrong_fields(http.post("/booking", body), {name});
    body.erase(name);
    expect_wrong_fields(http.post("/booking", body), {name});
  }
  EXPECT_EQ(api.try_book(flight_id, 9).status, 202);
  EXPECT_EQ(number(api.seat_counts(flight_id), "available"), 91);
}

TEST_F(BookingTest, AnUnknownBookingIsNotFound) {
  const std::string path = "/booking/" + fresh_uuid();
  expect_problem(http.get(path), 404, "NOT_FOUND");
  expect_problem(http.request("POST", path + "/cancel"), 404, "NOT_FOUND");
  expect_problem(http.request("DELETE", path), 404, "NOT_FOUND");
  expect_problem(http.request("POST", "/booking/not-a-uuid/cancel"), 404, "NOT_FOUND");
}

TEST_F(BookingTest, CancellingGivesTheSeatsBackAndRefunds) {
  const std::string flight_id = api.add_flight_id(5);
  const std::string booking_id = text(api.book_to_the_end(flight_id, 5), "booking_id");
  expect_problem(api.try_book(flight_id), 400, "OUT_OF_STOCK");
  const json::value cancelled = api.cancel(booking_id);
  EXPECT_EQ(text(cancelled, "status"), "CANCELLED");
  EXPECT_EQ(number(api.seat_counts(flight_id), "available"), 5);
  const json::value refunded = api.wait_for_refund(booking_id);
  EXPECT_EQ(text(refunded, "status"), "CANCELLED");
  EXPECT_TRUE(field(http.get("/mock_payment/payments/" + booking_id).json(), "refunded").as_bool());
  EXPECT_EQ(events_of(probe, "booking.cancelled", booking_id), 1);
  EXPECT_EQ(events_of(probe, "booking.refunded", booking_id), 1);
  // Again: the same answer, and nothing is given back twice.
  EXPECT_EQ(json::serialize(api.cancel(booking_id)), json::serialize(refunded));
  EXPECT_EQ(number(api.seat_counts(flight_id), "available"), 5);
  EXPECT_EQ(events_of(probe, "booking.cancelled", booking_id), 1);
}

TEST_F(BookingTest, DeleteCancelsToo) {
  const std::string flight_id = api.add_flight_id(5);
  const std::string booking_id = text(api.book_to_the_end(flight_id, 2), "booking_id");
  const Reply first = http.request("DELETE", "/booking/" + booking_id);
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(text(first.json(), "status"), "CANCELLED");
  const Reply second = http.request("DELETE", "/booking/" + booking_id);
  EXPECT_EQ(second.status, 200);
  EXPECT_EQ(text(second.json(), "status"), "CANCELLED");
  EXPECT_EQ(number(api.seat_counts(flight_id), "available"), 5);
}

TEST_F(BookingTest, ABookingStaysReadableWhenItsFlightIsRemoved) {
  const std::string flight_id = api.add_flight_id(5);
  const std::string booking_id = text(api.book_to_the_end(flight_id, 2), "booking_id");
  ASSERT_EQ(http.request("DELETE", "/admin/flights/" + flight_id + "?cancel_bookings=true").status, 204);
  EXPECT_EQ(text(api.wait_for_status(booking_id, "CANCELLED"), "flight_id"), flight_id);
}

TEST_F(BookingTest, ListsAUsersBookingsNewestFirst) {
  const std::string flight_id = api.add_flight_id(50);
  const std::string user_id = fresh_uuid();
  std::vector<std::string> newest_first;
  for (int i = 0; i < 11; ++i) {
    newest_first.insert(newest_first.begin(), text(api.book_to_the_end(flight_id, 1, user_id), "booking_id"));
    // So that no two are of the same millisecond.
    std::this_thread::sleep_for(Milliseconds(3));
  }
  api.book_to_the_end(flight_id);
  const std::string target = "/bookings?user_id=" + user_id;
  EXPECT_EQ(texts(all_pages(http, target, "bookings", 100), "booking_id"), newest_first);
  EXPECT_EQ(texts(all_pages(http, target, "bookings", 4), "booking_id"), newest_first);
  EXPECT_EQ(texts(all_pages(http, target, "bookings", 1), "booking_id"), newest_first);
  const json::value first = list(http.get(target).json(), "bookings")[0];
  EXPECT_EQ(json::serialize(first), json::serialize(api.booking(newest_first.front())));
  EXPECT_EQ(text(first, "user_id"), user_id);
}

TEST_F(BookingTest, FiltersAUsersBookingsByStatus) {
  const std::string flight_id = api.add_flight_id(50);
  const std::string user_id = fresh_uuid();
  std::vector<std::string> kept;
  std::vector<std::string> cancelled;
  for (int i = 0; i < 6; ++i) {
    const std::string id = text(api.book_to_the_end(flight_id, 1, user_id), "booking_id");
    (i % 2 == 0 ? kept : cancelled).push_back(id);
    if (i % 2 != 0) api.cancel(id);
  }
  const auto listed = [&](const std::string& status, std::size_t limit) {
    return texts(all_pages(http, "/bookings?user_id=" + user_id + "&status=" + status, "bookings", limit),
                 "booking_id");
  };
  EXPECT_THAT(listed("CONFIRMED", 100), UnorderedElementsAreArray(kept));
  EXPECT_THAT(listed("CANCELLED", 2), UnorderedElementsAreArray(cancelled));
  EXPECT_THAT(listed("FAILED", 100), ElementsAre());
  EXPECT_THAT(listed("PENDING", 100), ElementsAre());
}

TEST_F(BookingTest, AUserWithoutBookingsHasAnEmptyList) {
  const json::value answer = http.get("/bookings?user_id=" + fresh_uuid()).json();
  EXPECT_TRUE(list(answer, "bookings").empty());
  EXPECT_TRUE(is_null(answer, "next_cursor"));
}

TEST_F(BookingTest, ACursorIsOfItsListAlone) {
  const std::string flight_id = api.add_flight_id(9);
  const std::string user = fresh_uuid();
  for (int i = 0; i < 3; ++i) api.book_to_the_end(flight_id, 1, user);
  const std::string list_target = "/bookings?user_id=" + user + "&limit=1";
  const std::string cursor = text(http.get(list_target).json(), "next_cursor");
  const std::string go_on = "&cursor=" + cursor;
  EXPECT_EQ(http.get(list_target + go_on).status, 200);
  EXPECT_EQ(http.get("/bookings?user_id=" + user + "&limit=2" + go_on).status, 200);
  for (const std::string& other : {"/bookings?user_id=" + fresh_uuid(), list_target + "&status=CONFIRMED",
                                   list_target + "&status=FAILED", std::string("/admin/flights?limit=1"),
                                   search_target(fresh_route(), date_ahead(30))}) {
    SCOPED_TRACE(other);
    expect_wrong_fields(http.get(other + go_on), {"cursor"});
  }
  for (std::size_t size = 0; size < cursor.size(); ++size) {
    expect_wrong_fields(http.get(list_target + "&cursor=" + cursor.substr(0, size)), {"cursor"});
  }
  // As the position of a booking is written, and yet not ours.
  expect_wrong_fields(http.get(list_target + "&cursor=19c0000000." + fresh_uuid()), {"cursor"});
}

TEST_F(BookingTest, TheListNamesWrongParameters) {
  expect_wrong_fields(http.get("/bookings"), {"user_id"});
  expect_wrong_fields(http.get("/bookings?user_id=me&status=LOST&limit=101&cursor=!!!"),
                      {"user_id", "status", "limit", "cursor"});
  for (const char* limit : {"0", "101", "-1", "ten"}) {
    expect_wrong_fields(http.get("/bookings?user_id=" + fresh_uuid() + "&limit=" + limit), {"limit"});
  }
}

TEST_F(RefusedPaymentTest, AFailedPaymentGivesTheSeatsBack) {
  const std::string flight_id = api.add_flight_id(3);
  const json::value failed = api.book_to_the_end(flight_id, 3);
  EXPECT_EQ(text(failed, "status"), "FAILED");
  EXPECT_FALSE(is_null(failed, "failure_reason"));
  EXPECT_TRUE(is_null(failed, "refund_ref"));
  EXPECT_EQ(number(api.seat_counts(flight_id), "available"), 3);
  EXPECT_EQ(events_of(probe, "booking.failed", text(failed, "booking_id")), 1);
  api.wait_for_gate(flight_id, 3);
  EXPECT_EQ(api.try_book(flight_id, 3).status, 202);
}

TEST_F(RefusedPaymentTest, AFailedBookingCannotBeCancelled) {
  const std::string booking_id = text(api.book_to_the_end(api.add_flight_id(3)), "booking_id");
  expect_problem(api.try_cancel(booking_id), 409, "INVALID_STATE");
  expect_problem(http.request("DELETE", "/booking/" + booking_id), 409, "INVALID_STATE");
  EXPECT_EQ(text(api.booking(booking_id), "status"), "FAILED");
}

TEST(OverloadTest, RefusesBookingsItHasNoRoomForAndRecovers) {
  ScriptedPaymentService payments;
  payments.hold_answers();
  ServerProcess server({"--payment-url", payments.url(), "--bookings-in-flight-max", "1"});
  server.start();
  ApiClient api(server.port());
  const std::string flight_id = api.add_flight_id(10);
  const std::string first = text(api.book(flight_id), "booking_id");
  const Reply refused = api.try_book(flight_id);
  expect_problem(refused, 503, "OVERLOADED");
  EXPECT_GE(std::atoi(refused.header("Retry-After").value_or("").c_str()), 1);
  EXPECT_EQ(number(api.seat_counts(flight_id), "available"), 9);
  payments.release_answers();
  api.wait_for_status(first, "CONFIRMED");
  EXPECT_TRUE(eventually([&] { return api.try_book(flight_id).status == 202; }));
  audit_settled(api, *server.probe());
  server.stop_cleanly();
}

}  // namespace
}  // namespace flightdeck::test
