#include "app/stress_settings.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <charconv>
#include <functional>
#include <random>

#include "core/limits.h"
#include "core/showable.h"

namespace flightdeck::app {

namespace {

using Complaint = std::optional<std::string>;

// What the flags say, before they are looked at together.
struct Given {
  stress_http::StressCommand command;
  std::optional<std::uint32_t> users;
  std::optional<std::size_t> connections;
  std::optional<Milliseconds> timeout;
  std::string date;
};

struct Flag {
  std::string name;
  // Empty: on or off.
  std::string form;
  std::string default_value;
  std::string help;
  std::function<Complaint(Given&, const std::string&)> apply;
  CLI::Option* option = nullptr;
};

template <class T>
std::optional<T> parse_number(std::string_view text) {
  T value{};
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || stop != text.data() + text.size()) return std::nullopt;
  return value;
}

template <class T>
Complaint take_whole(const std::string& text, T lowest, T highest, const std::function<void(T)>& put) {
  const auto value = parse_number<T>(text);
  if (!value || *value < lowest || *value > highest) {
    return "must be a whole number from " + std::to_string(lowest) + " to " + std::to_string(highest);
  }
  put(*value);
  return std::nullopt;
}

// 500ms, 30s, 2m; a number alone is seconds.
Complaint take_duration(const std::string& text, Milliseconds lowest, Milliseconds& to) {
  const std::size_t unit_at = std::min(text.find_first_not_of("0123456789."), text.size());
  const std::string_view unit = std::string_view(text).substr(unit_at);
  const double factor = unit == "ms" ? 1 : unit == "s" || unit.empty() ? 1000 : unit == "m" ? 60'000 : 0;
  const auto number = parse_number<double>(std::string_view(text).substr(0, unit_at));
  const auto longest = static_cast<double>(Milliseconds(limits::stress_duration_max).count());
  if (!number || factor == 0 || *number * factor > longest ||
      *number * factor < static_cast<double>(lowest.count())) {
    return "must be a time such as 30s, 500ms or 2m, up to 24 hours" +
           std::string(lowest.count() > 0 ? ", and not 0" : "");
  }
  to = Milliseconds{static_cast<std::int64_t>(*number * factor)};
  return std::nullopt;
}

Complaint take_url(Given& given, const std::string& text) {
  auto url = net::parse_base_url(text);
  if (!url) return "must be http://HOST[:PORT][/PATH] or https://…";
  given.command.url = *std::move(url);
  return std::nullopt;
}

Complaint take_flights(Given& given, const std::string& text) {
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    const auto id = FlightId::parse(std::string_view(text).substr(at, comma - at));
    if (!id) return "must be the flight_id of a flight, or several with commas between them";
    given.command.flights.push_back(*id);
    at = comma + 1;
  }
  return std::nullopt;
}

Complaint take_route(Given& given, const std::string& text) {
  const std::size_t dash = text.find('-');
  if (dash == std::string::npos || dash == 0 || dash + 1 == text.size() ||
      text.find('-', dash + 1) != std::string::npos) {
    return "must be FROM-TO, such as JFK-LHR";
  }
  given.command.route = stress_http::Route{text.substr(0, dash), text.substr(dash + 1), {}};
  return std::nullopt;
}

Complaint take_seats(Given& given, const std::string& text) {
  const std::size_t dash = text.find('-');
  const auto least = parse_number<int>(std::string_view(text).substr(0, dash));
  const auto most =
      dash == std::string::npos ? least : parse_number<int>(std::string_view(text).substr(dash + 1));
  if (!least || !most || *least < 1 || *most > limits::stress_seats_max || *least > *most) {
    return "must be a number from 1 to 9, or a range such as 1-4";
  }
  given.command.plan.seats = {*least, *most};
  return std::nullopt;
}

Complaint take_rate(Given& given, const std::string& text) {
  const auto rate = parse_number<double>(text);
  if (!rate || !(*rate > 0 && *rate <= limits::stress_rate_max))
    return "must be a number above 0, up to 1000000";
  given.command.plan.rate = *rate;
  return std::nullopt;
}

Complaint take_cancel_share(Given& given, const std::string& text) {
  const auto share = parse_number<double>(text);
  if (!share || !(*share >= 0 && *share <= 1)) return "must be a number from 0 to 1";
  given.command.plan.cancel_share = *share;
  return std::nullopt;
}

template <class T>
std::function<Complaint(Given&, const std::string&)> whole(T lowest, T highest, void (*put)(Given&, T)) {
  return [=](Given& given, const std::string& text) {
    return take_whole<T>(text, lowest, highest, [&](T value) { put(given, value); });
  };
}

