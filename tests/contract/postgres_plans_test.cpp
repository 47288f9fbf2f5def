// The plan of every statement that runs, as PostgreSQL itself logs it, on tables in every state of their
// life.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "contract/logged_plans.h"
#include "contract/postgres_database.h"

namespace flightdeck::postgres {
namespace {

using test::add_flight;
using test::apply;
using test::booking_id;
using test::flight_1;
using test::flight_2;
using test::place_booking;
using test::Plan;
using test::plans_in;
using test::PostgresSession;
using test::settle_booking;

// Reads of an index from one end to the other that are meant: the first rows in its order, or all of a small
// one.
bool may_walk(const std::string& node, const std::string& sql) {
  const auto asks = [&](std::string_view text) { return sql.find(text) != std::string::npos; };
  const auto reads = [&](std::string_view text) { return node.find(text) != std::string::npos; };
  // The queue's head.
  return (reads("events_pkey") && asks("FOR UPDATE SKIP LOCKED")) ||
         // Unfinished business only.
         (reads("on booking_intents i") && asks("count(*)")) ||
         // Is there any?
         (reads("on flights") && asks("SELECT 1 FROM flights LIMIT 1")) ||
         // By its only column, an expression, and a page of it alone.
         reads("flights_closed") ||
         // The first page of all.
         (reads("flights_by_departure") && asks("WHERE total_seats >= 0 ORDER BY"));
}

// Index to the column it begins with.
using Indexes = std::map<std::string, std::string>;

// The index that a line of a plan reads; "": none.
std::string index_read(const std::string& line) {
  for (const std::string_view before : {"Index Scan using ", "Index Only Scan using ",
                                        "Index Scan Backward using ", "Bitmap Index Scan on "}) {
    const std::size_t found = line.find(before);
    if (found == std::string::npos) continue;
    const std::size_t begin = found + before.size();
    return line.substr(begin, line.find(' ', begin) - begin);
  }
  return {};
}

// A condition on another column of it than its first one is answered by reading all of it.
bool reads_a_part(const std::string& condition, const std::string& first_column) {
  const std::size_t found = condition.find("Index Cond:");
  return found != std::string::npos && condition.find(first_column, found) != std::string::npos;
}

// The lines of plans that read more than they should.
std::vector<std::string> faults_of(const std::vector<Plan>& plans, const Indexes& indexes) {
  std::vector<std::string> faults;
  for (const Plan& plan : plans) {
    for (std::size_t i = 0; i < plan.lines.size(); ++i) {
      const std::string& line = plan.lines[i];
      const bool whole_table = line.find("Seq Scan on") != std::string::npos;
      // A migrations table of one row has no index worth reading.
      if (whole_table && line.find("schema_migrations") != std::string::npos) continue;
      const std::string index = index_read(line);
      const std::string next = i + 1 < plan.lines.size() ? plan.lines[i + 1] : "";
      const bool walked = !index.empty() && !reads_a_part(next, indexes.at(index));
      // A list is read in its order; only rows of the same departure are sorted.
      const bool whole_sort = line.find(" Sort  (") != std::string::npos &&
                              line.find("Incremental Sort") == std::string::npos &&
                              plan.sql.find("ORDER BY departure_ts, id") != std::string::npos;
      if (whole_sort || whole_table || (walked && !may_walk(line, plan.sql))) {
        faults.push_back(line + "\n" + next + "\n  in " + plan.sql);
      }
    }
  }
  return faults;
}

class PostgresPlans : public ::testing::Test {
 protected:
  PostgresPlans() { migrate(url, now); }

