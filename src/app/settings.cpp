#include "app/settings.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <thread>
#include <utility>

#include "core/limits.h"
#include "telemetry/json_log.h"

namespace flightdeck::app {

namespace {

using Complaint = std::optional<std::string>;
using payment_mock::CallbackMode;

constexpr std::pair<std::string_view, Role> roles[] = {
    {"all", Role::all},
    {"api", Role::api},
    {"search", Role::search},
    {"booking", Role::booking},
    {"admin", Role::admin},
    {"worker", Role::worker},
    {"payment-mock", Role::payment_mock},
};

constexpr std::pair<std::string_view, CallbackMode> callback_modes[] = {
    {"off", CallbackMode::off}, {"also", CallbackMode::also}, {"only", CallbackMode::only}};

constexpr std::pair<std::string_view, bool> switches[] = {
    {"on", true}, {"off", false}, {"true", true}, {"false", false}};

template <class T>
std::optional<T> parse_number(const std::string& text) {
  T value{};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc() || stop != end) return std::nullopt;
  return value;
}

Complaint take_whole(const std::string& text, std::int64_t lowest, std::int64_t highest,
                     const std::function<void(std::int64_t)>& put) {
  const auto value = parse_number<std::int64_t>(text);
  if (!value || *value < lowest || *value > highest) {
    return "must be a whole number from " + std::to_string(lowest) + " to " + std::to_string(highest);
  }
  put(*value);
  return std::nullopt;
}

Complaint take_share(const std::string& text, double& to) {
  const auto value = parse_number<double>(text);
  if (!value || !(*value >= 0 && *value <= 1)) return "must be a number from 0 to 1";
  to = *value;
  return std::nullopt;
}

Complaint take_delay(const std::string& text, Milliseconds& to) {
  return take_whole(text, 0, limits::mock_delay_max.count(),
                    [&to](std::int64_t ms) { to = Milliseconds{ms}; });
}

template <class T, std::size_t n>
Complaint take_word(const std::string& text, const std::pair<std::string_view, T> (&words)[n],
                    std::string_view list, T& to) {
  const auto found =
      std::find_if(std::begin(words), std::end(words), [&](const auto& w) { return w.first == text; });
  if (found == std::end(words)) return "must be one of " + std::string(list);
  to = found->second;
  return std::nullopt;
}

Complaint take_listen(Config& config, const std::string& text) {
  const auto endpoint = parse_endpoint(text);
  if (!endpoint) return "must be ADDRESS:PORT, such as 127.0.0.1:8080 or [::1]:8080";
  config.listen = *endpoint;
  return std::nullopt;
}

// Of sqlite:PATH. sqlite:///PATH is a URL of the absolute path.
std::string sqlite_path_of(std::string_view text) {
  if (text.starts_with("///")) text.remove_prefix(std::min(text.find_first_not_of('/'), text.size()) - 1);
  return std::string(text);
}

// Each connection would have a database of its own, empty and gone with it.
bool names_memory(std::string_view path) {
  const std::string_view name = path.substr(path.find_last_of('/') + 1);
  return path.empty() || name == ":memory:" || path.starts_with("file:") ||
         path.find("mode=memory") != path.npos;
}

Complaint take_database(Config& config, const std::string& text) {
  constexpr std::string_view sqlite = "sqlite:";
  config.database.url = text;
  if (text.starts_with("postgresql://") || text.starts_with("postgres://")) {
    config.database.kind = DatabaseKind::postgresql;
    return std::nullopt;
  }
  if (!text.starts_with(sqlite)) return "must be sqlite:PATH or a URL beginning with postgresql://";
  const std::string path = sqlite_path_of(std::string_view(text).substr(sqlite.size()));
  if (names_memory(path)) {
    return "must be sqlite:PATH of a file, such as sqlite:flights.db or sqlite:/var/lib/flights.db; a "
           "database in "
           "memory, a temporary one and SQLite's own file: URLs cannot be used";
  }
  if (path.starts_with("//")) {
    return "must be sqlite:flights.db for a path from the current directory, or sqlite:/var/lib/flights.db "
           "(also "
           "sqlite:///var/lib/flights.db) for an absolute one";
  }
  config.database.kind = DatabaseKind::sqlite;
  config.database.sqlite_path = path;
  return std::nullopt;
}

Complaint take_redis(Config& config, const std::string& text) {
  config.redis.server.reset();
  if (text == "memory") return std::nullopt;
  config.redis.server = redis::parse_redis_url(text);
  if (!config.redis.server) return "must be memory, or redis[s]://[[USER][:PASSWORD]@]HOST[:PORT][/DATABASE]";
  return std::nullopt;
}

Complaint take_redis_prefix(Config& config, const std::string& text) {
  const bool odd = std::any_of(text.begin(), text.end(),
                               [](char c) { return c <= 0x20 || c == 0x7F || c == '{' || c == '}'; });
  if (odd || text.size() > 64)
    return "must be at most 64 printable ASCII characters without braces and blanks";
  config.redis.prefix = text;
  return std::nullopt;
}

Complaint take_payment_service(Config& config, const std::string& text) {
  if (text == "in-process") {
    config.payment.service.reset();
    return std::nullopt;
  }
  auto url = net::parse_base_url(text);
  if (!url) return "must be in-process, http://HOST[:PORT][/PATH] or https://…";
  config.payment.service = *std::move(url);
  return std::nullopt;
}

Complaint take_callback_base(Config& config, const std::string& text) {
  if (!net::parse_base_url(text)) return "must be http://HOST[:PORT][/PATH] or https://…";
  config.payment.callback_base_url = text;
  if (text.ends_with('/')) config.payment.callback_base_url.pop_back();
  return std::nullopt;
}

Complaint take_callback_urls(Config& config, const std::string& text) {
  std::vector<net::HttpUrl> urls;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    auto url = net::parse_base_url(std::string_view(text).substr(begin, end - begin));
    if (!url) return "must be http://HOST[:PORT][/PATH] or https://…, or several of them with commas between";
    urls.push_back(*std::move(url));
    begin = end + 1;
  }
  config.payment.mock_callback_urls = std::move(urls);
  return std::nullopt;
}

