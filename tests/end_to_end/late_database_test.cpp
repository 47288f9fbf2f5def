// A PostgreSQL that is not there yet when a command starts, and one that never will be.
#include <gmock/gmock.h>

#include <csignal>

#include "support/postgres_server.h"
#include "support/postgres_session.h"
#include "support/server_suite.h"

namespace flightdeck::test {
namespace {

using testing::HasSubstr;

std::size_t times_in(const std::string& text, const std::string& part) {
  std::size_t times = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++times;
  return times;
}

class LateDatabaseTest : public testing::Test {
 protected:
  // Starts `arguments` while the database is away, and gives it the database once it has said that it waits.
  int run_late(const std::vector<std::string>& arguments, const std::function<void()>& come) {
    std::vector<std::string> command{flightdeck_program().string()};
    command.insert(command.end(), arguments.begin(), arguments.end());
    Subprocess process(command, {}, folder.path(), folder / "log", folder / "log");
    EXPECT_TRUE(eventually([&] { return log().find(waiting) != std::string::npos; })) << log();
    come();
    const std::optional<int> code = process.wait(patient(std::chrono::seconds(60)));
    EXPECT_TRUE(code.has_value()) << log();
    return code.value_or(-1);
  }
  std::string log() const { return read_text(folder / "log"); }

  const std::string waiting = "waiting for the database";
  TemporaryDirectory folder;
  PostgresServer postgres{{"fsync = off"}};
  const std::string url = postgres.make_database();
};

TEST_F(LateDatabaseTest, AServerWaitsAndSaysSoOnce) {
  postgres.stop();
  write_text(folder / "log", "");
  const std::filesystem::path port_file = folder / "port";
  Subprocess server({flightdeck_program().string(), "serve", "--listen", "127.0.0.1:0", "--port-file",
                     port_file.string(), "--database-url", url},
                    {}, folder.path(), folder / "log", folder / "log");
  ASSERT_TRUE(eventually([&] { return log().find(waiting) != std::string::npos; })) << log();
  EXPECT_FALSE(std::filesystem::exists(port_file));
  postgres.start();
  ASSERT_TRUE(eventually([&] { return std::filesystem::exists(port_file); })) << log();
  ApiClient api(static_cast<std::uint16_t>(std::stoi(read_text(port_file))));
  EXPECT_EQ(text(api.book(api.add_flight_id(10)), "status"), "PENDING");
  EXPECT_EQ(times_in(log(), waiting), 1U);
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(patient(std::chrono::seconds(15))), std::optional<int>(0)) << log();
}

TEST_F(LateDatabaseTest, EveryCommandWaits) {
  write_text(folder / "rows.csv",
             "flight_number,source,destination,departure_ts,arrival_ts,total_seats,price\n"
             "FD1,JFK,LHR,2030-01-01T10:00:00Z,,180,199.00\n");
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"migrate"}, {"import", (folder / "rows.csv").string()}, {"audit"}}) {
    write_text(folder / "log", "");
    postgres.stop();
    EXPECT_EQ(run_late(joined(arguments, {"--database-url", url}), [&] { postgres.start(); }), 0) << log();
    EXPECT_EQ(times_in(log(), waiting), 1U) << log();
  }
}

// 53300: as when those of a process that has just ended still count.
TEST_F(LateDatabaseTest, TooManyClientsAreWaitedFor) {
  ASSERT_EQ(run_command({"migrate", "--database-url", url}).exit_code, 0);
  PostgresSession(postgres.url_of("postgres"))
      .execute("CREATE ROLE narrow LOGIN PASSWORD 'narrow' CONNECTION LIMIT 0");
  PostgresSession(url).execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO narrow");
  const std::string as_narrow = "postgresql://narrow:narrow" + url.substr(url.find('@'));
  EXPECT_EQ(
      run_late(
          {"migrate", "--database-url", as_narrow},
          [&] {
            PostgresSession(postgres.url_of("postgres")).execute("ALTER ROLE narrow CONNECTION LIMIT 10");
          }),
      0)
      << log();
}