  void run_every_write(PostgresLedgerStore& store) {
    // Other ids every time, since the tables are not empty afterwards.
    const auto n = static_cast<std::uint8_t>(++runs);
    ledger::AddFlight add = add_flight(n, 100);
    add.id.value.data()[0] = n;
    const FlightId flight = add.id;
    const BookingId one = booking_id(1'000'000U + 10U * n);
    const BookingId two = booking_id(1'000'001U + 10U * n);
    const std::vector<ledger::Command> place = {place_booking(one, flight), place_booking(two, flight)};
    const std::vector<ledger::Command> settle = {settle_booking(one, flight),
                                                 settle_booking(two, flight, false)};
    apply(store, add, now).value();
    apply_batch(store, place, now);
    store.claim_unfinished(now + std::chrono::hours{1}, now + std::chrono::hours{1}, 10);
    apply_batch(store, settle, now);
    apply(store, ledger::ReplaceFlight{flight, add.draft, {}}, now).value();
    // Where one of that number was cancelled before.
    apply(store, ledger::CancelBooking{one, flight}, now).value();
    apply(store, ledger::CloseFlight{flight, false}, now).value();
    apply(store, ledger::ReinstateFlight{flight, {add.draft.flight_number, add.draft.departure}, {}}, now)
        .value();
    store.trim_events(now, 100'000, 10);
    store.remove_events({{store.claim_events(now, now, 3).at(0).sequence}});
    store.check_writable();
  }

  void run_every_read(PostgresLedgerReader& reader) {
    const BookingId booking = booking_id(1);
    const std::vector<FlightId> both = {flight_1, flight_2};
    reader.bookings(std::span(&booking, 1));
    reader.flights(both);
    reader.seat_counts(flight_1);
    reader.live_bookings(flight_1, 10);
    reader.closed_flights(flight_1, 10);
    reader.flights_changed(now, flight_1, 10);
    reader.pending_bookings();
    reader.any_flight();
    const std::vector<ledger::NaturalKey> keys = {{"FD1", now}, {"FD2", now}};
    reader.cancelled_of(keys);
    for (const bool more : {false, true}) {
      for (const auto& status :
           {std::optional<ledger::BookingStatus>{}, std::optional(ledger::BookingStatus::pending)}) {
        ledger::BookingListQuery query;
        query.status = status;
        if (more) query.after = ledger::BookingPosition{now, booking};
        reader.list_bookings(query);
      }
      ledger::FlightListQuery list;
      if (more) list.after = flights::SearchPosition{0, now, flight_1};
      for (const unsigned filters : {0U, 1U, 2U, 3U, 4U, 5U, 6U, 7U}) {
        list.date = filters & 1U ? std::optional(Date{std::chrono::year{2030} / 1 / 2}) : std::nullopt;
        list.source = filters & 2U ? std::optional<std::string>("jfk") : std::nullopt;
        list.destination = filters & 4U ? std::optional<std::string>("lhr") : std::nullopt;
        reader.list_flights(list);
      }
      for (const auto sort :
           {flights::SortOrder::price, flights::SortOrder::fastest, flights::SortOrder::departure}) {
        flights::SearchQuery query;
        query.source = "jfk";
        query.destination = "lhr";
        query.date = *list.date;
        query.sort = sort;
        if (more) query.after = list.after;
        reader.search(query, now);
      }
    }
  }

  void check(const std::string& state, PostgresLedgerStore& store, PostgresLedgerReader& reader) {
    SCOPED_TRACE(state);
    const std::size_t from = server.log().size();
    run_every_write(store);
    run_every_read(reader);
    const std::vector<Plan> plans = plans_in(server.log(), from);
    EXPECT_GT(plans.size(), 30U);
    EXPECT_THAT(faults_of(plans, indexes()), ::testing::IsEmpty());
  }

  Indexes indexes() {
    Indexes found;
    for (const auto& row : PostgresSession(url).rows(
             "SELECT indexrelid::regclass, pg_get_indexdef(indexrelid, 1, true) FROM pg_index "
             "WHERE indrelid::regclass::text NOT LIKE 'pg_%'"))
      found.emplace(row[0], row[1]);
    return found;
  }

  void fill() {
    PostgresSession probe(url);
    probe.execute(
        "INSERT INTO flights SELECT gen_random_uuid(), 'L' || n, CASE n % 3 WHEN 0 THEN 'JFK' ELSE 'P' || n "
        "% "
        "200 END, 'LHR', timestamptz '2030-01-01' + n * interval '7 minutes', timestamptz '2030-01-01 05:00' "
        "+ "
        "n * interval '7 minutes', date '2030-01-01' + n / 200, 300, 300, 99.50, 'SCHEDULED', 1, timestamptz "
        "'2029-12-01' + n * interval '1 second', timestamptz '2029-12-01' + n * interval '1 second' "
        "FROM generate_series(1, 20000) n");
    probe.execute(
        "INSERT INTO bookings SELECT gen_random_uuid(), md5((n % 997)::text)::uuid, f.id, 1, 99.50, "
        "'CONFIRMED', "
        "NULL, 'ref', NULL, now(), timestamptz '2029-12-30' + n * interval '1 second', now() FROM "
        "generate_series(1, 50000) n JOIN (SELECT id, row_number() OVER () AS number FROM flights) f "
        "ON f.number = n % 5000 + 1");
  }
  void run(const std::string& sql) { PostgresSession(url).execute(sql); }
  void empty() { run("TRUNCATE flights, bookings, booking_intents, events"); }
  // As a queue that was long ends: its indexes keep their pages and their height.
  void delete_all() {
    for (const char* const table : {"booking_intents", "events", "bookings", "flights"})
      run(std::string("DELETE FROM ").append(table));
  }

  // Statistics come only when a test says so.
  test::PostgresServer server{
      {"autovacuum = off", "fsync = off", "session_preload_libraries = 'auto_explain'",
       "auto_explain.log_min_duration = 0", "auto_explain.log_nested_statements = on"}};
  const std::string url = server.make_database();
  test::SilentLog log;
  Instant now = test::world_start;
  int runs = 0;
};

TEST_F(PostgresPlans, StayOnTheirIndexHoweverTheTablesGrowAndShrink) {
  PostgresLedgerStore store(url, log);
  PostgresLedgerReader reader(url, log);
  check("empty", store, reader);
  fill();
  check("filled, planned while empty, no statistics", store, reader);
  run("ANALYZE");
  check("filled, with statistics", store, reader);
  PostgresLedgerStore planned_full(url, log);
  PostgresLedgerReader reader_full(url, log);
  check("planned when full", planned_full, reader_full);
  empty();
  check("emptied, planned when full", planned_full, reader_full);
  run("VACUUM ANALYZE");
  check("emptied and vacuumed", planned_full, reader_full);
  empty();
  run("VACUUM ANALYZE");
  PostgresLedgerStore planned_vacuumed(url, log);
  PostgresLedgerReader reader_vacuumed(url, log);
  check("planned when the statistics said that there is nothing", planned_vacuumed, reader_vacuumed);
  fill();
  check("filled after that", planned_vacuumed, reader_vacuumed);
  run("INSERT INTO booking_intents SELECT id, id, now(), now() FROM bookings ON CONFLICT DO NOTHING");
  delete_all();
  run("VACUUM ANALYZE");
  PostgresLedgerStore planned_drained(url, log);
  PostgresLedgerReader reader_drained(url, log);
  check("planned when all rows were deleted", planned_drained, reader_drained);
}

TEST_F(PostgresPlans, AFlightNumberIsLookedUpAmongScheduledFlights) {
  PostgresLedgerStore store(url, log);
  const std::size_t from = server.log().size();
  run_every_write(store);
  std::size_t looked_up = 0;
  for (const Plan& plan : plans_in(server.log(), from)) {
    if (plan.sql.find("departure_ts = k.departure") == std::string::npos) continue;
    ++looked_up;
    EXPECT_TRUE(std::any_of(plan.lines.begin(), plan.lines.end(), [](const std::string& line) {
      return index_read(line) == "flights_by_number";
    })) << plan.sql;
  }
  EXPECT_GT(looked_up, 0U);
}

// Which index the planner takes for an id is a matter of statistics as soon as there are two.
TEST_F(PostgresPlans, AnIdIsInThePrimaryKeyAlone) {
  EXPECT_THAT(PostgresSession(url).column("SELECT i.indexrelid::regclass FROM pg_index i JOIN pg_attribute a "
                                          "ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey) AND "
                                          "a.attname = 'id' WHERE NOT i.indisprimary AND "
                                          "i.indpred IS NULL AND i.indrelid::regclass::text NOT LIKE 'pg_%'"),
              ::testing::IsEmpty());
}

TEST_F(PostgresPlans, StayOnTheirIndexAfterARestart) {
  PostgresLedgerStore store(url, log);
  PostgresLedgerReader reader(url, log);
  fill();
  server.stop_immediately();
  server.start();
  check("after a crash", store, reader);
}

TEST_F(PostgresPlans, TheCheckItselfFindsWholeReads) {
  PostgresLedgerReader loose(test::with_options(url, "options=-c%20enable_seqscan%3Don"), log);
  const std::size_t from = server.log().size();
  loose.any_flight();
  EXPECT_THAT(faults_of(plans_in(server.log(), from), indexes()), ::testing::Not(::testing::IsEmpty()));
  const std::vector<Plan> walk = {
      {"UPDATE bookings", {"\t  ->  Index Scan using bookings_pkey on bookings b"}}};
  EXPECT_EQ(faults_of(walk, indexes()).size(), 1U);
  const std::vector<Plan> second_column = {
      {"SELECT",
       {"\tIndex Scan using bookings_by_user on bookings b", "\t  Index Cond: (created_at > $1)"},
       0}};
  EXPECT_EQ(faults_of(second_column, indexes()).size(), 1U);
}

}  // namespace
}  // namespace flightdeck::postgres
