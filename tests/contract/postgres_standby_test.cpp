// A synchronous standby that is away: nothing is answered as done that it may never have heard of.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include "contract/postgres_database.h"
#include "ledger/apply_batch.h"
#include "support/deadline.h"

namespace flightdeck::postgres {
namespace {

using ledger::NotDurableError;
using test::add_flight;
using test::apply;
using test::booking_id;
using test::flight_1;
using test::place_booking;
using test::PostgresServer;
using test::PostgresSession;
using test::settle_booking;
using test::shared_postgres;

// A server whose commits wait for a standby from `lose_standby` on. Nobody has that name, so they wait for
// ever, as they do for one that is away; once no name is set they have all been waited for.
class Standby : public test::PostgresDatabase {
 protected:
  Standby() {
    store.emplace(url, log);
    apply(*store, add_flight(1, 10), now).value();
    apply(*store, place_booking(booking_id(1), flight_1), now).value();
  }

  ~Standby() override { regain_standby(); }

  void set_standby(const std::string& name) {
    PostgresSession operator_(server.url_of("postgres"));
    operator_.execute("ALTER SYSTEM SET synchronous_standby_names = '" + name + "'");
    operator_.execute("SELECT pg_reload_conf()");
    ASSERT_TRUE(test::eventually(
        [&] { return PostgresSession(url).column("SHOW synchronous_standby_names").at(0) == name; }));
  }
  void lose_standby() { set_standby("nobody"); }
  void regain_standby() { set_standby(""); }

