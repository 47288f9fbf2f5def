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
  // Of kind sqlite.
  std::string sqlite_path;
  // As given; holds a password: never shown.
  std::string url;
};

struct RedisSettings {
  // Nullopt: seat gate and flight index in this process.
  std::optional<redis::RedisEndpoint> server;
  std::string prefix;
};

struct PaymentSettings {
  // As parse_base_url makes it; nullopt: the mock, in this process.
  std::optional<net::HttpUrl> service;
  // Without a slash at its end; empty: none.
  std::string callback_base_url;
  // An unpaid booking is asked about after this long.
  Milliseconds timeout{};
  payment_mock::MockSettings mock;
  // That the mock calls back under when it is asked over HTTP, besides `callback_base_url`; as parse_base_url
  // makes them.
  std::vector<net::HttpUrl> mock_callback_urls;
};

struct BookingSettings {
  std::int64_t seats_per_booking_max = 0;
  // Being placed or charged at once in this process; more is answered OVERLOADED.
  std::int64_t in_flight_max = 0;
};

struct Config {
  // Port 0: any free one.
  Endpoint listen;
  // Empty: none.
  std::string port_file;
  Role role = Role::all;
  DatabaseSettings database;
  RedisSettings redis;
  PaymentSettings payment;
  BookingSettings booking;
  flights::FlightRules flight_rules;
  // A schedule to import when there is no flight yet; empty: none.
  std::string demo_data;
  int threads = 1;
  // A database that is not there yet is waited for so long.
  std::chrono::seconds start_timeout{0};
  LogLevel log_level = LogLevel::info;
  bool access_log = true;
  // A connection on which nothing comes is kept as long.
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
// Nothing to do but print and end: help, the version, or one line about what is wrong with the command line.
struct EarlyExit {
  // 0 done, 2 wrong usage or settings.
  int code = 0;
  // For standard output.
  std::string to_out;
  // For standard error; never holds a password.
  std::string to_error;
};

using CommandLine = std::variant<ServeCommand, MigrateCommand, ImportCommand, AuditCommand,
                                 stress_http::StressCommand, EarlyExit>;

// The value of an environment variable, if it is set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;
Environment process_environment();

// `arguments` without the program's own name. Reads the settings file when one is named, nothing else. An
// environment variable that is empty counts as not set.
CommandLine parse_command_line(const std::vector<std::string>& arguments, const Environment& environment);

}  // namespace flightdeck::app