TEST_F(LateDatabaseTest, WhatWaitingDoesNotMendEndsItAtOnce) {
  const std::string server = url.substr(url.find('@'), url.rfind('/') - url.find('@'));
  const std::string database = url.substr(url.rfind('/'));
  for (const std::string& wrong :
       {"postgresql://flightdeck:wrong" + server + database, "postgresql://nobody:x" + server + database,
        "postgresql://flightdeck:wrong" + server + ",127.0.0.1:1" + database,
        url.substr(0, url.rfind('/')) + "/nowhere", url + "?sslmode=require"}) {
    const auto begun = std::chrono::steady_clock::now();
    const CommandResult result = run_command({"serve", "--listen", "127.0.0.1:0", "--database-url", wrong});
    EXPECT_EQ(result.exit_code, 1) << wrong;
    EXPECT_LT(std::chrono::steady_clock::now() - begun, patient(std::chrono::seconds(20))) << wrong;
    EXPECT_EQ(times_in(result.out + result.err, waiting), 0U) << result.out << result.err;
    EXPECT_EQ((result.out + result.err).find("wrong"), std::string::npos) << "a password is not shown";
  }
}

TEST_F(LateDatabaseTest, ItWaitsNoLongerThanItIsTold) {
  postgres.stop();
  for (const char* seconds : {"0", "1"}) {
    const CommandResult result = run_command(
        {"serve", "--listen", "127.0.0.1:0", "--database-url", url, "--start-timeout-s", seconds});
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_THAT(result.err, HasSubstr("PostgreSQL"));
    EXPECT_EQ(times_in(result.out, waiting), *seconds == '0' ? 0U : 1U) << result.out;
  }
}

TEST_F(LateDatabaseTest, AStopEndsTheWait) {
  postgres.stop();
  for (const int number : {SIGTERM, SIGINT}) {
    write_text(folder / "log", "");
    Subprocess process(
        {flightdeck_program().string(), "serve", "--listen", "127.0.0.1:0", "--database-url", url}, {},
        folder.path(), folder / "log", folder / "log");
    ASSERT_TRUE(eventually([&] { return log().find(waiting) != std::string::npos; })) << log();
    process.signal(number);
    EXPECT_EQ(process.wait(patient(std::chrono::seconds(2))), std::optional<int>(0)) << log();
  }
}

// Whatever a start is at: it ends, and opens no port after that.
class StopWhileStartingTest : public LateDatabaseTest {
 protected:
  // Starts a server, stops it when `when` says so, and expects it to end soon and well.
  void stop_when(const std::vector<std::string>& flags, const std::function<bool()>& when) {
    write_text(folder / "log", "");
    std::vector<std::string> command{
        flightdeck_program().string(), "serve", "--listen", "127.0.0.1:0", "--port-file",
        (folder / "port").string()};
    command.insert(command.end(), flags.begin(), flags.end());
    Subprocess process(command, {}, folder.path(), folder / "log", folder / "log");
    ASSERT_TRUE(eventually(when)) << log();
    process.signal(SIGTERM);
    EXPECT_EQ(process.wait(patient(std::chrono::seconds(2))), std::optional<int>(0)) << log();
    EXPECT_FALSE(std::filesystem::exists(folder / "port"));
    EXPECT_EQ(times_in(log(), "listening"), 0U) << log();
  }
};

TEST_F(StopWhileStartingTest, WhileAnotherMigrates) {
  PostgresSession(url).execute("CREATE TABLE schema_migrations (version integer PRIMARY KEY)");
  PostgresSession other(url);
  other.execute("BEGIN; LOCK TABLE schema_migrations IN ACCESS EXCLUSIVE MODE");
  PostgresSession look(url);
  stop_when({"--database-url", url},
            [&] { return look.number("SELECT count(*) FROM pg_locks WHERE NOT granted") > 0; });
}

TEST_F(StopWhileStartingTest, WhileItLoadsAScheduleAndTellsItsIndex) {
  std::string rows = "flight_number,source,destination,departure_ts,arrival_ts,total_seats,price\n";
  for (int i = 0; i < 200'000; ++i)
    rows += "F" + std::to_string(i) + ",JFK,LHR,2030-01-01T10:00:00Z,,180,199.00\n";
  write_text(folder / "rows.csv", rows);
  const std::string database = "sqlite:" + (folder / "flights.db").string();
  stop_when({"--database-url", database, "--demo-data", (folder / "rows.csv").string()},
            [&] { return log().find("loading demo flights") != std::string::npos; });
}

TEST_F(StopWhileStartingTest, WhileItReadsAllFlights) {
  ASSERT_EQ(run_command({"migrate", "--database-url", url}).exit_code, 0);
  PostgresSession other(url);
  other.execute("BEGIN; LOCK TABLE flights IN ACCESS EXCLUSIVE MODE");
  PostgresSession look(url);
  stop_when({"--database-url", url},
            [&] { return look.number("SELECT count(*) FROM pg_locks WHERE NOT granted") > 0; });
}

}  // namespace
}  // namespace flightdeck::test
