// What only PostgreSQL can get wrong about its schema: migrations, types, and updates that stay in their
// page.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <numeric>

#include "contract/postgres_database.h"
#include "core/random.h"
#include "support/crowd.h"
#include "support/deadline.h"

namespace flightdeck::postgres {
namespace {

using test::add_flight;
using test::apply;
using test::booking_id;
using test::id_of;
using test::place_booking;
using test::PostgresSession;
using test::settle_booking;
using test::shared_postgres;
using test::world_start;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

class PostgresMigrations : public ::testing::Test {
 public:
  ~PostgresMigrations() override { shared_postgres().drop_database(url); }

 protected:
  std::string refusal() {
    try {
      migrate(url, world_start);
      return "none";
    } catch (const std::runtime_error& error) {
      return error.what();
    }
  }
  const std::string url = shared_postgres().make_database();
};

TEST_F(PostgresMigrations, AreAppliedOnce) {
  const int newest = migrations().back().number;
  const MigrationOutcome first = migrate(url, world_start);
  EXPECT_EQ(first.applied, static_cast<int>(migrations().size()));
  EXPECT_EQ(first.version, newest);
  const MigrationOutcome second = migrate(url, world_start);
  EXPECT_EQ(second.applied, 0);
  EXPECT_EQ(second.version, newest);
  PostgresSession probe(url);
  EXPECT_THAT(probe.column("SELECT name FROM schema_migrations"),
              ElementsAre("0001_initial", "0002_cheaper_bookings", "0003_leaner_bookings",
                          "0004_one_index_for_an_id", "0005_cancelled_flights_free_their_number",
                          "0006_lists_by_route_and_place", "0007_demo_data", "0008_shorter_reads"));
}

TEST_F(PostgresMigrations, AreNumberedWithoutGaps) {
  int expected = 1;
  for (const Migration& migration : migrations()) EXPECT_EQ(migration.number, expected++);
}

TEST_F(PostgresMigrations, RefuseANewerSchema) {
  migrate(url, world_start);
  PostgresSession(url).execute("INSERT INTO schema_migrations VALUES (9999, 'from the future', now())");
  EXPECT_THAT(refusal(), HasSubstr("9999"));
}

TEST_F(PostgresMigrations, RefuseADatabaseThatIsNotUtf8) {
  PostgresSession(shared_postgres().url_of("postgres"))
      .execute("CREATE DATABASE latin1 TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'");
  const std::string latin1 = shared_postgres().url_of("latin1");
  EXPECT_THROW(migrate(latin1, world_start), std::runtime_error);
  shared_postgres().drop_database(latin1);
}

TEST_F(PostgresMigrations, OfManyAtOnceOneIsFastest) {
  for (int round = 0; round < 5; ++round) {
    const std::string fresh = shared_postgres().make_database();
    std::atomic<int> applied{0};
    test::crowd(4, [&](int) { applied += migrate(fresh, world_start).applied; });
    EXPECT_EQ(applied, static_cast<int>(migrations().size()));
    shared_postgres().drop_database(fresh);
  }
}

TEST_F(PostgresMigrations, WhatFailsLeavesNothing) {
  PostgresSession probe(url);
  // Somebody else's.
  probe.execute("CREATE TABLE events (x INTEGER)");
  EXPECT_THAT(refusal(), HasSubstr("events"));
  EXPECT_EQ(probe.number("SELECT count(*) FROM information_schema.tables WHERE table_name = 'flights'"), 0);
  EXPECT_EQ(probe.number("SELECT count(*) FROM schema_migrations"), 0);
}

TEST_F(PostgresMigrations, NeedNoRightToMakeTablesWhenThereIsNothingToDo) {
  migrate(url, world_start);
  PostgresSession probe(url);
  probe.execute("CREATE ROLE clerk LOGIN PASSWORD 'clerk'");
  probe.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO clerk");
  std::string as_clerk = url;
  as_clerk.replace(0, as_clerk.find('@'), "postgresql://clerk:clerk");
  EXPECT_EQ(migrate(as_clerk, world_start).applied, 0);
  test::SilentLog log;
  PostgresLedgerStore store(as_clerk, log);
  apply(store, add_flight(1, 5), world_start).value();
  const std::vector<ledger::Command> life = {place_booking(booking_id(1), id_of<FlightId>(1)),
                                             settle_booking(booking_id(1), id_of<FlightId>(1))};
  for (const auto& outcome : apply_batch(store, life, world_start).outcomes) EXPECT_TRUE(outcome.has_value());
  store.check_writable();
  probe.execute("DROP OWNED BY clerk");
  probe.execute("DROP ROLE clerk");
}

using PostgresSchema = test::PostgresDatabase;

TEST_F(PostgresSchema, UsesRealTypes) {
  PostgresSession probe(url);
  const auto types_of = [&](const std::string& table) {
    return probe.column(
        "SELECT column_name || ' ' || udt_name || CASE WHEN udt_name = 'numeric' THEN '(' || "
        "numeric_precision || ',' || numeric_scale || ')' ELSE '' END || CASE is_nullable "
        "WHEN 'YES' THEN ' null' ELSE '' END FROM information_schema.columns WHERE "
        "table_name = '" +
        table + "' ORDER BY ordinal_position");
  };
  EXPECT_THAT(types_of("flights"),
              ElementsAre("id uuid", "flight_number text null", "source text", "destination text",
                          "departure_ts timestamptz", "arrival_ts timestamptz null", "departure_date date",
                          "total_seats int4", "available_seats int4", "price numeric(10,2)", "status text",
                          "version int8", "created_at timestamptz", "updated_at timestamptz",
                          "updated_period timestamptz"));
  EXPECT_THAT(
      types_of("bookings"),
      ElementsAre("id uuid", "user_id uuid", "flight_id uuid", "seats int4", "amount numeric(10,2)",
                  "status text", "failure_reason text null", "payment_ref text null", "refund_ref text null",
                  "expires_at timestamptz", "created_at timestamptz", "updated_at timestamptz"));
  EXPECT_THAT(types_of("booking_intents"),
              ElementsAre("id uuid", "booking_id uuid", "expires_at timestamptz", "created_at timestamptz"));
  EXPECT_THAT(types_of("events"),
              ElementsAre("seq int8", "data text", "created_at timestamptz", "due_at timestamptz"));
  EXPECT_THAT(types_of("schema_migrations"),
              ElementsAre("version int4", "name text", "applied_at timestamptz"));
}

TEST_F(PostgresSchema, StoresMoneyAndTimesAsWhatTheyAre) {
  PostgresLedgerStore store(url, log);
  ledger::AddFlight add = add_flight(1, 5);
  add.draft.price = Money{19'999};
  apply(store, add, now).value();
  apply(store, place_booking(booking_id(1), id_of<FlightId>(1), 3), now).value();
  PostgresSession probe(url);
  EXPECT_THAT(probe.column("SELECT price FROM flights"), ElementsAre("199.99"));
  EXPECT_THAT(probe.column("SELECT amount FROM bookings"), ElementsAre("599.97"));
  EXPECT_EQ(probe.number("SELECT count(*) FROM bookings WHERE created_at = '2030-01-01T00:00:00Z' AND "
                         "expires_at = created_at + interval '1 minute'"),
            1);
  EXPECT_THAT(probe.column("SELECT e->>'type' FROM events, json_array_elements(data::json) e ORDER BY seq"),
              ElementsAre("flight.created", "booking_intent.created"));
}

// A booking's flight is locked when it is inserted, so no foreign key looks for it; but a flight with
// bookings stays.
TEST_F(PostgresSchema, AFlightWithBookingsStays) {
  PostgresLedgerStore store(url, log);
  const std::vector<ledger::Command> commands = {add_flight(1, 5), add_flight(2, 5),
                                                 place_booking(booking_id(1), id_of<FlightId>(1))};
  apply_batch(store, commands, now);
  PostgresSession probe(url);
  EXPECT_ANY_THROW(probe.execute("DELETE FROM flights"));
  EXPECT_ANY_THROW(probe.execute("UPDATE flights SET id = gen_random_uuid()"));
  EXPECT_EQ(probe.number("SELECT count(*) FROM flights"), 2);
  probe.execute("DELETE FROM flights WHERE flight_number = 'FD2'");
  EXPECT_EQ(probe.number("SELECT count(*) FROM flights"), 1);
}

TEST_F(PostgresSchema, KeepsOneOutboxRowACommit) {
  PostgresLedgerStore store(url, log);
  const std::vector<ledger::Command> commands = {add_flight(1, 5),
                                                 place_booking(booking_id(1), id_of<FlightId>(1))};
  apply_batch(store, commands, now);
  // A repeat tells nobody anything.
  apply_batch(store, std::span(commands).last(1), now);
  PostgresSession probe(url);
  EXPECT_EQ(probe.number("SELECT count(*) FROM events"), 1);
  EXPECT_EQ(probe.number("SELECT json_array_length(data::json) FROM events"), 2);
}

TEST_F(PostgresSchema, ComparesPlacesByAsciiAlone) {
  PostgresLedgerStore store(url, log);
  PostgresLedgerReader reader(url, log);
  ledger::AddFlight add = add_flight(1, 5);
  // LATIN CAPITAL LETTER A WITH DIAERESIS.
  add.draft.source = "\xC3\x84LT Stadt";
  apply(store, add, now).value();
  ledger::FlightListQuery query;
  query.source = flights::place_key(add.draft.source);
  ASSERT_EQ(*query.source, "\xC3\x84lt stadt");
  EXPECT_EQ(reader.list_flights(query).flights.size(), 1U);
  query.source = "\xC3\xA4lt stadt";
  EXPECT_EQ(reader.list_flights(query).flights.size(), 0U);
}

TEST_F(PostgresSchema, PositionsThatSomebodyMadeUpAreAnswered) {
  PostgresLedgerStore store(url, log);
  PostgresLedgerReader reader(url, log);
  apply(store, add_flight(1, 5), now).value();
  flights::SearchQuery query;
  query.source = "jfk";
  query.destination = "lhr";
  query.date = Date{std::chrono::year{2030} / 1 / 1};
  for (const std::int64_t extreme :
       {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    query.after = flights::SearchPosition{extreme, from_unix_ms(extreme), id_of<FlightId>(1)};
    for (const auto sort :
         {flights::SortOrder::price, flights::SortOrder::fastest, flights::SortOrder::departure}) {
      query.sort = sort;
      EXPECT_NO_THROW(reader.search(query, now));
    }
    ledger::FlightListQuery list;
    list.after = query.after;
    EXPECT_EQ(reader.list_flights(list).flights.size(), extreme < 0 ? 1U : 0U);
  }
}

TEST_F(PostgresSchema, SettlingABookingStaysInItsPage) {
  constexpr std::uint32_t bookings = 1000;
  constexpr std::size_t batch = 64;
  std::vector<ledger::Command> places;
  std::vector<ledger::Command> settles;
  for (std::uint32_t n = 0; n < bookings; ++n) {
    places.emplace_back(place_booking(booking_id(n), id_of<FlightId>(1)));
    settles.emplace_back(settle_booking(booking_id(n), id_of<FlightId>(1), n % 4 != 0));
  }
  // Payments end in an order of their own.
  SeededRandom random(5);
  for (std::size_t i = settles.size() - 1; i > 0; --i)
    std::swap(settles[i], settles[random.next() % (i + 1)]);
  {
    PostgresLedgerStore store(url, log);
    apply(store, add_flight(1, bookings), now).value();
    for (const auto& commands : {places, settles}) {
      for (std::size_t at = 0; at < commands.size(); at += batch) {
        const std::size_t size = std::min(batch, commands.size() - at);
        apply_batch(store, std::span(commands).subspan(at, size), now);
      }
    }
  }
  // A backend reports what it did when it ends.
  PostgresSession probe(url);
  ASSERT_TRUE(test::eventually([&] {
    return probe.number("SELECT n_tup_upd FROM pg_stat_user_tables WHERE relname = 'bookings'") == bookings;
  }));
  EXPECT_GE(probe.number("SELECT n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'bookings'"),
            bookings * 95 / 100);
  EXPECT_EQ(test::broken_flights(probe), 0);
}

TEST_F(PostgresSchema, SellingASeatStaysInItsPage) {
  constexpr std::int64_t sales = 500;
  {
    PostgresLedgerStore store(url, log);
    apply(store, add_flight(1, sales), now).value();
    for (std::uint32_t n = 0; n < sales; ++n)
      apply(store, place_booking(booking_id(n), id_of<FlightId>(1)), now + Milliseconds{n}).value();
  }
  PostgresSession probe(url);
  ASSERT_TRUE(test::eventually([&] {
    return probe.number("SELECT n_tup_upd FROM pg_stat_user_tables WHERE relname = 'flights'") == sales;
  }));
  EXPECT_GE(probe.number("SELECT n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'flights'"),
            sales * 95 / 100);
}

TEST_F(PostgresSchema, IndexesOfBookingsHoldNothingThatSettlingChanges) {
  PostgresSession probe(url);
  EXPECT_THAT(probe.column("SELECT DISTINCT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = "
                           "i.indrelid AND a.attnum = ANY(i.indkey::int[]) "
                           "WHERE i.indrelid = 'bookings'::regclass"),
              UnorderedElementsAre("id", "user_id", "created_at", "flight_id"));
}

}  // namespace
}  // namespace flightdeck::postgres
