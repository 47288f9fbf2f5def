// Many clients after the last seats.
#include <gtest/gtest.h>

#include <atomic>

#include "support/audit.h"
#include "support/crowd.h"
#include "support/server_suite.h"

namespace flightdeck::test {
namespace {

struct ContentionSettings {
  static std::vector<std::string> flags() { return instant_payment("1"); }
};

class ContentionTest : public ServerSuite<ContentionSettings> {
 protected:
  struct Outcome {
    std::atomic<int> sold{0};
    std::atomic<int> out_of_stock{0};
    std::atomic<int> other{0};
  };

  // `clients` at once, each on a connection of its own, each wanting `seats`.
  void rush(const std::string& flight_id, int clients, std::int64_t seats, Outcome& outcome) {
    crowd(clients, [&](int) {
      ApiClient client(server().port());
      const Reply reply = client.try_book(flight_id, seats);
      if (reply.status == 202) {
        ++outcome.sold;
      } else if (reply.status == 400 && text(reply.json(), "code") == "OUT_OF_STOCK") {
        ++outcome.out_of_stock;
      } else {
        ++outcome.other;
        ADD_FAILURE() << reply.status << " " << reply.body;
      }
    });
  }
  std::int64_t confirmed_seats(const std::string& flight_id) {
    return probe.number("SELECT SUM(seats) FROM bookings WHERE status = 'CONFIRMED' AND flight_id = " +
                        probe.id_literal(flight_id));
  }
};

TEST_F(ContentionTest, TwoHundredClientsShareTheLastFiftySeats) {
  FlightDraft draft;
  draft.total_seats = 60;
  const std::string flight_id = text(api.add_flight(draft), "flight_id");
  for (int i = 0; i < 5; ++i) ASSERT_EQ(text(api.book_to_the_end(flight_id, 2), "status"), "CONFIRMED");

  Outcome outcome;
  rush(flight_id, 200, 1, outcome);
  EXPECT_EQ(outcome.sold, 50);
  EXPECT_EQ(outcome.out_of_stock, 150);

  audit_settled(api, probe);
  EXPECT_EQ(confirmed_seats(flight_id), 60);
  const json::value seats = api.seat_counts(flight_id);
  EXPECT_EQ(number(seats, "total"), 60);
  EXPECT_EQ(number(seats, "available"), 0);
  EXPECT_EQ(number(seats, "pending"), 0);
  EXPECT_EQ(number(seats, "confirmed"), 60);
  EXPECT_EQ(number(seats, "gate"), 0);
  const Route route{draft.source, draft.destination};
  EXPECT_TRUE(eventually([&] { return list(api.search(route, date_ahead(30)), "flights").empty(); }));
  EXPECT_TRUE(eventually([&] {
    const json::value found = api.search(route, date_ahead(30), "&seats=0");
    return number(list(found, "flights").at(0), "available_seats") == 0;
  }));
}

TEST_F(ContentionTest, WhatIsTooFewForOneIsSoldToAnother) {
  const std::string flight_id = api.add_flight_id(50);
  Outcome threes;
  rush(flight_id, 60, 3, threes);
  EXPECT_EQ(threes.sold, 16);
  EXPECT_EQ(threes.out_of_stock, 44);
  api.wait_for_gate(flight_id, 2);
  Outcome singles;
  rush(flight_id, 20, 1, singles);
  EXPECT_EQ(singles.sold, 2);
  EXPECT_EQ(singles.out_of_stock, 18);
  audit_settled(api, probe);
  EXPECT_EQ(confirmed_seats(flight_id), 50);
}

TEST_F(ContentionTest, SeatsGivenBackInTheMiddleAreSoldAgain) {
  constexpr int kClients = 20;
  const std::string flight_id = api.add_flight_id(5);
  crowd(kClients, [&](int) {
    ApiClient client(server().port());
    for (int i = 0; i < 10; ++i) {
      const Reply reply = client.try_book(flight_id);
      if (reply.status == 202) client.cancel(text(reply.json(), "booking_id"));
    }
  });
  audit_settled(api, probe);
  EXPECT_EQ(number(api.seat_counts(flight_id), "available"), 5);
  api.wait_for_gate(flight_id, 5);
  Outcome outcome;
  rush(flight_id, kClients, 1, outcome);
  EXPECT_EQ(outcome.sold, 5);
  EXPECT_EQ(outcome.out_of_stock, kClients - 5);
}

TEST_F(ContentionTest, OneCancellationAskedForManyTimesGivesItsSeatsBackOnce) {
  const std::string flight_id = api.add_flight_id(10);
  const std::string booking_id = text(api.book_to_the_end(flight_id, 4), "booking_id");
  crowd(30, [&](int) {
    ApiClient client(server().port());
    EXPECT_EQ(text(client.cancel(booking_id), "status"), "CANCELLED");
  });
  api.wait_for_refund(booking_id);
  EXPECT_EQ(events_of(probe, "booking.cancelled", booking_id), 1);
  audit_settled(api, probe);
  EXPECT_EQ(number(api.seat_counts(flight_id), "available"), 10);
}

TEST_F(ContentionTest, CapacityCannotBeCutBelowWhatIsBeingSold) {
  FlightDraft draft;
  draft.total_seats = 50;
  const std::string flight_id = text(api.add_flight(draft), "flight_id");
  draft.total_seats = 20;
  const std::string smaller = json::serialize(draft.json());
  std::atomic<int> sold{0};
  std::atomic<int> cut{0};
  crowd(60, [&](int member) {
    ApiClient client(server().port());
    if (member == 0) {
      const Reply reply = client.http().request("PUT", "/admin/flights/" + flight_id, smaller);
      EXPECT_TRUE(reply.status == 200 || reply.status == 409) << reply.body;
      if (reply.status == 200) ++cut;
    } else {
      const Reply reply = client.try_book(flight_id);
      EXPECT_TRUE(reply.status == 202 || reply.status == 400) << reply.body;
      if (reply.status == 202) ++sold;
    }
  });
  // A seat may be refused for an instant while the total changes, but none is sold that is not there.
  EXPECT_LE(sold, cut == 1 ? 20 : 50);
  audit_settled(api, probe);
}

}  // namespace
}  // namespace flightdeck::test