Complaint take_log_level(Config& config, const std::string& text) {
  const auto level = telemetry::parse_log_level(text);
  if (!level) return "must be one of debug, info, warn, error";
  config.log_level = *level;
  return std::nullopt;
}

std::string default_database(const Environment& environment) {
  const auto data_home = environment("XDG_DATA_HOME");
  // The XDG rules say that a relative path there is to be ignored.
  if (data_home && data_home->starts_with('/')) return "sqlite:" + *data_home + "/flightdeck/flightdeck.db";
  return "sqlite:./var/flightdeck.db";
}

std::string default_threads() {
  const auto cores = static_cast<int>(std::thread::hardware_concurrency());
  return std::to_string(std::clamp(cores, 1, limits::threads_max));
}

using Settings = std::vector<Setting>;

void add_server_settings(Settings& all) {
  all.push_back(
      {"listen", "ADDRESS:PORT", "127.0.0.1:8080",
       "Where to answer HTTP. Port 0 takes any free one and logs it. The role payment-mock listens on port " +
           std::to_string(payment_mock_port) + " by default",
       take_listen});
  all.push_back({"port-file", "FILE", "", "Write the port that was taken to FILE",
                 [](Config& config, const std::string& text) -> Complaint {
                   config.port_file = text;
                   return std::nullopt;
                 }});
  all.push_back(
      {"role", "ROLE", "all", "What to run: all, api, search, booking, admin, worker or payment-mock",
       [](Config& config, const std::string& text) {
         return take_word(text, roles, "all, api, search, booking, admin, worker, payment-mock", config.role);
       }});
  all.push_back({"threads", "N", default_threads(),
                 "Threads that answer requests; the default is the number of cores",
                 [](Config& config, const std::string& text) {
                   return take_whole(text, 1, limits::threads_max,
                                     [&config](std::int64_t n) { config.threads = static_cast<int>(n); });
                 }});
  all.push_back({"log-level", "LEVEL", "info", "Lowest level that is logged: debug, info, warn or error",
                 take_log_level});
  all.push_back(
      {"keep-alive-s", "SECONDS", std::to_string(limits::idle_connection_deadline.count()),
       "How long a connection may be idle before it is closed", [](Config& config, const std::string& text) {
         return take_whole(text, 1, limits::keep_alive_max.count(),
                           [&config](std::int64_t s) { config.keep_alive = std::chrono::seconds{s}; });
       }});
  all.push_back({"access-log", "on|off", "on", "Log a line per request, at level info",
                 [](Config& config, const std::string& text) {
                   return take_word(text, switches, "on, off", config.access_log);
                 }});
}

void add_storage_settings(Settings& all, const Environment& environment) {
  all.push_back({"database-url", "URL", default_database(environment),
                 "Where flights and bookings are kept: sqlite:PATH or postgresql://…", take_database});
  all.push_back({"start-timeout-s", "SECONDS", "60",
                 "How long to wait at the start for a database that is not there yet; 0 does not wait",
                 [](Config& config, const std::string& text) {
                   return take_whole(text, 0, limits::start_timeout_max.count(), [&config](std::int64_t s) {
                     config.start_timeout = std::chrono::seconds{s};
                   });
                 }});
  all.push_back(
      {"redis-url", "URL", "memory",
       "Where the seat gate and the flight index are kept: memory (in this process), redis://… or rediss://…",
       take_redis});
  all.push_back(
      {"redis-prefix", "TEXT", "", "Put before every key in Redis; none by default", take_redis_prefix});
  all.push_back(
      {"demo-data", "FILE", "",
       "When the database holds no flight at the start, import this schedule, moved so that it begins today",
       [](Config& config, const std::string& text) -> Complaint {
         config.demo_data = text;
         return std::nullopt;
       }});
}

