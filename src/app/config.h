// The settings of the program, parsed once: flags > environment > settings file > defaults.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "app/addresses.h"
#include "core/log.h"
#include "core/time.h"
#include "flights/flight.h"
#include "net/http_url.h"
#include "payment_mock/verdict.h"
#include "redis/redis_url.h"
#include "stress_http/stress_run.h"

namespace flightdeck::app {

enum class Role { all, api, search, booking, admin, worker, payment_mock };
std::string_view to_string(Role role);

enum class DatabaseKind { sqlite, postgresql };

struct DatabaseSettings {
  DatabaseKind kind = DatabaseKind::sqlite;
  // The file of a database of kind sqlite.
  std::string sqlite_path;
  // The URL as given. It may hold a password and is never shown.
  std::string url;
};

struct RedisSettings {
  // nullopt: seat gate and flight index are in this process.
  std::optional<redis::RedisEndpoint> server;
  std::string prefix;
};

struct PaymentSettings {
  // The payment service, parsed by parse_base_url. nullopt: the mock in this process.
  std::optional<net::HttpUrl> service;
  // It has no slash at its end. Empty: none.
  std::string callback_base_url;
  // The provider is asked about a booking that is still unpaid after this long.
  Milliseconds timeout{};
  payment_mock::MockSettings mock;
  // The URLs that the mock may call back under when it is used over HTTP, besides `callback_base_url`. Parsed
  // by parse_base_url.
  std::vector<net::HttpUrl> mock_callback_urls;
};

struct BookingSettings {
  std::int64_t seats_per_booking_max = 0;
  // This many bookings may be placed or charged at once in this process. One more is answered OVERLOADED.
  std::int64_t in_flight_max = 0;
};

struct Config {
  // Port 0 means any free port.
  Endpoint listen;
  // Empty: none.
  std::string port_file;
  Role role = Role::all;
  DatabaseSettings database;
  RedisSettings redis;
  PaymentSettings payment;
  BookingSettings booking;
  flights::FlightRules flight_rules;
  // The schedule file to import when there is no flight yet. Empty: none.
  std::string demo_data;
  int threads = 1;
  // A starting process waits this long for a database that is not there yet.
  std::chrono::seconds start_timeout{0};
  LogLevel log_level = LogLevel::info;
  bool access_log = true;
  // An idle connection is kept open for this long.
  std::chrono::seconds keep_alive{};
};

struct ServeCommand {
  Config config;
};
struct MigrateCommand {
  Config config;
};
struct ImportCommand {
  Config config;
  std::string file;
  std::optional<Date> shift_to;
};
struct AuditCommand {
  Config config;
  // Print the report as JSON.
  bool json = false;
};
// The program only prints this and exits: help, the version, or one line about what is wrong with the command
// line.
struct EarlyExit {
  // The exit code: 0 for success, 2 for wrong usage or settings.
  int code = 0;
  // The text for standard output.
  std::string to_out;
  // The text for standard error. It never holds a password.
  std::string to_error;
};

using CommandLine = std::variant<ServeCommand, MigrateCommand, ImportCommand, AuditCommand,
                                 stress_http::StressCommand, EarlyExit>;

// The value of an environment variable, if it is set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;
Environment process_environment();

// `arguments` does not have the program's own name. Reads the settings file if one is named, and no other
// file. An empty environment variable counts as not set.
CommandLine parse_command_line(const std::vector<std::string>& arguments, const Environment& environment);

}  // namespace flightdeck::app