std::function<Complaint(Given&, const std::string&)> switched(bool& (*which)(Given&)) {
  return [which](Given& given, const std::string& text) -> Complaint {
    if (text != "on" && text != "off" && text != "true" && text != "false") return "must be on or off";
    which(given) = text == "on" || text == "true";
    return std::nullopt;
  };
}

void add_load_flags(std::vector<Flag>& all) {
  all.push_back({"url", "URL", "http://127.0.0.1:8080", "The deployment", take_url});
  all.push_back({"flight", "ID", "", "A flight to book on; may be given more than once", take_flights});
  all.push_back(
      {"route", "FROM-TO", "", "Book on all flights that search finds there on --date", take_route});
  all.push_back({"date", "YYYY-MM-DD", "", "The date for --route",
                 [](Given& given, const std::string& text) -> Complaint {
                   if (!parse_date(text)) return "must be a date YYYY-MM-DD";
                   given.date = text;
                   return std::nullopt;
                 }});
  all.push_back({"create-flights", "N", "",
                 "Add N flights through the admin interface and book on them; they stay afterwards",
                 whole<std::size_t>(1, limits::stress_flights_max,
                                    [](Given& given, std::size_t n) { given.command.create_flights = n; })});
  all.push_back({"seats-per-flight", "S", "180", "Seats of each flight that is added",
                 whole<std::int64_t>(1, limits::seats_per_flight_ceiling, [](Given& given, std::int64_t n) {
                   given.command.seats_per_flight = n;
                 })});
  all.push_back({"users", "N", "",
                 "Closed loop: so many users, each of whom books again as soon as it has its answer (50 "
                 "without --rate)",
                 whole<std::uint32_t>(1, limits::stress_users_max,
                                      [](Given& given, std::uint32_t n) { given.users = n; })});
  all.push_back(
      {"rate", "R", "",
       "Open loop: R bookings a second on average, come what may; latency counts from when each was due",
       take_rate});
  all.push_back({"duration", "TIME", "30s", "How long the measured part lasts",
                 [](Given& given, const std::string& text) {
                   return take_duration(text, Milliseconds{1}, given.command.plan.duration);
                 }});
  all.push_back({"warm-up", "TIME", "0s", "Comes before; left out of the figures, not of the audit",
                 [](Given& given, const std::string& text) {
                   return take_duration(text, Milliseconds{0}, given.command.plan.warm_up);
                 }});
}

void add_booking_flags(std::vector<Flag>& all) {
  all.push_back({"seats", "N|N-M", "1", "Seats of a booking, 1 to 9; a range is drawn from", take_seats});
  all.push_back({"cancel-share", "SHARE", "0",
                 "Share of the confirmed bookings that are cancelled again, 0 to 1", take_cancel_share});
  all.push_back({"keyed", "", "off",
                 "Send each booking with an Idempotency-Key, and again with it when its answer was lost",
                 switched([](Given& given) -> bool& { return given.command.plan.keyed; })});
  all.push_back({"wait", "SECONDS", "20",
                 "Let an answer be held until the booking is final (Prefer: wait); 0 does not wait: the "
                 "audit reads what "
                 "became of it",
                 whole<std::int64_t>(0, limits::wait_max.count(), [](Given& given, std::int64_t n) {
                   given.command.plan.wait = std::chrono::seconds{n};
                 })});
  all.push_back({"timeout", "TIME", "", "How long an answer may take; 10 s more than --wait by default",
                 [](Given& given, const std::string& text) -> Complaint {
                   Milliseconds timeout{};
                   if (auto complaint = take_duration(text, Milliseconds{1}, timeout)) return complaint;
                   given.timeout = timeout;
                   return std::nullopt;
                 }});
  all.push_back({"connections", "N", "",
                 "Most requests under way at a time; by default one a user, or 8192 with --rate",
                 whole<std::size_t>(1, limits::stress_users_max,
                                    [](Given& given, std::size_t n) { given.connections = n; })});
}