void add_booking_settings(Settings& all) {
  all.push_back({"seats-per-booking-max", "N", "9", "Most seats of one booking",
                 [](Config& config, const std::string& text) {
                   return take_whole(text, 1, limits::seats_per_booking_ceiling,
                                     [&config](std::int64_t n) { config.booking.seats_per_booking_max = n; });
                 }});
  all.push_back({"seats-per-flight-max", "N", "1000", "Most seats of one flight",
                 [](Config& config, const std::string& text) {
                   return take_whole(text, 1, limits::seats_per_flight_ceiling, [&config](std::int64_t n) {
                     config.flight_rules.seats_per_flight_max = n;
                   });
                 }});
  all.push_back({"bookings-in-flight-max", "N", "4096",
                 "Bookings being placed or charged at once in this process; more is answered 503 OVERLOADED",
                 [](Config& config, const std::string& text) {
                   return take_whole(text, 1, limits::bookings_in_flight_ceiling,
                                     [&config](std::int64_t n) { config.booking.in_flight_max = n; });
                 }});
}

void add_payment_settings(Settings& all) {
  all.push_back(
      {"payment-url", "URL", "in-process",
       "The payment service: http[s]://HOST[:PORT][/PATH], or in-process for the mock inside this one",
       take_payment_service});
  all.push_back({"callback-base-url", "URL", "",
                 "Where this service is reached from the payment service, for its callbacks; none by default",
                 take_callback_base});
  all.push_back({"payment-timeout-s", "SECONDS", "60",
                 "A booking not paid by then is asked about at the payment service, then settled",
                 [](Config& config, const std::string& text) {
                   return take_whole(text, 1, limits::payment_timeout_max.count(), [&config](std::int64_t s) {
                     config.payment.timeout = std::chrono::seconds{s};
                   });
                 }});
}

void add_mock_settings(Settings& all) {
  all.push_back({"mock-success-rate", "SHARE", "0.75", "Mock payment: share of payments that succeed, 0 to 1",
                 [](Config& config, const std::string& text) {
                   return take_share(text, config.payment.mock.success_rate);
                 }});
  all.push_back({"mock-min-delay-ms", "MS", "50", "Mock payment: shortest time until it decides",
                 [](Config& config, const std::string& text) {
                   return take_delay(text, config.payment.mock.min_delay);
                 }});
  all.push_back({"mock-max-delay-ms", "MS", "500", "Mock payment: longest time until it decides",
                 [](Config& config, const std::string& text) {
                   return take_delay(text, config.payment.mock.max_delay);
                 }});
  all.push_back(
      {"mock-callback", "MODE", "off",
       "Mock payment: off (answers), also (answers and calls back), only (answers pending, then calls back)",
       [](Config& config, const std::string& text) {
         return take_word(text, callback_modes, "off, also, only", config.payment.mock.callback);
       }});
  all.push_back({"mock-callback-urls", "URL,URL", "",
                 "Mock payment: where a callback_url may lead that it is sent over HTTP, besides "
                 "callback-base-url; nowhere by default",
                 take_callback_urls});
  all.push_back({"mock-timeout-rate", "SHARE", "0",
                 "Mock payment: share of requests that it never answers, 0 to 1",
                 [](Config& config, const std::string& text) {
                   return take_share(text, config.payment.mock.timeout_rate);
                 }});
}

}  // namespace

std::string Setting::environment_name() const {
  std::string variable = "FLIGHTDECK_" + name;
  for (char& c : variable) {
    if (c == '-') c = '_';
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return variable;
}

std::vector<Setting> all_settings(const Environment& environment) {
  Settings all;
  add_server_settings(all);
  add_storage_settings(all, environment);
  add_booking_settings(all);
  add_payment_settings(all);
  add_mock_settings(all);
  return all;
}

std::optional<std::string> check_together(const Config& config) {
  const auto& mock = config.payment.mock;
  if (mock.min_delay > mock.max_delay) {
    return "mock-min-delay-ms (" + std::to_string(mock.min_delay.count()) +
           ") must not be above mock-max-delay-ms (" + std::to_string(mock.max_delay.count()) + ")";
  }
  return std::nullopt;
}

std::string_view to_string(Role role) {
  const auto found =
      std::find_if(std::begin(roles), std::end(roles), [role](const auto& r) { return r.second == role; });
  return found == std::end(roles) ? std::string_view("all") : found->first;
}

}  // namespace flightdeck::app
