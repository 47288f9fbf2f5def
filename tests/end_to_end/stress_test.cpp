// `flightdeck stress` against the real program: what it reports is what the database has, and what is broken
// is found.
#include <gmock/gmock.h>
#include <sqlite3.h>

#include <csignal>
#include <thread>

#include "support/audit.h"
#include "support/postgres_session.h"
#include "support/scripted_payment_service.h"
#include "support/server_suite.h"

namespace flightdeck::test {
namespace {

using testing::HasSubstr;
using testing::Not;

// Statements of a hand that should not be there.
void change_database(const ServerProcess& server, const std::string& sql) {
  constexpr int patience_ms = 20'000;
  const std::string url = server.database_url();
  const std::string scheme = "sqlite:";
  if (!url.starts_with(scheme)) return PostgresSession(url).execute(sql);
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(url.substr(scheme.size()).c_str(), &database), SQLITE_OK);
  sqlite3_busy_timeout(database, patience_ms);
  EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
      << sqlite3_errmsg(database);
  sqlite3_close(database);
}

std::vector<std::string> stress_arguments(const std::string& url, const std::vector<std::string>& flags) {
  return joined({"stress", "--url", url, "--json", "-"}, flags);
}

CommandResult stress(const ServerProcess& server, const std::vector<std::string>& flags) {
  return run_command(stress_arguments(server.url(), flags), {}, std::chrono::minutes(3));
}

// A run that goes on while the test does something to it.
class StressProcess {
 public:
  StressProcess(const ServerProcess& server, const std::vector<std::string>& flags) {
    std::vector<std::string> command{flightdeck_program().string()};
    command = joined(command, stress_arguments(server.url(), flags));
    process_.emplace(command, Environment{}, directory_.path(), directory_ / "out", directory_ / "err");
  }

  std::string progress() const { return read_text(directory_ / "err"); }
  bool says(const std::string& text) const {
    return eventually([&] { return progress().find(text) != std::string::npos; }, std::chrono::seconds(60));
  }
  void interrupt() const { process_->signal(SIGINT); }
  CommandResult finish() {
    const std::optional<int> exit_code = process_->wait(patient(std::chrono::minutes(3)));
    EXPECT_TRUE(exit_code) << progress();
    return {exit_code.value_or(-1), read_text(directory_ / "out"), progress()};
  }

