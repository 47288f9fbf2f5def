// The command line: help, version, exit codes, where settings come from, and what is never shown.
#include <gmock/gmock.h>
#include <sched.h>

#include <algorithm>
#include <filesystem>
#include <regex>
#include <sstream>

#include "support/server_suite.h"
#include "support/sqlite_probe.h"

namespace flightdeck::test {
namespace {

using testing::HasSubstr;
using testing::Not;

// What the help says of one option: its own line and those that go on with it.
std::string help_entry(const std::string& help, const std::string& flag) {
  static const std::regex starts_option("^\\s*(-[A-Za-z],)?\\s*--.*");
  std::istringstream lines(help);
  std::string entry;
  for (std::string line; std::getline(lines, line);) {
    if (std::regex_match(line, starts_option)) {
      if (!entry.empty()) break;
      if (std::regex_search(line, std::regex(flag + "(?![a-z-])"))) entry = line + "\n";
    } else if (!entry.empty()) {
      entry += line + "\n";
    }
  }
  return entry;
}

// The largest number of seats in one booking that a server accepts.
int largest_booking(ServerProcess& server) {
  ApiClient api(server.port());
  int largest = 0;
  // Nobody knows the flight: 404 when the number of seats is fine, 422 when it is not.
  while (largest < 50 && api.try_book(fresh_uuid(), largest + 1).status == 404) ++largest;
  return largest;
}

int largest_booking_with(const std::vector<std::string>& flags, const Environment& environment) {
  ServerProcess server(flags, environment);
  server.start();
  const int largest = largest_booking(server);
  server.stop_cleanly();
  return largest;
}

TEST(CommandLineTest, TellsItsVersion) {
  const CommandResult result = run_command({"--version"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_TRUE(std::regex_search(result.out, std::regex("[0-9]+\\.[0-9]+\\.[0-9]+"))) << result.out;
}

TEST(CommandLineTest, HelpExplainsEverySettingWithItsDefault) {
  const CommandResult result = run_command({"serve", "--help"});
  EXPECT_EQ(result.exit_code, 0);
  const std::vector<std::pair<std::string, std::string>> settings = {{"--listen", "127.0.0.1:8080"},
                                                                     {"--port-file", ""},
                                                                     {"--role", "all"},
                                                                     {"--database-url", "sqlite:"},
                                                                     {"--redis-url", "memory"},
                                                                     {"--redis-prefix", ""},
                                                                     {"--payment-url", "in-process"},
                                                                     {"--callback-base-url", ""},
                                                                     {"--mock-success-rate", "0.75"},
                                                                     {"--mock-min-delay-ms", "50"},
                                                                     {"--mock-max-delay-ms", "500"},
                                                                     {"--mock-callback", "off"},
                                                                     {"--mock-timeout-rate", "0"},
                                                                     {"--mock-callback-urls", ""},
                                                                     {"--payment-timeout-s", "60"},
                                                                     {"--seats-per-booking-max", "9"},
                                                                     {"--seats-per-flight-max", "1000"},
                                                                     {"--bookings-in-flight-max", "4096"},
                                                                     {"--threads", "cores"},
                                                                     {"--log-level", "info"},
                                                                     {"--access-log", "on"},
                                                                     {"--config", ""}};
  for (const auto& [flag, default_value] : settings) {
    const std::string entry = help_entry(result.out, flag);
    EXPECT_FALSE(entry.empty()) << flag;
    EXPECT_THAT(entry, HasSubstr(default_value)) << flag;
    // An explanation, not only a name.
    EXPECT_TRUE(std::regex_search(entry, std::regex("[a-z]+ [a-z]+"))) << entry;
  }
}

TEST(CommandLineTest, HelpOfTheProgramNamesItsCommands) {
  const CommandResult result = run_command({"--help"});
  EXPECT_EQ(result.exit_code, 0);
  for (const char* command : {"serve", "migrate", "import"}) EXPECT_THAT(result.out, HasSubstr(command));
}

TEST(CommandLineTest, WrongUsageExitsWithTwo) {
  const std::vector<std::vector<std::string>> cases = {{},
                                                       {"fly"},
                                                       {"--fly"},
                                                       {"serve", "--fly"},
                                                       {"serve", "extra"},
                                                       {"serve", "--listen"},
                                                       {"import"},
                                                       {"import", "a.csv", "b.csv"},
                                                       {"migrate", "extra"}};
  for (const auto& arguments : cases) {
    const CommandResult result = run_command(arguments);
    EXPECT_EQ(result.exit_code, 2) << testing::PrintToString(arguments) << result.err;
    EXPECT_FALSE((result.err + result.out).empty());
  }
}

TEST(CommandLineTest, AWrongValueStopsTheStartWithOneClearLine) {
  const std::vector<std::pair<std::string, std::string>> cases = {{"--listen", "nonsense"},
                                                                  {"--listen", "127.0.0.1:99999"},
                                                                  {"--role", "pilot"},
                                                                  {"--database-url", "mysql://somewhere"},
                                                                  {"--redis-url", "ftp://somewhere"},
                                                                  {"--payment-url", "somewhere"},
                                                                  {"--callback-base-url", "somewhere"},
                                                                  {"--mock-success-rate", "1.5"},
                                                                  {"--mock-success-rate", "-0.1"},
                                                                  {"--mock-success-rate", "often"},
                                                                  {"--mock-timeout-rate", "2"},
                                                                  {"--mock-min-delay-ms", "-1"},
                                                                  {"--mock-callback", "sometimes"},
                                                                  {"--payment-timeout-s", "0"},
                                                                  {"--payment-timeout-s", "soon"},
                                                                  {"--seats-per-booking-max", "0"},
                                                                  {"--seats-per-flight-max", "1000000001"},
                                                                  {"--bookings-in-flight-max", "0"},
                                                                  {"--threads", "-1"},
                                                                  {"--threads", "two"},
                                                                  {"--log-level", "shouting"},
                                                                  {"--access-log", "maybe"}};
  for (const auto& [flag, value] : cases) {
    const CommandResult result = run_command({"serve", flag, value});
    EXPECT_EQ(result.exit_code, 2) << flag << " " << value << ": " << result.err;
    EXPECT_THAT(result.err, HasSubstr(flag.substr(2))) << flag << " " << value;
    EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
  }
}

TEST(CommandLineTest, AMinimumDelayAboveTheMaximumIsWrong) {
  EXPECT_EQ(run_command({"serve", "--mock-min-delay-ms", "100", "--mock-max-delay-ms", "50"}).exit_code, 2);
}

TEST(CommandLineTest, FailingAtWorkExitsWithOne) {
  const std::string nowhere = "sqlite:/dev/null/flightdeck.db";
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"serve", "--listen", "127.0.0.1:0", "--database-url", nowhere},
        std::vector<std::string>{"migrate", "--database-url", nowhere}}) {
    const CommandResult result = run_command(arguments);
    EXPECT_EQ(result.exit_code, 1) << result.err;
    EXPECT_FALSE((result.err + result.out).empty());
  }
}

TEST(CommandLineTest, MigrateMayBeRepeated) {
  const TemporaryDirectory directory;
  const std::filesystem::path file = directory / "new.db";
  const std::vector<std::string> command{"migrate", "--database-url", "sqlite:" + file.string()};
  for (int i = 0; i < 2; ++i) {
    const CommandResult result = run_command(command);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(SqliteProbe(file).number("SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name IN "
                                       "('flights', 'bookings', 'booking_intents', 'events')"),
              4);
  }
}

TEST(CommandLineTest, TheDatabaseChecksTheSeatsItself) {
  const TemporaryDirectory directory;
  const std::filesystem::path file = directory / "new.db";
  ASSERT_EQ(run_command({"migrate", "--database-url", "sqlite:" + file.string()}).exit_code, 0);
  const std::vector<std::string> definition =
      SqliteProbe(file).column("SELECT sql FROM sqlite_master WHERE name = 'flights'");
  EXPECT_THAT(definition, testing::ElementsAre(HasSubstr("CHECK")));
}

TEST(SettingsTest, NineSeatsByDefault) { EXPECT_EQ(largest_booking_with({}, {}), 9); }

TEST(SettingsTest, FlagsBeatTheEnvironmentBeatsTheFileBeatsTheDefault) {
  const TemporaryDirectory directory;
  const std::filesystem::path file = directory / "settings.toml";
  write_text(file, "seats-per-booking-max = 3\nmock-success-rate = 1.0\npayment-timeout-s = 30\n");
  const std::vector<std::string> config{"--config", file.string()};
  const Environment environment{{"FLIGHTDECK_SEATS_PER_BOOKING_MAX", "4"}};
  EXPECT_EQ(largest_booking_with(config, {}), 3);
  EXPECT_EQ(largest_booking_with(config, environment), 4);
  EXPECT_EQ(largest_booking_with(joined(config, {"--seats-per-booking-max", "5"}), environment), 5);
  EXPECT_EQ(largest_booking_with({}, environment), 4);
}

TEST(SettingsTest, SeatsPerFlightMayGoUpToABillion) {
  ServerProcess server({"--seats-per-flight-max", "1000000000"});
  server.start();
  ApiClient api(server.port());
  FlightDraft draft;
  draft.total_seats = 1'000'000'000;
  EXPECT_EQ(number(api.add_flight(draft), "available_seats"), 1'000'000'000);
  draft = FlightDraft();
  draft.total_seats = 1'000'000'001;
  expect_wrong_fields(api.http().post("/admin/flights", draft.json()), {"total_seats"});
  server.stop_cleanly();
}

TEST(SettingsTest, WrongValuesAreRefusedWhereverTheyComeFrom) {
  ServerProcess by_environment({}, {{"FLIGHTDECK_SEATS_PER_BOOKING_MAX", "many"}});
  EXPECT_EQ(by_environment.start_and_fail(), 2);
  const TemporaryDirectory directory;
  const std::filesystem::path file = directory / "settings.toml";
  const std::vector<std::string> config{"--config", file.string()};
  EXPECT_EQ(ServerProcess(config).start_and_fail(), 2) << "there is no such file";
  write_text(file, "seats-per-booking-max = \"many\"\n");
  EXPECT_EQ(ServerProcess(config).start_and_fail(), 2);
  write_text(file, "seats-per-boking-max = 3\n");
  EXPECT_EQ(ServerProcess(config).start_and_fail(), 2) << "a typo is never silently ignored";
}

TEST(ServerSchedulingTest, ThreadsOfAServerPushNobodyAside) {
  const sched_param no_priority{};
  // Whatever the tests run under.
  ASSERT_EQ(::sched_setscheduler(0, SCHED_OTHER, &no_priority), 0);
  ServerProcess server({"--threads", "2"});
  server.start();
  int batches = 0;
  for (const auto& task :
       std::filesystem::directory_iterator("/proc/" + std::to_string(server.pid()) + "/task")) {
    const int policy = ::sched_getscheduler(std::stoi(task.path().filename()));
    if (policy == SCHED_BATCH) ++batches;
  }
  // Both event loops, one of the ledger's threads at least, and the first thread; a sanitizer may have one of
  // its own.
  EXPECT_GE(batches, 4);
  server.stop_cleanly();
}

TEST(LogTest, EveryLineIsAJsonObjectWithTimeLevelAndMessage) {
  ServerProcess server;
  server.start();
  HttpClient http(server.port());
  http.get("/search", {{"X-Request-Id", "trace-of-a-search"}});
  server.stop_cleanly();
  std::istringstream lines(server.log());
  int traced = 0;
  for (std::string line; std::getline(lines, line);) {
    boost::system::error_code failed;
    const json::value entry = json::parse(line, failed);
    ASSERT_FALSE(failed) << line;
    EXPECT_FALSE(text(entry, "time").empty());
    EXPECT_FALSE(text(entry, "level").empty());
    EXPECT_FALSE(text(entry, "message").empty());
    if (entry.get_object().contains("request_id") && text(entry, "request_id") == "trace-of-a-search")
      ++traced;
  }
  EXPECT_GE(traced, 1) << server.log();
}

TEST(LogTest, TheAccessLogCanBeSwitchedOff) {
  ServerProcess server({"--access-log", "off"});
  server.start();
  HttpClient http(server.port());
  http.get("/search", {{"X-Request-Id", "trace-of-a-search"}});
  server.stop_cleanly();
  EXPECT_THAT(server.log(), Not(HasSubstr("trace-of-a-search")));
}

TEST(LogTest, TheChosenPortIsLogged) {
  ServerProcess server;
  server.start();
  EXPECT_THAT(server.log(), HasSubstr(std::to_string(server.port())));
  server.stop_cleanly();
}

TEST(LogTest, SecretsAreNeverPrinted) {
  const std::string secret = "hunter2secret";
  const std::string database = "postgresql://clerk:" + secret + "@127.0.0.1:1/flightdeck";
  const std::string redis = "redis://:" + secret + "@127.0.0.1:1";
  const std::vector<std::pair<std::vector<std::string>, Environment>> cases = {
      {{"migrate", "--database-url", database}, {}},
      {{"migrate"}, {{"FLIGHTDECK_DATABASE_URL", database}}},
      {{"migrate"}, {{"FLIGHTDECK_DATABASE_URL", "mysql://clerk:" + secret + "@host/db"}}},
      {{"migrate", "--database-url", "mysql://clerk:" + secret + "@host/db"}, {}},
      {{"serve", "--listen", "wrong"}, {{"FLIGHTDECK_REDIS_URL", redis}}},
      {{"serve", "--listen", "wrong", "--redis-url", "ftp://:" + secret + "@host"}, {}},
      // Of the right form, to what takes them apart.
      {{"migrate", "--database-url", "postgresql://" + secret + "@127.0.0.1:1/flightdeck"}, {}},
      {{"migrate", "--database-url", "postgresql://clerk:a@" + secret + "@127.0.0.1:1/flightdeck"}, {}},
      {{"migrate", "--database-url", "postgresql://clerk:" + secret + "/a@127.0.0.1:1/flightdeck"}, {}},
      {{"migrate", "--database-url", "postgresql://clerk:a/" + secret + "@127.0.0.1:1/flightdeck"}, {}},
      {{"migrate", "--database-url", "postgresql://127.0.0.1:1/x?password=" + secret}, {}},
      {{"migrate", "--database-url", "postgresql://127.0.0.1:1/x?api_key=" + secret}, {}},
      {{"migrate", "--database-url", "postgresql://127.0.0.1:1/x?options=" + secret}, {}},
      {{"migrate", "--database-url", "sqlite:/dev/null/file?key=" + secret}, {}},
      {{"migrate", "--database-url", "postgresql://clerk:" + secret + "@[::1/x"}, {}},
      {{"import", "postgresql://clerk:" + secret + "@127.0.0.1/x"}, {}},
      {{"serve", "--database-url", "host=db", "password=" + secret}, {}},
      {{"audit", "--database-url", "sqlite:/dev/null/x", "--redis-url", "redis://" + secret + "@h:99999"},
       {}},
      {{"serve", "--help"}, {{"FLIGHTDECK_DATABASE_URL", database}, {"FLIGHTDECK_REDIS_URL", redis}}}};
  for (auto [arguments, environment] : cases) {
    environment["FLIGHTDECK_START_TIMEOUT_S"] = "0";
    const CommandResult result = run_command(arguments, environment);
    EXPECT_THAT(result.out, Not(HasSubstr(secret)));
    EXPECT_THAT(result.err, Not(HasSubstr(secret)));
    if (arguments.back() != "--help") {
      EXPECT_NE(result.exit_code, 0);
    }
  }
}

}  // namespace
}  // namespace flightdeck::test
