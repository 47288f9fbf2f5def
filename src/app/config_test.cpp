#include "app/config.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <map>

#include "app/settings.h"
#include "core/showable.h"

namespace flightdeck::app {
namespace {

using payment_mock::CallbackMode;
using Variables = std::map<std::string, std::string>;

CommandLine parse(const std::vector<std::string>& arguments, const Variables& variables = {}) {
  return parse_command_line(arguments, [&variables](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  });
}

Config serve(std::vector<std::string> arguments, const Variables& variables = {}) {
  arguments.insert(arguments.begin(), "serve");
  const CommandLine parsed = parse(arguments, variables);
  if (const auto* exit = std::get_if<EarlyExit>(&parsed)) {
    ADD_FAILURE() << exit->to_error;
    return {};
  }
  return std::get<ServeCommand>(parsed).config;
}

// What is printed to standard error; checks that it is one line, and the exit code.
std::string refusal(const std::vector<std::string>& arguments, const Variables& variables = {}) {
  const CommandLine parsed = parse(arguments, variables);
  const auto* exit = std::get_if<EarlyExit>(&parsed);
  if (exit == nullptr) return "accepted";
  EXPECT_EQ(exit->code, 2);
  EXPECT_EQ(exit->to_out, "");
  EXPECT_EQ(exit->to_error.find('\n'), exit->to_error.size() - 1) << exit->to_error;
  return exit->to_error.substr(0, exit->to_error.size() - 1);
}

std::string refusal_of_flag(const std::string& flag, const std::string& value) {
  return refusal({"serve", flag, value});
}

class SettingsFile {
 public:
  explicit SettingsFile(const std::string& text) : path_(testing::TempDir() + "flightdeck_config_test.toml") {
    std::ofstream(path_) << text;
  }
  ~SettingsFile() { std::remove(path_.c_str()); }
  SettingsFile(const SettingsFile&) = delete;
  SettingsFile& operator=(const SettingsFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

TEST(Config, HasTheDefaultsOfTheContract) {
  const Config config = serve({});
  EXPECT_EQ(config.listen, (Endpoint{"127.0.0.1", 8080}));
  EXPECT_EQ(config.port_file, "");
  EXPECT_EQ(config.role, Role::all);
  EXPECT_EQ(config.database.kind, DatabaseKind::sqlite);
  EXPECT_EQ(config.database.sqlite_path, "./var/flightdeck.db");
  EXPECT_FALSE(config.redis.server.has_value());
  EXPECT_EQ(config.redis.prefix, "");
  EXPECT_EQ(config.payment.service, std::nullopt);
  EXPECT_EQ(config.payment.callback_base_url, "");
  EXPECT_EQ(config.payment.timeout, std::chrono::seconds(60));
  EXPECT_EQ(config.payment.mock.success_rate, 0.75);
  EXPECT_EQ(config.payment.mock.min_delay, Milliseconds(50));
  EXPECT_EQ(config.payment.mock.max_delay, Milliseconds(500));
  EXPECT_EQ(config.payment.mock.callback, CallbackMode::off);
  EXPECT_EQ(config.payment.mock.timeout_rate, 0);
  EXPECT_EQ(config.booking.seats_per_booking_max, 9);
  EXPECT_EQ(config.booking.in_flight_max, 4096);
  EXPECT_EQ(config.flight_rules.seats_per_flight_max, 1000);
  EXPECT_EQ(config.demo_data, "");
  EXPECT_GE(config.threads, 1);
  EXPECT_EQ(config.log_level, LogLevel::info);
  EXPECT_TRUE(config.access_log);
  EXPECT_EQ(config.keep_alive, std::chrono::seconds(75));
}

TEST(Config, TakesEveryFlag) {
  const Config config = serve({"--listen",
                               "0.0.0.0:0",
                               "--port-file",
                               "p",
                               "--role",
                               "booking",
                               "--database-url",
                               "sqlite:/tmp/x.db",
                               "--redis-url",
                               "memory",
                               "--redis-prefix",
                               "fd:",
                               "--payment-url",
                               "http://pay:81/v1",
                               "--callback-base-url",
                               "http://me:8080/",
                               "--payment-timeout-s",
                               "5",
                               "--mock-success-rate",
                               "1",
                               "--mock-min-delay-ms",
                               "0",
                               "--mock-max-delay-ms",
                               "1",
                               "--mock-callback",
                               "only",
                               "--mock-timeout-rate",
                               "0.25",
                               "--mock-callback-urls",
                               "http://one,http://two:81/v1/",
                               "--seats-per-booking-max",
                               "4",
                               "--seats-per-flight-max",
                               "1000000000",
                               "--bookings-in-flight-max",
                               "1",
                               "--threads",
                               "3",
                               "--log-level",
                               "debug",
                               "--access-log",
                               "off",
                               "--keep-alive-s",
                               "620",
                               "--demo-data",
                               "d.csv"});
  EXPECT_EQ(config.listen, (Endpoint{"0.0.0.0", 0}));
  EXPECT_EQ(config.port_file, "p");
  EXPECT_EQ(config.role, Role::booking);
  EXPECT_EQ(config.database.sqlite_path, "/tmp/x.db");
  EXPECT_EQ(config.redis.prefix, "fd:");
  EXPECT_EQ(config.payment.service, (net::HttpUrl{"pay", 81, "/v1"}));
  EXPECT_EQ(config.payment.callback_base_url, "http://me:8080");
  EXPECT_EQ(config.payment.timeout, std::chrono::seconds(5));
  EXPECT_EQ(config.payment.mock.success_rate, 1);
  EXPECT_EQ(config.payment.mock.min_delay, Milliseconds(0));
  EXPECT_EQ(config.payment.mock.max_delay, Milliseconds(1));
  EXPECT_EQ(config.payment.mock.callback, CallbackMode::only);
  EXPECT_EQ(config.payment.mock.timeout_rate, 0.25);
  EXPECT_EQ(config.payment.mock_callback_urls,
            (std::vector<net::HttpUrl>{{"one", 80, ""}, {"two", 81, "/v1"}}));
  EXPECT_EQ(config.booking.seats_per_booking_max, 4);
  EXPECT_EQ(config.flight_rules.seats_per_flight_max, 1'000'000'000);
  EXPECT_EQ(config.booking.in_flight_max, 1);
  EXPECT_EQ(config.threads, 3);
  EXPECT_EQ(config.log_level, LogLevel::debug);
  EXPECT_FALSE(config.access_log);
  EXPECT_EQ(config.keep_alive, std::chrono::seconds(620));
  EXPECT_EQ(config.demo_data, "d.csv");
}

TEST(Config, PrefersFlagsToEnvironmentToFileToDefaults) {
  const SettingsFile file("threads = 2\nseats_per_booking_max = 2\nseats-per-flight-max = 2\n");
  const Config config = serve({"--config", file.path(), "--threads", "4"},
                              {{"FLIGHTDECK_THREADS", "3"}, {"FLIGHTDECK_SEATS_PER_BOOKING_MAX", "3"}});
  EXPECT_EQ(config.threads, 4);
  EXPECT_EQ(config.booking.seats_per_booking_max, 3);
  EXPECT_EQ(config.flight_rules.seats_per_flight_max, 2);
  EXPECT_EQ(config.booking.in_flight_max, 4096);
}

TEST(Config, FindsTheFileThroughTheEnvironment) {
  const SettingsFile file("threads = 2\naccess-log = false\n");
  const Config config = serve({}, {{"FLIGHTDECK_CONFIG", file.path()}});
  EXPECT_EQ(config.threads, 2);
  EXPECT_FALSE(config.access_log);
}

TEST(Config, TakesAnEmptyVariableForUnset) {
  EXPECT_EQ(serve({}, {{"FLIGHTDECK_LOG_LEVEL", ""}}).log_level, LogLevel::info);
}

TEST(Config, EverySettingHasAVariableAndAKey) {
  const Environment nothing = [](const std::string&) { return std::nullopt; };
  for (const Setting& setting : all_settings(nothing)) {
    const std::string wrong = "\x01";
    // Any text will do.
    if (setting.name == "port-file" || setting.name == "demo-data") continue;
    EXPECT_NE(refusal({"serve"}, {{setting.environment_name(), wrong}}).find(setting.environment_name()),
              std::string::npos);
    const SettingsFile file("\n" + setting.name + " = \"\\u0001\"\n");
    EXPECT_NE(
        refusal({"serve", "--config", file.path()}).find(file.path() + ":2: " + setting.name + ": must be"),
        std::string::npos);
  }
}

TEST(Config, KeepsDataWhereTheEnvironmentSays) {
  EXPECT_EQ(serve({}, {{"XDG_DATA_HOME", "/data"}}).database.sqlite_path, "/data/flightdeck/flightdeck.db");
  EXPECT_EQ(serve({}, {{"XDG_DATA_HOME", "relative"}}).database.sqlite_path, "./var/flightdeck.db");
}

TEST(Config, AnSqlitePathIsRelativeOrAbsolute) {
  const auto path = [](const std::string& url) {
    return serve({"--database-url", url}).database.sqlite_path;
  };
  EXPECT_EQ(path("sqlite:x.db"), "x.db");
  EXPECT_EQ(path("sqlite:./var/x.db"), "./var/x.db");
  EXPECT_EQ(path("sqlite:/var/lib/x.db"), "/var/lib/x.db");
  EXPECT_EQ(path("sqlite:///var/lib/x.db"), "/var/lib/x.db");
  EXPECT_EQ(path("sqlite:////var/lib/x.db"), "/var/lib/x.db");
  const std::string complaint = refusal_of_flag("--database-url", "sqlite://x.db");
  EXPECT_NE(complaint.find("sqlite:flights.db"), std::string::npos) << complaint;
  EXPECT_NE(complaint.find("sqlite:/var/lib/flights.db"), std::string::npos) << complaint;
}

TEST(Config, AStartWaitsForItsDatabaseForAMinuteByDefault) {
  EXPECT_EQ(serve({}).start_timeout, std::chrono::seconds{60});
  EXPECT_EQ(serve({"--start-timeout-s", "0"}).start_timeout, std::chrono::seconds{0});
  EXPECT_EQ(serve({}, {{"FLIGHTDECK_START_TIMEOUT_S", "7"}}).start_timeout, std::chrono::seconds{7});
}

TEST(Config, TheMockListensOnAPortOfItsOwn) {
  EXPECT_EQ(serve({"--role", "payment-mock"}).listen, (Endpoint{"127.0.0.1", 8081}));
  EXPECT_EQ(serve({"--role", "payment-mock", "--listen", "127.0.0.1:8080"}).listen.port, 8080);
  EXPECT_EQ(serve({"--role", "payment-mock"}, {{"FLIGHTDECK_LISTEN", "127.0.0.1:90"}}).listen.port, 90);
}

TEST(Config, RefusesWrongValuesWithOneLine) {
  EXPECT_EQ(refusal_of_flag("--mock-success-rate", "1.5"),
            "flightdeck: --mock-success-rate: must be a number from 0 to 1, not \"1.5\"");
  const std::pair<const char*, std::vector<const char*>> wrong[] = {
      {"--listen", {"8080", "example.org:80", ""}},
      {"--role", {"everything", "ALL", ""}},
      {"--database-url",
       {"mysql://x", "sqlite:", "flightdeck.db", "", "sqlite::memory:", "sqlite://:memory:",
        "sqlite:///:memory:", "sqlite:file::memory:", "sqlite:file::memory:?cache=shared",
        "sqlite:file:x?mode=memory", "sqlite:file:x.db?mode=memory&cache=shared",
        "sqlite:file:x.db?vfs=memdb", "sqlite:x.db?mode=memory", "sqlite:file:", "sqlite://", "sqlite://x.db",
        "sqlite://var/x.db", "sqlite://localhost/x.db"}},
      {"--start-timeout-s", {"-1", "86401", "1.5", "1s", ""}},
      {"--redis-url", {"redis", "redis://", "http://x", ""}},
      {"--redis-prefix", {"a b", "{x}", "\xC3\xA9"}},
      {"--payment-url", {"ftp://x", "https://", "x", ""}},
      {"--callback-base-url", {"ftp://x", "http://", ""}},
      {"--payment-timeout-s", {"0", "86401", "1.5", "1s", ""}},
      {"--mock-success-rate", {"-0.1", "nan", "inf", "1e3", "x", ""}},
      {"--mock-min-delay-ms", {"60001", "x", ""}},
      {"--mock-max-delay-ms", {"60001", "1e3", ""}},
      {"--mock-callback", {"on", ""}},
      {"--mock-timeout-rate", {"2", ""}},
      {"--mock-callback-urls", {"ftp://x", "http://x,", "http://x,,http://y", ",http://x", ""}},
      {"--seats-per-booking-max", {"0", "101", ""}},
      {"--seats-per-flight-max", {"0", "1000000001", "99999999999999999999", ""}},
      {"--bookings-in-flight-max", {"0", ""}},
      {"--threads", {"0", "257", ""}},
      {"--log-level", {"trace", ""}},
      {"--access-log", {"maybe", ""}},
      {"--keep-alive-s", {"0", "-1", "86401", "1.5", "75s", ""}},
  };
  for (const auto& [flag, values] : wrong) {
    for (const char* value : values) {
      const std::string line = refusal_of_flag(flag, value);
      EXPECT_TRUE(line.starts_with(std::string("flightdeck: ") + flag + ": must be "))
          << flag << ": " << line;
    }
  }
  EXPECT_EQ(refusal({"serve", "--mock-min-delay-ms", "501"}),
            "flightdeck: mock-min-delay-ms (501) must not be above mock-max-delay-ms (500)");
}

TEST(Config, RefusesUnknownKeysOfTheFile) {
  const SettingsFile file("threads = 2\nthreds = 3\n");
  EXPECT_EQ(refusal({"serve", "--config", file.path()}),
            "flightdeck: " + file.path() + ":2: threds: there is no such setting");
  EXPECT_EQ(refusal({"serve", "--config", "/nonexistent"}),
            "flightdeck: /nonexistent: cannot be read: No such file or directory");
}

TEST(Config, ThePaymentServiceItselfNeedsNone) {
  const Config config = serve({"--role", "payment-mock", "--payment-url", "http://127.0.0.1:8081"});
  EXPECT_FALSE(config.payment.service.has_value());
}

TEST(Config, TakesServersWithTheirPasswords) {
  const Config config = serve({"--database-url", "postgresql://ann:secret@db/x", "--redis-url",
                               "rediss://bob:s%2Fecret@cache:7000/3"});
  EXPECT_EQ(config.database.kind, DatabaseKind::postgresql);
  EXPECT_EQ(config.database.url, "postgresql://ann:secret@db/x");
  ASSERT_TRUE(config.redis.server.has_value());
  EXPECT_EQ(config.redis.server->host, "cache");
  EXPECT_EQ(config.redis.server->port, 7000);
  EXPECT_EQ(config.redis.server->user, "bob");
  EXPECT_EQ(config.redis.server->password, "s/ecret");
  EXPECT_EQ(config.redis.server->database, 3);
  EXPECT_TRUE(config.redis.server->tls);
}

// Each with `s3cret` where a password could be, or all that somebody has left of one.
constexpr const char* malformed[] = {
    "s3cret",
    "s3cret@h",
    "--s3cret",
    "host=db password=s3cret",
    "password=s3cret",
    "redis:app:s3cret@h",
    "redis:/app:s3cret@h",
    "redis://s3cret@h:99999",
    "redis://app:s3cret@h:port",
    "redis://app:a/s3cret@h",
    "redis://h/s3cret",
    "redis://h/0?password=s3cret",
    "redis://h?api_key=s3cret",
    "redis://:s3cret@",
    "http://app:s3cret@h",
    "http://h/?api_key=s3cret",
    "https://h/?token=s3cret",
    "http://h/#s3cret",
    "mysql://ann:s3cret@db/x",
    "postgres:ann:s3cret@db",
    "POSTGRESQL://ann:s3cret@db",
    " postgresql://ann:s3cret@db",
    "sqlite://ann:s3cret@db",
    "sqlite:file:x?key=s3cret",
    "ann:s3cret@db:5432/x",
    "\"postgresql://ann:s3cret@db\"",
};

TEST(Config, NeverPrintsASecret) {
  const Environment nothing = [](const std::string&) { return std::nullopt; };
  for (const char* const one : malformed) {
    const std::string text = one;
    std::vector<std::vector<std::string>> lines{{text},
                                                {"serve", text},
                                                {"serve", "--databse-url=" + text},
                                                {"import", text, text},
                                                {"audit", "--json=" + text},
                                                {"stress", "--url", text},
                                                {"stress", "--keyed=" + text}};
    // These have their values shown, unless it looks as if a secret went astray.
    if (!is_showable(text)) {
      lines.push_back({"serve", "--listen", text});
      lines.push_back({"serve", "--threads=" + text});
      lines.push_back({"serve", "--config", text});
      lines.push_back({"import", "f.csv", "--shift-to", text});
      lines.push_back({"stress", "--rate", text});
    }
    for (const Setting& setting : all_settings(nothing)) {
      if (!is_secret(setting.name)) continue;
      lines.push_back({"serve", "--" + setting.name, text});
      lines.push_back({"serve", "--" + setting.name + "=" + text});
      lines.push_back({"serve", "--" + setting.name, "memory", text});
      const std::string refused = refusal({"migrate"}, {{setting.environment_name(), text}});
      EXPECT_EQ(refused.find("s3cret"), std::string::npos) << refused;
      for (const std::string& line :
           {setting.name + " = '" + text + "'", setting.name + " = " + text, text, "'" + text + "' = 1",
            "'" + text + "' = 1\n'" + text + "' = 1", setting.name + " = ['" + text + "']"}) {
        const SettingsFile file(line + "\n");
        const std::string of_file = refusal({"serve", "--config", file.path()});
        EXPECT_EQ(of_file.find("s3cret"), std::string::npos) << of_file;
      }
    }
    for (const std::vector<std::string>& line : lines) {
      const std::string refused = refusal(line);
      EXPECT_EQ(refused.find("s3cret"), std::string::npos) << line.front() << ": " << refused;
    }
  }
}

TEST(Config, NamesTheSettingAndWhatIsWrongWithIt) {
  EXPECT_EQ(
      refusal_of_flag("--redis-url", "redis:app:pw@h"),
      "flightdeck: --redis-url: must be memory, or redis[s]://[[USER][:PASSWORD]@]HOST[:PORT][/DATABASE]");
  EXPECT_EQ(refusal({"serve", "--databse-url", "x"}),
            "flightdeck: does not know what to do with \"--databse-url\" (see flightdeck --help)");
  EXPECT_EQ(refusal({"serve", "--threads", "2", "password=pw"}),
            "flightdeck: does not know what to do with argument 4 (see flightdeck --help)");
}

TEST(CommandLine, RefusesWrongUsage) {
  for (const auto& arguments :
       std::vector<std::vector<std::string>>{{},
                                             {"fly"},
                                             {"serve", "--no-such-flag"},
                                             {"serve", "extra"},
                                             {"serve", "--threads"},
                                             {"serve", "--threads", "1", "--threads", "2"},
                                             {"import"},
                                             {"import", "a.csv", "b.csv"},
                                             {"serve", "migrate"},
                                             {"--threads", "1"}}) {
    EXPECT_TRUE(refusal(arguments).starts_with("flightdeck: ")) << refusal(arguments);
  }
}

TEST(CommandLine, PrintsHelpAndVersion) {
  for (const auto& arguments :
       std::vector<std::vector<std::string>>{{"--help"}, {"serve", "--help"}, {"import", "-h"}}) {
    const CommandLine parsed = parse(arguments);
    const auto& exit = std::get<EarlyExit>(parsed);
    EXPECT_EQ(exit.code, 0);
    EXPECT_EQ(exit.to_error, "");
    EXPECT_NE(exit.to_out.find("sage:"), std::string::npos) << exit.to_out;
  }
  const CommandLine version = parse({"--version"});
  EXPECT_EQ(std::get<EarlyExit>(version).code, 0);
  EXPECT_TRUE(std::get<EarlyExit>(version).to_out.starts_with("flightdeck "));
}

TEST(CommandLine, TheHelpExplainsEverySettingWithItsDefault) {
  const CommandLine parsed = parse({"serve", "--help"});
  const std::string& help = std::get<EarlyExit>(parsed).to_out;
  const Environment nothing = [](const std::string&) { return std::nullopt; };
  for (const Setting& setting : all_settings(nothing)) {
    EXPECT_NE(help.find("--" + setting.name + " "), std::string::npos) << setting.name;
    if (!setting.default_value.empty()) {
      EXPECT_NE(help.find("(default " + setting.default_value + ")"), std::string::npos) << setting.name;
    }
  }
}

TEST(CommandLine, KnowsImportAndMigrate) {
  const CommandLine import =
      parse({"import", "s.csv", "--shift-to", "2030-01-01", "--database-url", "sqlite:x.db"});
  ASSERT_TRUE(std::holds_alternative<ImportCommand>(import));
  EXPECT_EQ(std::get<ImportCommand>(import).file, "s.csv");
  EXPECT_EQ(std::get<ImportCommand>(import).shift_to, parse_date("2030-01-01"));
  EXPECT_EQ(std::get<ImportCommand>(import).config.database.sqlite_path, "x.db");
  EXPECT_EQ(refusal({"import", "s.csv", "--shift-to", "2030-02-30"}),
            "flightdeck: --shift-to: must be a date YYYY-MM-DD, not \"2030-02-30\"");
  const CommandLine migrate = parse({"migrate"}, {{"FLIGHTDECK_DATABASE_URL", "sqlite:y.db"}});
  ASSERT_TRUE(std::holds_alternative<MigrateCommand>(migrate));
  EXPECT_EQ(std::get<MigrateCommand>(migrate).config.database.sqlite_path, "y.db");
}

TEST(CommandLine, AnAuditTakesTheSettingsOfServe) {
  const CommandLine audit =
      parse({"audit", "--redis-url", "redis://127.0.0.1"}, {{"FLIGHTDECK_DATABASE_URL", "sqlite:y.db"}});
  ASSERT_TRUE(std::holds_alternative<AuditCommand>(audit));
  EXPECT_EQ(std::get<AuditCommand>(audit).config.database.sqlite_path, "y.db");
  EXPECT_TRUE(std::get<AuditCommand>(audit).config.redis.server.has_value());
  EXPECT_FALSE(std::get<AuditCommand>(audit).json);
  EXPECT_TRUE(std::get<AuditCommand>(parse({"audit", "--json"})).json);
}

TEST(CommandLine, NamesRoles) {
  EXPECT_EQ(to_string(Role::payment_mock), "payment-mock");
  EXPECT_EQ(to_string(Role::all), "all");
}

}  // namespace
}  // namespace flightdeck::app