 private:
  TemporaryDirectory directory_;
  std::optional<Subprocess> process_;
};

json::value result_of(const CommandResult& run) {
  boost::system::error_code failed;
  json::value result = json::parse(run.out, failed);
  if (failed) throw std::runtime_error("no JSON: " + run.out + run.err);
  return result;
}

std::int64_t audit_number(const json::value& result, const char* name) {
  return number(result.at("audit"), name);
}

std::string findings(const json::value& result) { return json::serialize(result.at("audit").at("findings")); }

// What holds of every run whose audit passed.
void expect_passed(const CommandResult& run) {
  ASSERT_EQ(run.exit_code, 0) << run.out << run.err;
  const json::value result = result_of(run);
  EXPECT_TRUE(result.at("audit").at("passed").as_bool());
  EXPECT_EQ(findings(result), "[]");
  EXPECT_EQ(audit_number(result, "missing"), 0);
  EXPECT_EQ(audit_number(result, "oversold_seats"), 0);
  EXPECT_EQ(audit_number(result, "lost_seats"), 0);
  EXPECT_GT(audit_number(result, "told"), 0);
}

struct StressSettings {
  static std::vector<std::string> flags() {
    return {"--mock-min-delay-ms", "0",   "--mock-max-delay-ms", "20",
            "--mock-success-rate", "0.8", "--access-log",        "off"};
  }
};
class StressTest : public ServerSuite<StressSettings> {};

TEST_F(StressTest, MoreUsersThanSeatsSellEverySeatOnce) {
  const CommandResult run = stress(
      server(), {"--create-flights", "2", "--seats-per-flight", "60", "--users", "40", "--duration", "2s"});
  expect_passed(run);
  const json::value result = result_of(run);
  EXPECT_EQ(text(result, "mode"), "closed");
  EXPECT_EQ(number(result, "users"), 40);
  EXPECT_TRUE(result.at("offered_per_s").is_null());
  EXPECT_EQ(number(result, "confirmed"), 120);
  EXPECT_GT(number(result, "failed"), 0);
  EXPECT_GT(number(result, "sold_out"), 0);
  EXPECT_EQ(number(result, "errors"), 0);
  EXPECT_EQ(number(result, "timeouts"), 0);
  EXPECT_EQ(number(result, "pending"), 0);
  EXPECT_EQ(audit_number(result, "told"), 120 + number(result, "failed"));
  EXPECT_EQ(audit_number(result, "unexpected"), 0);
  EXPECT_EQ(probe.number("SELECT SUM(b.seats) FROM bookings b JOIN flights f ON f.id = b.flight_id WHERE "
                         "b.status = 'CONFIRMED' AND f.total_seats = 60"),
            120);
  const json::value latency = result.at("latency_ms").at("accepted");
  double last = 0;
  for (const char* name : {"p50", "p90", "p99", "p999", "max"}) {
    const double value = latency.at(name).to_number<double>();
    EXPECT_GE(value, last);
    last = value;
  }
  EXPECT_GT(last, 0);
  EXPECT_THAT(run.err, HasSubstr("/s confirmed"));
  EXPECT_THAT(run.err, HasSubstr("auditing"));
}

TEST_F(StressTest, AnOpenLoopWithCancellationsAddsUp) {
  const CommandResult run =
      stress(server(), {"--create-flights", "3", "--seats-per-flight", "1000", "--rate", "300", "--duration",
                        "2s", "--seats", "1-4", "--cancel-share", "0.3", "--keyed", "--seed", "7",
                        "--warm-up", "500ms", "--quiet"});
  expect_passed(run);
  const json::value result = result_of(run);
  EXPECT_EQ(text(result, "mode"), "open");
  EXPECT_EQ(number(result, "offered_per_s"), 300);
  EXPECT_EQ(number(result, "seconds"), 2);
  EXPECT_TRUE(result.at("users").is_null());
  EXPECT_NEAR(static_cast<double>(number(result, "requests")), 600, 150);
  EXPECT_GT(audit_number(result, "told"), number(result, "requests")) << "the warm-up is audited";
  EXPECT_GT(number(result, "cancelled"), 0);
  EXPECT_EQ(number(result, "errors"), 0);
  EXPECT_EQ(run.err, "");
}

TEST_F(StressTest, FlightsThatOthersBookOnAreNamedOrFound) {
  FlightDraft draft;
  draft.total_seats = 400;
  const std::string one = text(api.add_flight(draft), "flight_id");
  draft.flight_number.reset();
  // More than a page of search.
  for (int i = 0; i < 130; ++i) api.add_flight(draft);
  api.book_to_the_end(one, 9);
  const std::string other = api.add_flight_id(30);
  const CommandResult run = stress(
      server(), {"--route", draft.source + "-" + draft.destination, "--date", date_ahead(30), "--flight",
                 other, "--flight", other + "," + one, "--users", "20", "--duration", "1s"});
  expect_passed(run);
  EXPECT_GT(probe.number(
                "SELECT COUNT(DISTINCT flight_id) FROM bookings b JOIN flights f ON f.id = b.flight_id WHERE "
                "f.total_seats = 400"),
            100);
  EXPECT_GT(probe.number("SELECT COUNT(*) FROM bookings WHERE flight_id = " + probe.id_literal(other)), 0);
}

TEST_F(StressTest, WithoutWaitingTheAuditReadsWhatBecameOfTheBookings) {
  const CommandResult run = stress(server(), {"--create-flights", "1", "--seats-per-flight", "1000",
                                              "--users", "4", "--wait", "0", "--duration", "500ms"});
  expect_passed(run);
  const json::value result = result_of(run);
  EXPECT_EQ(number(result, "pending"), 0);
  EXPECT_GT(number(result, "confirmed"), 0);
  EXPECT_GT(number(result, "failed"), 0);
}

TEST_F(StressTest, TheTableEndsWithTheVerdictAndTheJsonGoesToItsFile) {
  const TemporaryDirectory directory;
  const std::string file = directory / "result.json";
  const CommandResult run =
      run_command({"stress", "--create-flights", "1", "--users", "5", "--duration", "0.5s", "--json", file},
                  {{"FLIGHTDECK_STRESS_URL", server().url()}});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_TRUE(run.out.ends_with("audit: passed\n")) << run.out;
  EXPECT_THAT(run.out, HasSubstr("latency in ms"));
  EXPECT_TRUE(json::parse(read_text(file)).at("audit").at("passed").as_bool());
}

TEST_F(StressTest, ARunThatCouldBookNothingHasNotPassed) {
  const std::string full = api.add_flight_id(1);
  while (text(api.book_to_the_end(full), "status") != "CONFIRMED") {
  }
  const CommandResult run = stress(server(), {"--flight", full, "--users", "3", "--duration", "300ms"});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(findings(result_of(run)), HasSubstr("some booking could be made"));
}

TEST_F(StressTest, SaysWhatIsWrongBeforeItBegins) {
  CommandResult run = stress(server(), {"--flight", fresh_uuid()});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.err, HasSubstr("there is no flight"));
  run = stress(server(), {"--route", "QQQ-QQX", "--date", "2030-01-01"});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.err, HasSubstr("search finds no flight"));
  run = stress(server(), {"--create-flights", "1", "--seats-per-flight", "100000"});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.err, HasSubstr("total_seats"));
  run = run_command(
      {"stress", "--url", "http://127.0.0.1:" + std::to_string(free_port()), "--create-flights", "1"});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.err, HasSubstr("cannot reach http://127.0.0.1:"));
  EXPECT_THAT(run.err, HasSubstr("refused"));
  EXPECT_EQ(run.out, "");
}

