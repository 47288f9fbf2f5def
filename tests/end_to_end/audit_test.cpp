// The audit, asked over HTTP and by hand: quiet on sound data under load, and a name for every kind of
// damage.
#include <atomic>
#include <fstream>
#include <regex>
#include <thread>

#include "end_to_end/audit_fixture.h"
#include "support/crowd.h"

namespace flightdeck::test {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

TEST_F(AuditTest, SoundDataHasNoFindingsNotEvenUnderLoad) {
  constexpr int kClients = 8;
  constexpr int kAudits = 5;
  std::vector<std::string> flights;
  for (int i = 0; i < 3; ++i) flights.push_back(api->add_flight_id(1000));
  std::atomic<bool> enough{false};
  std::jthread load([&] {
    crowd(kClients, [&](int member) {
      ApiClient client(server.port());
      for (int i = 0; !enough; ++i) {
        const json::value booking = client.book(flights[static_cast<std::size_t>(i) % flights.size()]);
        const std::string id = text(booking, "booking_id");
        if (i % 3 == 0)
          client.callback(id, "success", "pay-" + std::to_string(member) + "-" + std::to_string(i));
        if (i % 3 == 1) client.cancel(id);
        // Seats are left for everybody.
        if (i >= 120) return;
      }
    });
  });
  for (int i = 0; i < kAudits; ++i) {
    const json::value report = audit();
    EXPECT_THAT(list(report, "findings"), IsEmpty()) << json::serialize(report);
    EXPECT_TRUE(field(report, "ok").as_bool());
  }
  enough = true;
  load.join();
  const json::value report = audit();
  EXPECT_TRUE(field(report, "ok").as_bool()) << json::serialize(report);
  EXPECT_EQ(number(report, "flights_checked"), 3);
  EXPECT_EQ(number(report, "bookings_checked"), server.probe()->number("SELECT count(*) FROM bookings"));
  EXPECT_EQ(text(report, "gate"), "checked");
  EXPECT_EQ(text(report, "index"), "checked");
}

TEST_F(AuditTest, EveryDamageToTheDatabaseIsNamed) {
  const std::string flight = quoted(api->add_flight_id(10));
  const std::string flight_id = server.probe()->column("SELECT id FROM flights").front();
  const auto book = [&] { return text(api->book(flight_id, 2), "booking_id"); };
  const std::string confirmed_id = book();
  const std::string failed_id = book();
  const std::string confirmed = quoted(confirmed_id);
  const std::string failed = quoted(failed_id);
  const std::string pending = quoted(book());
  ASSERT_EQ(api->callback(confirmed_id, "success", "pay-1").status, 200);
  ASSERT_EQ(api->callback(failed_id, "failure", "pay-2").status, 200);
  const std::string nobody = quoted("01970000-0000-7000-8000-0000000000ff");
  const auto hand = make_hand(*storage);
  ASSERT_TRUE(field(audit(), "ok").as_bool());

  struct Damage {
    std::string kind, done, undone;
  };
  const auto set = [](const std::string& what, const std::string& booking) {
    return "UPDATE bookings SET " + what + " WHERE id = " + booking;
  };
  const auto intent = [&](const std::string& booking) {
    return "INSERT INTO booking_intents (id, booking_id, expires_at, created_at) VALUES (" + booking + ", " +
           booking + ", " + hand->long_past() + ", " + hand->long_past() + ")";
  };
  const auto no_intent = [](const std::string& booking) {
    return "DELETE FROM booking_intents WHERE id = " + booking;
  };
  // A failure that a callback told of is still to be asked about: here the provider has confirmed it.
  hand->execute(no_intent(failed));
  // So is a success that a callback without an amount told of.
  hand->execute(no_intent(confirmed));
  const std::vector<Damage> all = {
      {"oversold", set("seats = 20", confirmed), set("seats = 2", confirmed)},
      {"seats_lost", "UPDATE flights SET available_seats = available_seats - 1",
       "UPDATE flights SET available_seats = available_seats + 1"},
      {"seats_surplus", "UPDATE flights SET available_seats = available_seats + 1",
       "UPDATE flights SET available_seats = available_seats - 1"},
      {"unknown_flight", set("flight_id = " + nobody, failed), set("flight_id = " + flight, failed)},
      {"pending_without_intent", no_intent(pending), intent(pending)},
      {"refund_without_intent", set("payment_ref = 'pay'", failed), set("payment_ref = NULL", failed)},
      {"confirmed_unpaid", set("payment_ref = NULL", confirmed), set("payment_ref = 'pay-1'", confirmed)},
      {"booking_fields", set("failure_reason = NULL", failed),
       set("failure_reason = 'payment_declined'", failed)},
      {"amount_wrong", set("amount = amount + " + hand->cent(), confirmed),
       set("amount = amount - " + hand->cent(), confirmed)},
      {"intent_without_booking", intent(nobody), no_intent(nobody)},
      {"intent_needless", set("payment_ref = 'pay', refund_ref = 'back'", failed) + "; " + intent(failed),
       set("payment_ref = NULL, refund_ref = NULL", failed) + "; " + no_intent(failed)},
  };
  for (const Damage& damage : all) {
    hand->execute(damage.done);
    const json::value report = audit();
    EXPECT_THAT(kinds(report), Contains(damage.kind)) << json::serialize(report);
    EXPECT_FALSE(field(report, "ok").as_bool());
    if (damage.kind == "oversold") {
      EXPECT_EQ(number(report, "oversold_seats"), 12);
      EXPECT_EQ(metric(api->http(), "inventory_oversold_seats"), 12);
    }
    hand->execute(damage.undone);
  }
  const json::value mended = audit();
  EXPECT_TRUE(field(mended, "ok").as_bool()) << json::serialize(mended);
  EXPECT_EQ(metric(api->http(), "inventory_oversold_seats"), 0);
  EXPECT_EQ(metric(api->http(), "inventory_drift_seats"), 0);
}

TEST_F(AuditTest, TheCommandLineSaysTheSame) {
  api->book(api->add_flight_id(10));
  const std::vector<std::string> command = joined({"audit"}, storage->flags());
  CommandResult result = run_command(command);
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  EXPECT_THAT(result.out, HasSubstr("1 flights and 1 bookings checked"));
  EXPECT_THAT(result.out, HasSubstr("nothing is wrong"));
  make_hand(*storage)->execute("UPDATE bookings SET seats = 12");
  result = run_command(joined(command, {"--json"}));
  EXPECT_EQ(result.exit_code, 1) << result.out << result.err;
  const json::value report = json::parse(result.out);
  EXPECT_THAT(kinds(report), Contains("oversold"));
  EXPECT_EQ(text(report, "gate"), test_shape() == Shape::production ? "checked" : "elsewhere");
  EXPECT_EQ(run_command(joined(command, {"--jsno"})).exit_code, 2);
}

TEST_F(AuditTest, EveryMetricOfTheAlertsIsThere) {
  api->book(api->add_flight_id(2));
  audit();
  const std::string page = api->http().get("/metrics").body;
  std::ifstream rules(std::string(FLIGHTDECK_SOURCE_DIR) + "/deploy/prometheus/alerts.yml");
  ASSERT_TRUE(rules.good());
  const std::regex name("\\b(?:inventory|audit|bookings|overloaded|outbox|request|ledger)_[a-z_]+");
  int named = 0;
  for (std::string line; std::getline(rules, line);) {
    if (line.find("expr:") == std::string::npos) continue;
    for (std::sregex_iterator it(line.begin(), line.end(), name), end; it != end; ++it, ++named)
      EXPECT_THAT(page, HasSubstr("\n" + it->str())) << line;
  }
  EXPECT_GE(named, 4);
}

}  // namespace
}  // namespace flightdeck::test
