#include "app/stress_settings.h"

#include <gtest/gtest.h>

#include <map>

#include "core/limits.h"

namespace flightdeck::app {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Variables = std::map<std::string, std::string>;

constexpr const char* flight = "01970000-0000-7000-8000-000000000001";
constexpr const char* other_flight = "01970000-0000-7000-8000-000000000002";

CommandLine parse_stress(std::vector<std::string> arguments, const Variables& variables = {}) {
  arguments.insert(arguments.begin(), "stress");
  return parse_command_line(arguments, [&](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  });
}

stress_http::StressCommand stress(const std::vector<std::string>& arguments,
                                  const Variables& variables = {}) {
  const CommandLine parsed = parse_stress(arguments, variables);
  if (const auto* exit = std::get_if<EarlyExit>(&parsed)) {
    ADD_FAILURE() << exit->to_error;
    return {};
  }
  return std::get<stress_http::StressCommand>(parsed);
}

std::string stress_refusal(const std::vector<std::string>& arguments, const Variables& variables = {}) {
  const CommandLine parsed = parse_stress(arguments, variables);
  const auto* exit = std::get_if<EarlyExit>(&parsed);
  if (exit == nullptr) return "accepted";
  EXPECT_EQ(exit->code, 2);
  return exit->to_error;
}

TEST(StressSettings, NeedsOnlyAFlight) {
  const stress_http::StressCommand command = stress({"--flight", flight});
  EXPECT_EQ(command.url, (net::HttpUrl{"127.0.0.1", 8080, ""}));
  ASSERT_EQ(command.flights.size(), 1U);
  EXPECT_EQ(command.flights[0].str(), flight);
  EXPECT_FALSE(command.route);
  EXPECT_EQ(command.create_flights, 0U);
  EXPECT_FALSE(command.plan.rate);
  EXPECT_EQ(command.plan.users, 50U);
  EXPECT_EQ(command.connections, 50U);
  EXPECT_EQ(command.plan.seats.least, 1);
  EXPECT_EQ(command.plan.seats.most, 1);
  EXPECT_EQ(command.plan.cancel_share, 0);
  EXPECT_FALSE(command.plan.keyed);
  EXPECT_EQ(command.plan.wait, seconds(20));
  EXPECT_EQ(command.plan.timeout, seconds(30));
  EXPECT_EQ(command.plan.duration, seconds(30));
  EXPECT_EQ(command.plan.warm_up, seconds(0));
  EXPECT_EQ(command.settle, seconds(90));
  EXPECT_EQ(command.json_file, "");
  EXPECT_FALSE(command.quiet);
}

TEST(StressSettings, TakesEveryFlag) {
  const stress_http::StressCommand command = stress({"--url",
                                                     "http://h:81/base/",
                                                     "--flight",
                                                     flight,
                                                     "--flight",
                                                     other_flight,
                                                     "--route",
                                                     "JFK-LHR",
                                                     "--date",
                                                     "2030-01-01",
                                                     "--create-flights",
                                                     "3",
                                                     "--seats-per-flight",
                                                     "70",
                                                     "--rate",
                                                     "12.5",
                                                     "--duration",
                                                     "2m",
                                                     "--warm-up",
                                                     "500ms",
                                                     "--seats",
                                                     "2-5",
                                                     "--cancel-share",
                                                     "0.25",
                                                     "--keyed",
                                                     "--wait",
                                                     "0",
                                                     "--timeout",
                                                     "7",
                                                     "--connections",
                                                     "99",
                                                     "--settle",
                                                     "5s",
                                                     "--seed",
                                                     "18446744073709551615",
                                                     "--json",
                                                     "f",
                                                     "--quiet"});
  EXPECT_EQ(command.url, (net::HttpUrl{"h", 81, "/base"}));
  EXPECT_EQ(command.flights.size(), 2U);
  ASSERT_TRUE(command.route);
  EXPECT_EQ(command.route->source, "JFK");
  EXPECT_EQ(command.route->destination, "LHR");
  EXPECT_EQ(command.route->date, "2030-01-01");
  EXPECT_EQ(command.create_flights, 3U);
  EXPECT_EQ(command.seats_per_flight, 70);
  EXPECT_EQ(command.plan.rate, 12.5);
  EXPECT_EQ(command.plan.users, limits::stress_users_of_open_loop);
  EXPECT_EQ(command.plan.duration, seconds(120));
  EXPECT_EQ(command.plan.warm_up, milliseconds(500));
  EXPECT_EQ(command.plan.seats.least, 2);
  EXPECT_EQ(command.plan.seats.most, 5);
  EXPECT_EQ(command.plan.cancel_share, 0.25);
  EXPECT_TRUE(command.plan.keyed);
  EXPECT_EQ(command.plan.wait, seconds(0));
  EXPECT_EQ(command.plan.timeout, seconds(7));
  EXPECT_EQ(command.connections, 99U);
  EXPECT_EQ(command.settle, seconds(5));
  EXPECT_EQ(command.plan.seed, 18446744073709551615U);
  EXPECT_EQ(command.json_file, "f");
  EXPECT_TRUE(command.quiet);
}

TEST(StressSettings, TheEnvironmentIsBehindTheFlags) {
  const Variables variables{{"FLIGHTDECK_STRESS_FLIGHT", std::string(flight) + "," + other_flight},
                            {"FLIGHTDECK_STRESS_USERS", "7"},
                            {"FLIGHTDECK_STRESS_KEYED", "on"},
                            {"FLIGHTDECK_STRESS_DURATION", ""}};
  const stress_http::StressCommand command = stress({"--users", "8"}, variables);
  EXPECT_EQ(command.flights.size(), 2U);
  EXPECT_EQ(command.plan.users, 8U);
  EXPECT_TRUE(command.plan.keyed);
  EXPECT_EQ(command.plan.duration, seconds(30));
  EXPECT_EQ(stress_refusal({"--flight", flight}, {{"FLIGHTDECK_STRESS_SEATS", "ten"}}),
            "flightdeck: FLIGHTDECK_STRESS_SEATS: must be a number from 1 to 9, or a range such as 1-4, not "
            "\"ten\"\n");
}

TEST(StressSettings, RefusesWrongValuesWithOneLine) {
  const std::pair<const char*, std::vector<const char*>> wrong[] = {
      {"--url", {"x", "ftp://x", "https://x?q", "http://x?q", ""}},
      {"--flight", {"FD1", ""}},
      {"--route", {"JFK", "-LHR", "JFK-", "A-B-C"}},
      {"--date", {"2030-02-30", "tomorrow"}},
      {"--users", {"0", "-1", "1.5", "100001", "many"}},
      {"--rate", {"0", "-1", "1e9", "nan", "fast"}},
      {"--seats", {"0", "10", "3-2", "1-10", "1-", "-2", "a"}},
      {"--duration", {"0", "0s", "5h", "s", "-1s", "25000m", "1..2s"}},
      {"--warm-up", {"x", "-1s"}},
      {"--cancel-share", {"1.1", "-0.1", "half"}},
      {"--wait", {"31", "-1", "20s"}},
      {"--connections", {"0", "x"}},
      {"--create-flights", {"0", "x"}},
      {"--seats-per-flight", {"0", "x"}},
      {"--seed", {"-1", "x"}}};
  for (const auto& [name, values] : wrong) {
    for (const char* value : values) {
      const std::string said = stress_refusal({"--create-flights", "1", std::string(name) + "=" + value});
      EXPECT_NE(said.find(name), std::string::npos) << name << " " << value << ": " << said;
      EXPECT_EQ(said.find('\n'), said.size() - 1) << said;
    }
  }
}

TEST(StressSettings, LooksAtThemTogether) {
  EXPECT_NE(stress_refusal({}).find("--flight ID, --route FROM-TO"), std::string::npos);
  EXPECT_NE(stress_refusal({"--route", "A-B"}).find("--date"), std::string::npos);
  EXPECT_NE(stress_refusal({"--flight", flight, "--date", "2030-01-01"}).find("--route"), std::string::npos);
  EXPECT_NE(stress_refusal({"--flight", flight, "--users", "1", "--rate", "1"}).find("one of them"),
            std::string::npos);
}

}  // namespace
}  // namespace flightdeck::app