void add_report_flags(std::vector<Flag>& all) {
  all.push_back({"settle", "TIME", "90s",
                 "How long the audit waits for pending bookings, and for a deployment that is away",
                 [](Given& given, const std::string& text) -> Complaint {
                   Milliseconds settle{};
                   if (auto complaint = take_duration(text, Milliseconds{0}, settle)) return complaint;
                   given.command.settle = std::chrono::ceil<std::chrono::seconds>(settle);
                   return std::nullopt;
                 }});
  all.push_back({"seed", "N", "",
                 "Makes flights, seats and arrivals the same again; another one each time by default",
                 whole<std::uint64_t>(0, std::numeric_limits<std::uint64_t>::max(),
                                      [](Given& given, std::uint64_t n) { given.command.plan.seed = n; })});
  all.push_back({"json", "FILE", "",
                 "Write the result to FILE as JSON; - is standard output, instead of the table",
                 [](Given& given, const std::string& text) -> Complaint {
                   given.command.json_file = text;
                   return std::nullopt;
                 }});
  all.push_back({"quiet", "", "off", "No line a second about how it goes",
                 switched([](Given& given) -> bool& { return given.command.quiet; })});
}

std::string environment_name(const std::string& flag) {
  std::string name = "FLIGHTDECK_STRESS_" + flag;
  for (char& c : name) {
    if (c == '-') c = '_';
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return name;
}

std::string help_of(const Flag& flag) {
  if (flag.form.empty() || flag.default_value.empty()) return flag.help + ".";
  return flag.help + " (default " + flag.default_value + ").";
}

Error wrong(std::string what) { return Error{ErrorCode::validation_failed, std::move(what)}; }

Result<stress_http::StressCommand> put_together(Given given) {
  stress_http::StressCommand& command = given.command;
  stress::Plan& plan = command.plan;
  if (plan.rate && given.users) return wrong("--users and --rate: give one of them");
  if (command.flights.empty() && !command.route && command.create_flights == 0) {
    return wrong(
        "says not what to book: --flight ID, --route FROM-TO --date YYYY-MM-DD, or --create-flights N");
  }
  if (command.route.has_value() != !given.date.empty()) return wrong("--route and --date belong together");
  if (command.route) command.route->date = given.date;
  constexpr std::uint32_t users_default = 50;
  plan.users = plan.rate ? limits::stress_users_of_open_loop : given.users.value_or(users_default);
  plan.timeout = given.timeout.value_or(plan.wait + limits::stress_timeout_default);
  command.connections =
      given.connections.value_or(plan.rate ? limits::stress_connections_of_open_loop : plan.users);
  return std::move(command);
}

}  // namespace

struct StressSettings::Impl {
  const Environment& environment;
  std::vector<Flag> flags;

  Complaint apply(Given& given, const Flag& flag, const std::string& place, const std::string& value) const {
    if (Complaint complaint = flag.apply(given, value)) {
      return place + ": " + *complaint + but_given(flag.name, value);
    }
    return std::nullopt;
  }

  Complaint take(Given& given, const Flag& flag) const {
    if (flag.option->count() > 0) {
      if (flag.form.empty()) return apply(given, flag, "--" + flag.name, "on");
      for (const std::string& value : flag.option->results()) {
        if (Complaint complaint = apply(given, flag, "--" + flag.name, value)) return complaint;
      }
      return std::nullopt;
    }
    const std::string variable = environment_name(flag.name);
    const auto value = environment(variable);
    if (value && !value->empty()) return apply(given, flag, variable, *value);
    if (!flag.default_value.empty()) return apply(given, flag, flag.name, flag.default_value);
    return std::nullopt;
  }
};

StressSettings::StressSettings(CLI::App& command, const Environment& environment)
    : impl_(std::make_unique<Impl>(Impl{environment, {}})) {
  add_load_flags(impl_->flags);
  add_booking_flags(impl_->flags);
  add_report_flags(impl_->flags);
  for (Flag& flag : impl_->flags) {
    if (flag.form.empty()) {
      flag.option = command.add_flag("--" + flag.name)->description(help_of(flag));
      continue;
    }
    flag.option = command.add_option("--" + flag.name)->description(help_of(flag));
    flag.option->type_name(flag.form)->expected(1);
    if (flag.name == "flight")
      flag.option->expected(1, static_cast<int>(limits::stress_flights_max))->allow_extra_args(false);
  }
  command.footer(
      "Every flag is also an environment variable, such as FLIGHTDECK_STRESS_URL. Ctrl-C ends the load and "
      "still\n"
      "audits; a second one ends at once.\n"
      "Exit codes: 0 the audit passed, 1 it did not or no booking could be made, 2 wrong usage.");
}

StressSettings::~StressSettings() = default;

Result<stress_http::StressCommand> StressSettings::resolve() const {
  Given given;
  given.command.plan.seed = std::random_device()();
  for (const Flag& flag : impl_->flags) {
    if (Complaint complaint = impl_->take(given, flag)) return wrong(*complaint);
  }
  return put_together(std::move(given));
}

}  // namespace flightdeck::app
