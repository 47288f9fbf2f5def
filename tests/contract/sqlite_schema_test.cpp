// What only SQLite can get wrong: its schema, its files, its plans.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <numeric>
#include <set>
#include <thread>

#include "contract/temporary_ledger.h"
#include "doubles/booking_world.h"
#include "doubles/settlements.h"
#include "ledger/apply_batch.h"
#include "sqlite/migrate.h"
#include "sqlite/sqlite_ledger_reader.h"
#include "sqlite/sqlite_ledger_store.h"
#include "support/subprocess.h"

namespace flightdeck::sqlite {
namespace {

using flights::Flight;
using ledger::AddFlight;
using ledger::PlaceBooking;
using test::apply;
using test::flight_1;
using test::flight_2;
using test::flight_draft;
using test::id_of;
using test::world_start;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class SqliteFile : public ::testing::Test {
 protected:
  test::TemporaryDirectory folder;
  std::string path = (folder / "new/folder/ledger.db").string();
};

using Migrations = SqliteFile;
using Ledger = SqliteFile;

TEST_F(Migrations, AreAppliedOnce) {
  Database database(path, Database::Mode::read_write);
  const int newest = migrations().back().number;
  const MigrationOutcome first = migrate(database, world_start);
  EXPECT_EQ(first.applied, static_cast<int>(migrations().size()));
  EXPECT_EQ(first.version, newest);
  const MigrationOutcome second = migrate(database, world_start);
  EXPECT_EQ(second.applied, 0);
  EXPECT_EQ(second.version, newest);
}

TEST_F(Migrations, AreNumberedWithoutGaps) {
  int expected = 1;
  for (const Migration& migration : migrations()) EXPECT_EQ(migration.number, expected++);
}

TEST_F(Migrations, RefuseANewerSchema) {
  Database database(path, Database::Mode::read_write);
  migrate(database, world_start);
  database.execute("INSERT INTO schema_migrations VALUES (9999, 'from the future', 0)");
  try {
    migrate(database, world_start);
    FAIL() << "a newer schema was taken";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("9999"));
  }
}

TEST_F(Migrations, ATableThatIsMadeAnewKeepsItsRowsAndWhoRefersToThem) {
  Database database(path, Database::Mode::read_write);
  database.execute(
      "CREATE TABLE schema_migrations "
      "(version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT");
  for (const Migration& migration : migrations().first(2)) {
    database.execute(std::string(migration.sql).c_str());
    Statement record(database, "INSERT INTO schema_migrations VALUES (?, 'old', 0)");
    record.bind(std::int64_t{migration.number}).run();
  }
  database.execute(
      "INSERT INTO flights VALUES (randomblob(16), 'FD1', 'JFK', 'LHR', 1893456000000, NULL, '2030-01-01', "
      "10, 8, "
      "19900, 'SCHEDULED', 7, 1, 2)");
  database.execute(
      "INSERT INTO bookings SELECT randomblob(16), randomblob(16), id, 2, 39800, 'CONFIRMED', NULL, 'ref', "
      "NULL, "
      "1, 1, 1 FROM flights");
  EXPECT_EQ(migrate(database, world_start).applied, static_cast<int>(migrations().size()) - 2);
  SqliteLedgerReader reader(path);
  const std::vector<Flight> rows = reader.flights_changed(Instant::min(), {}, 10);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0].flight_number, "FD1");
  EXPECT_EQ(rows[0].available_seats, 8);
  EXPECT_EQ(rows[0].version, 7);
  EXPECT_EQ(reader.seat_counts(rows[0].id).confirmed, 2);
  EXPECT_THROW(database.execute("DELETE FROM flights"), SqliteError) << "a flight with bookings stays";
}

TEST_F(Migrations, OfManyAtOnceOneIsFastest) {
  for (int round = 0; round < 10; ++round) {
    const std::string file = (folder / ("round" + std::to_string(round) + ".db")).string();
    constexpr int threads = 4;
    std::barrier together(threads);
    std::vector<std::string> errors(threads);
    std::vector<int> applied(threads);
    std::vector<std::thread> starters;
    for (std::size_t i = 0; i < threads; ++i) {
      starters.emplace_back([&, i] {
        together.arrive_and_wait();
        try {
          Database database(file, Database::Mode::read_write);
          applied[i] = migrate(database, world_start).applied;
        } catch (const std::exception& error) {
          errors[i] = error.what();
        }
      });
    }
    for (std::thread& starter : starters) starter.join();
    for (const std::string& error : errors) ASSERT_EQ(error, "") << "round " << round;
    ASSERT_EQ(std::accumulate(applied.begin(), applied.end(), 0), static_cast<int>(migrations().size()));
  }
}