TEST_F(StressTest, WrongUsageIsOneLineAndTwo) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{}, "--create-flights"},
      {{"--flight", "FD101"}, "--flight"},
      {{"--route", "JFK"}, "--route"},
      {{"--route", "JFK-LHR"}, "--date"},
      {{"--date", "2030-01-01", "--create-flights", "1"}, "--route"},
      {{"--create-flights", "1", "--users", "5", "--rate", "5"}, "--rate"},
      {{"--create-flights", "1", "--users", "0"}, "--users"},
      {{"--create-flights", "1", "--rate", "0"}, "--rate"},
      {{"--create-flights", "1", "--seats", "0"}, "--seats"},
      {{"--create-flights", "1", "--seats", "3-2"}, "--seats"},
      {{"--create-flights", "1", "--seats", "1-10"}, "--seats"},
      {{"--create-flights", "1", "--duration", "0s"}, "--duration"},
      {{"--create-flights", "1", "--duration", "3h"}, "--duration"},
      {{"--create-flights", "1", "--cancel-share", "2"}, "--cancel-share"},
      {{"--create-flights", "1", "--wait", "31"}, "--wait"},
      {{"--create-flights", "1", "--url", "ftp://x"}, "--url"},
      {{"--create-flights", "1", "extra"}, "argument 4"},
      {{"--create-flights", "1", "--fast"}, "--fast"}};
  for (const auto& [flags, named] : cases) {
    const CommandResult run = run_command(joined({"stress"}, flags));
    EXPECT_EQ(run.exit_code, 2) << testing::PrintToString(flags) << run.err;
    EXPECT_THAT(run.err, HasSubstr(named));
    EXPECT_EQ(std::count(run.err.begin(), run.err.end(), '\n'), 1) << run.err;
  }
  const CommandResult help = run_command({"stress", "--help"});
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_THAT(help.out, HasSubstr("--cancel-share"));
}

TEST_F(StressTest, AnInterruptEndsTheLoadAndStillAudits) {
  StressProcess run(server(), {"--create-flights", "1", "--users", "5", "--duration", "10m"});
  ASSERT_TRUE(run.says("/s confirmed"));
  run.interrupt();
  const CommandResult ended = run.finish();
  expect_passed(ended);
  EXPECT_LT(result_of(ended).at("seconds").to_number<double>(), 300);
}