  std::int64_t waiting() {
    return probe().number("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
  }
  PostgresSession probe() { return PostgresSession(server.url_of("postgres")); }
  // What an operator does to a session that does not end, and what a crash does to all of them.
  void cut_waits_short(const std::string& function) {
    ASSERT_TRUE(test::eventually([&] { return waiting() > 0; }));
    probe().execute("SELECT " + function +
                    "(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND query = 'COMMIT'");
    ASSERT_TRUE(test::eventually([&] { return shows(booking_id(2)); }));
  }
  bool shows(BookingId id) {
    return PostgresSession(url).number("SELECT count(*) FROM bookings WHERE id = '" + id.str() + "'") == 1;
  }
  // Booking 2 is written, and the standby does not hear of it.
  void book_in_vain() {
    EXPECT_THROW(apply(*store, place_booking(booking_id(2), flight_1), now), UnavailableError);
  }

  void expect_nothing_is_told_of_it(PostgresLedgerReader& reader, PostgresLedgerStore& writer) {
    const std::vector ids{booking_id(2)};
    EXPECT_THROW(reader.bookings(ids), NotDurableError);
    ledger::BookingListQuery of_user;
    of_user.user = UserId{};
    EXPECT_THROW(reader.list_bookings(of_user), NotDurableError);
    EXPECT_THROW(reader.flights(std::vector{flight_1}), NotDurableError);
    EXPECT_THROW(reader.list_flights({}), NotDurableError);
    EXPECT_THROW(reader.flights_changed({}, {}, 10), NotDurableError) << "gate and index would keep it";
    EXPECT_THROW(reader.seat_counts(flight_1), NotDurableError);
    EXPECT_THROW(apply(writer, place_booking(booking_id(2), flight_1), now), UnavailableError) << "a repeat";
    EXPECT_THROW(apply(writer, settle_booking(booking_id(2), flight_1), now), UnavailableError);
    EXPECT_THROW(apply(writer, ledger::CancelBooking{booking_id(2), flight_1}, now), UnavailableError);
    EXPECT_THROW(apply(writer, add_flight(1, 10), now), UnavailableError) << "it is there already";
    EXPECT_THROW(writer.claim_events(now, now, 10), UnavailableError);
    EXPECT_THROW(writer.check_writable(), UnavailableError);
  }
  void expect_all_is_told(PostgresLedgerReader& reader, PostgresLedgerStore& writer) {
    EXPECT_TRUE(test::eventually([&] {
      try {
        return apply(writer, place_booking(booking_id(2), flight_1), now).value().effect ==
               ledger::Effect::replayed;
      } catch (const UnavailableError&) {
        return false;
      }
    }));
    EXPECT_EQ(reader.bookings(std::vector{booking_id(2)}).size(), 1U);
    EXPECT_EQ(reader.seat_counts(flight_1).pending, 2);
    writer.check_writable();
  }

  PostgresServer& server = shared_postgres();
  std::optional<PostgresLedgerStore> store;
};

TEST_F(Standby, ABookingItHasNotHeardOfIsNotThereForAnybody) {
  lose_standby();
  book_in_vain();
  EXPECT_FALSE(shows(booking_id(2))) << "the program cut the wait short itself";
  EXPECT_THROW(apply(*store, place_booking(booking_id(2), flight_1), now), UnavailableError);
  regain_standby();
  PostgresLedgerReader reader(url, log);
  expect_all_is_told(reader, *store);
}

TEST_F(Standby, WhatAnEndedSessionLeftIsNotToldOf) {
  lose_standby();
  book_in_vain();
  cut_waits_short("pg_terminate_backend");
  // This process, and another one that knows nothing of it.
  PostgresLedgerReader reader(url, log);
  PostgresLedgerStore other(url, log);
  expect_nothing_is_told_of_it(reader, *store);
  expect_nothing_is_told_of_it(reader, other);
  regain_standby();
  expect_all_is_told(reader, other);
}

TEST_F(Standby, NorWhatACrashLeft) {
  lose_standby();
  book_in_vain();
  server.stop_immediately();
  server.start();
  ASSERT_TRUE(test::eventually([&] { return shows(booking_id(2)); }));
  PostgresLedgerReader reader(url, log);
  PostgresLedgerStore other(url, log);
  expect_nothing_is_told_of_it(reader, other);
  regain_standby();
  expect_all_is_told(reader, other);
}

TEST_F(Standby, ACancelledWaitIsNoSuccess) {
  lose_standby();
  auto booked = std::async(std::launch::async, [&] {
    try {
      return apply(*store, place_booking(booking_id(2), flight_1), now).has_value();
    } catch (const UnavailableError&) {
      return false;
    }
  });
  cut_waits_short("pg_cancel_backend");
  EXPECT_FALSE(booked.get());
  PostgresLedgerReader reader(url, log);
  expect_nothing_is_told_of_it(reader, *store);
  regain_standby();
  expect_all_is_told(reader, *store);
}

TEST_F(Standby, WhatItHadHeardOfIsReadAllTheWhile) {
  const auto watch = std::make_shared<DatabaseWatch>(url, log);
  PostgresLedgerStore writer(url, watch);
  PostgresLedgerReader reader(url, watch);
  lose_standby();
  EXPECT_THROW(reader.bookings(std::vector{booking_id(1)}), NotDurableError) << "nobody knows yet";
  regain_standby();
  EXPECT_TRUE(test::eventually([&] { return !watch->standby.stuck(); }));
  lose_standby();
  EXPECT_THROW(apply(writer, place_booking(booking_id(2), flight_1), now), UnavailableError);
  cut_waits_short("pg_terminate_backend");
  EXPECT_THROW(reader.bookings(std::vector{booking_id(2)}), NotDurableError);
  EXPECT_EQ(reader.bookings(std::vector{booking_id(1)}).size(), 1U);
}

TEST_F(Standby, NoConnectionsPileUpWhileItIsAway) {
  lose_standby();
  const auto watch = std::make_shared<DatabaseWatch>(url, log);
  PostgresLedgerStore one(url, watch);
  PostgresLedgerStore two(url, watch);
  PostgresLedgerReader reader(url, watch);
  book_in_vain();
  cut_waits_short("pg_terminate_backend");
  for (int times = 0; times < 30; ++times) {
    for (PostgresLedgerStore* each : {&one, &two}) {
      EXPECT_THROW(apply(*each, place_booking(booking_id(3), flight_1), now), UnavailableError);
      EXPECT_THROW(each->claim_events(now, now, 10), UnavailableError);
      EXPECT_THROW(each->check_writable(), UnavailableError);
    }
    EXPECT_THROW(reader.bookings(std::vector{booking_id(2)}), NotDurableError);
  }
  // Of each store that saw a commit hang one write, and of each witness one.
  EXPECT_LE(waiting(), 4);
}

TEST_F(Standby, WithoutOneNothingIsAsked) {
  const auto watch = std::make_shared<DatabaseWatch>(url, log);
  PostgresLedgerStore writer(url, watch);
  PostgresLedgerReader reader(url, watch);
  const std::string connections =
      "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'flightdeck'";
  const std::int64_t before = probe().number(connections);
  EXPECT_EQ(reader.bookings(std::vector{booking_id(1)}).size(), 1U);
  EXPECT_EQ(apply(writer, place_booking(booking_id(1), flight_1), now).value().effect,
            ledger::Effect::replayed);
  writer.check_writable();
  EXPECT_EQ(probe().number(connections), before);
}

}  // namespace
}  // namespace flightdeck::postgres