TEST_F(Ledger, SurvivesItsProcess) {
  test::make_sqlite_schema(path);
  ledger::Booking placed;
  {
    SqliteLedgerStore store(path);
    apply(store, AddFlight{flight_1, flight_draft(5), false}, world_start).value();
    PlaceBooking place{id_of<BookingId>(1), {}, flight_1, 2, Milliseconds{60'000}};
    placed = *apply(store, place, world_start)->booking;
  }
  test::make_sqlite_schema(path);
  SqliteLedgerStore store(path);
  SqliteLedgerReader reader(path);
  EXPECT_EQ(reader.bookings(std::span(&placed.id, 1)).at(0), placed);
  EXPECT_EQ(reader.flights(std::span(&flight_1, 1)).at(0).available_seats, 3);
  const Instant due = placed.expires_at;
  EXPECT_EQ(store.claim_unfinished(due, due, 10).size(), 1U) << "its payment is looked at after the restart";
}

TEST_F(Ledger, WritesDurably) {
  test::make_sqlite_schema(path);
  SqliteLedgerStore store(path);
  Database other(path, Database::Mode::read_write);
  Statement journal(other, "PRAGMA journal_mode");
  ASSERT_TRUE(journal.step());
  EXPECT_EQ(journal.text(0), "wal");
  Statement synchronous(other, "PRAGMA synchronous");
  ASSERT_TRUE(synchronous.step());
  EXPECT_EQ(synchronous.integer(0), 2) << "FULL";
}

TEST_F(Ledger, KeepsOneOutboxRowACommit) {
  test::make_sqlite_schema(path);
  SqliteLedgerStore store(path);
  const std::vector<ledger::Command> commands = {
      AddFlight{flight_1, flight_draft(5), false},
      PlaceBooking{id_of<BookingId>(1), {}, flight_1, 2, Milliseconds{60'000}}};
  apply_batch(store, commands, world_start);
  // A repeat tells nobody anything.
  apply_batch(store, std::span(commands).last(1), world_start);
  Database database(path, Database::Mode::read_only);
  Statement rows(
      database,
      "SELECT count(*), sum(json_array_length(data)), max(json_extract(data, '$[1].type')) FROM events");
  ASSERT_TRUE(rows.step());
  EXPECT_EQ(rows.integer(0), 1);
  EXPECT_EQ(rows.integer(1), 2);
  EXPECT_EQ(rows.text(2), "booking_intent.created");
}

TEST_F(Ledger, AMissingFileCannotBeRead) {
  EXPECT_THROW(SqliteLedgerReader((folder / "none.db").string()), SqliteError);
}

TEST_F(Ledger, AReadOfSeveralRowsIsOneSnapshot) {
  test::make_sqlite_schema(path);
  SqliteLedgerStore store(path);
  const std::vector<ledger::Command> add = {AddFlight{flight_1, flight_draft(1, "FD1"), false},
                                            AddFlight{flight_2, flight_draft(1, "FD2"), false}};
  apply_batch(store, add, world_start);
  std::atomic<bool> done{false};
  std::thread writer([&] {
    for (std::int64_t seats = 2; seats < 300; ++seats) {
      const std::vector<ledger::Command> both = {
          ledger::ReplaceFlight{flight_1, flight_draft(seats, "FD1"), {}},
          ledger::ReplaceFlight{flight_2, flight_draft(seats, "FD2"), {}}};
      apply_batch(store, both, world_start);
    }
    done = true;
  });
  SqliteLedgerReader reader(path);
  const std::vector<FlightId> ids = {flight_1, flight_2};
  std::size_t torn = 0;
  while (!done) {
    const std::vector<Flight> rows = reader.flights(ids);
    if (rows.at(0).total_seats != rows.at(1).total_seats) ++torn;
  }
  writer.join();
  EXPECT_EQ(torn, 0U);
}

// ---- Plans ----

// Every statement that runs on any connection opened while it lives.
class Eavesdropper {
 public:
  Eavesdropper() { sqlite3_auto_extension(entry()); }
  ~Eavesdropper() {
    sqlite3_cancel_auto_extension(entry());
    heard().clear();
  }
  Eavesdropper(const Eavesdropper&) = delete;
  Eavesdropper& operator=(const Eavesdropper&) = delete;
  static std::set<std::string>& heard() {
    static std::set<std::string> statements;
    return statements;
  }

 private:
  static int trace(unsigned, void*, void* statement, void*) {
    heard().insert(sqlite3_sql(static_cast<sqlite3_stmt*>(statement)));
    return 0;
  }
  static int attach(sqlite3* database, char**, const void*) {
    return sqlite3_trace_v2(database, SQLITE_TRACE_STMT, trace, nullptr);
  }
  static void (*entry())() { return reinterpret_cast<void (*)()>(&attach); }
};

void run_every_query(const std::string& path) {
  SqliteLedgerStore store(path);
  SqliteLedgerReader reader(path);
  apply(store, AddFlight{flight_1, flight_draft(9), false}, world_start).value();
  apply(store, PlaceBooking{id_of<BookingId>(1), {}, flight_1, 1, Milliseconds{1}}, world_start).value();
  const BookingId id = id_of<BookingId>(1);
  store.claim_unfinished(world_start + Milliseconds{1}, world_start, 10);
  store.claim_events(world_start, world_start, 1);
  store.remove_events(std::vector<std::int64_t>{1});
  apply(store, test::payment_succeeded(id, flight_1, "ref"), world_start).value();
  reader.bookings(std::span(&id, 1));
  reader.flights(std::span(&flight_1, 1));
  reader.seat_counts(flight_1);
  reader.live_bookings(flight_1, 10);
  reader.closed_flights(FlightId{}, 10);
  reader.flights_changed(world_start, flight_1, 10);
  reader.pending_bookings();
  for (const auto& status :
       {std::optional<ledger::BookingStatus>{}, std::optional(ledger::BookingStatus::pending)}) {
    for (const bool more : {false, true}) {
      ledger::BookingListQuery query;
      query.status = status;
      if (more) query.after.emplace();
      reader.list_bookings(query);
    }
  }
  for (const bool more : {false, true}) {
    ledger::FlightListQuery list;
    if (more) list.after.emplace();
    for (const unsigned filters : {0U, 1U, 2U, 3U, 4U, 5U, 6U, 7U}) {
      list.date = filters & 1U ? std::optional(Date{}) : std::nullopt;
      list.source = filters & 2U ? std::optional<std::string>("jfk") : std::nullopt;
      list.destination = filters & 4U ? std::optional<std::string>("lhr") : std::nullopt;
      reader.list_flights(list);
    }
    for (const auto sort :
         {flights::SortOrder::price, flights::SortOrder::fastest, flights::SortOrder::departure}) {
      flights::SearchQuery query;
      query.date = Date{std::chrono::year{2030} / 1 / 1};
      query.sort = sort;
      if (more) query.after.emplace();
      reader.search(query, world_start);
    }
  }
}

TEST_F(Ledger, NoQueryReadsAWholeTable) {
  test::make_sqlite_schema(path);
  std::set<std::string> statements;
  {
    const Eavesdropper eavesdropper;
    run_every_query(path);
    statements = Eavesdropper::heard();
  }
  Database database(path, Database::Mode::read_only);
  std::size_t planned = 0;
  for (const std::string& sql : statements) {
    if (!sql.starts_with("SELECT") && !sql.starts_with("UPDATE") && !sql.starts_with("DELETE")) continue;
    Statement plan(database, "EXPLAIN QUERY PLAN " + sql);
    while (plan.step()) {
      ++planned;
      const std::string line = plan.text(3);
      const bool scans = line.starts_with("SCAN") && line.find(" USING ") == std::string::npos;
      // Counting PENDING bookings goes through the intents: unfinished business only.
      const bool intents = line == "SCAN i";
      // The outbox is a queue, read from its head.
      const bool outbox = line == "SCAN events";
      EXPECT_TRUE(!scans || intents || outbox) << line << "\nin: " << sql;
    }
  }
  EXPECT_GT(planned, 20U);
}

}  // namespace
}  // namespace flightdeck::sqlite