// Payments that are held keep bookings pending, so that the audit waits.
class StressAuditTest : public testing::Test {
 protected:
  void SetUp() override {
    payments.hold_answers();
    server.start();
    // Fewer bookings than seats, so that there is a seat to take away.
    run.emplace(server, std::vector<std::string>{"--create-flights", "1", "--seats-per-flight", "1000",
                                                 "--rate", "100", "--wait", "0", "--duration", "500ms"});
    ASSERT_TRUE(run->says("auditing"));
    probe = server.probe();
    victim = probe->column("SELECT id FROM bookings").at(0);
  }
  void TearDown() override {
    run.reset();
    server.stop_cleanly();
  }
  json::value finish_failed() {
    payments.release_answers();
    const CommandResult ended = run->finish();
    EXPECT_EQ(ended.exit_code, 1) << ended.out << ended.err;
    json::value result = result_of(ended);
    EXPECT_FALSE(result.at("audit").at("passed").as_bool());
    return result;
  }

  ScriptedPaymentService payments;
  ServerProcess server{{"--payment-url", payments.url(), "--payment-timeout-s", "60"}};
  std::unique_ptr<Probe> probe;
  std::optional<StressProcess> run;
  std::string victim;
};

TEST_F(StressAuditTest, PassesOnceEverythingIsSettled) {
  payments.release_answers();
  expect_passed(run->finish());
}

TEST_F(StressAuditTest, FindsABookingThatIsGone) {
  change_database(server, "DELETE FROM booking_intents WHERE booking_id = " + probe->id_literal(victim));
  change_database(server, "DELETE FROM bookings WHERE id = " + probe->id_literal(victim));
  const json::value result = finish_failed();
  EXPECT_EQ(audit_number(result, "missing"), 1);
  EXPECT_EQ(audit_number(result, "lost_seats"), 1);
  EXPECT_THAT(findings(result), HasSubstr(victim));
}

TEST_F(StressAuditTest, FindsASeatThatIsGone) {
  change_database(server, "UPDATE flights SET available_seats = available_seats - 1");
  const json::value result = finish_failed();
  EXPECT_EQ(audit_number(result, "missing"), 0);
  EXPECT_EQ(audit_number(result, "lost_seats"), 1);
}

TEST_F(StressAuditTest, FindsASeatThatIsForSaleTwice) {
  change_database(server, "UPDATE flights SET available_seats = available_seats + 1");
  EXPECT_EQ(audit_number(finish_failed(), "oversold_seats"), 1);
}

TEST_F(StressAuditTest, ASecondInterruptEndsAtOnce) {
  run->interrupt();
  const CommandResult ended = run->finish();
  EXPECT_EQ(ended.exit_code, 128 + SIGINT);
  EXPECT_EQ(ended.out, "");
  payments.release_answers();
}

TEST(StressCrashTest, AKillInTheMiddleCostsErrorsAndNothingElse) {
  for (const bool keyed : {false, true}) {
    SCOPED_TRACE(keyed);
    ServerProcess server(
        {"--mock-min-delay-ms", "0", "--mock-max-delay-ms", "50", "--payment-timeout-s", "1"});
    server.start();
    const std::uint16_t port = server.port();
    std::vector<std::string> flags{"--create-flights", "3",  "--seats-per-flight", "1000", "--users", "30",
                                   "--duration",       "6s", "--cancel-share",     "0.2"};
    if (keyed) flags.push_back("--keyed");
    StressProcess run(server, flags);
    ASSERT_TRUE(run.says("/s confirmed"));
    server.kill9();
    server.start(port);
    const CommandResult ended = run.finish();
    expect_passed(ended);
    const json::value result = result_of(ended);
    EXPECT_GT(number(result, "errors"), 0);
    if (keyed) {
      EXPECT_GT(number(result, "sent_again"), 0);
      EXPECT_EQ(audit_number(result, "unexpected"), 0) << "its answer was fetched again";
    }
    server.stop_cleanly();
  }
}

TEST(StressCrashTest, ADeploymentThatStaysAwayHasNotPassed) {
  ServerProcess server(instant_payment("1"));
  server.start();
  StressProcess run(server, {"--create-flights", "1", "--users", "5", "--duration", "2s", "--settle", "1s"});
  ASSERT_TRUE(run.says("/s confirmed"));
  server.kill9();
  const CommandResult ended = run.finish();
  EXPECT_EQ(ended.exit_code, 1);
  const json::value result = result_of(ended);
  EXPECT_THAT(findings(result), HasSubstr("the deployment can be read"));
  EXPECT_GT(number(result, "errors"), 0);
}

}  // namespace
}  // namespace flightdeck::test
