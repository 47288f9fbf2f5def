#include "audit/audit_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "core/limits.h"

namespace flightdeck::audit {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

TEST(AuditReportTest, EveryKindHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (std::size_t kind = 0; kind < finding_kinds; ++kind) {
    const std::string_view name = to_string(static_cast<FindingKind>(kind));
    EXPECT_FALSE(name.empty());
    names.insert(name);
  }
  EXPECT_EQ(names.size(), finding_kinds);
  EXPECT_EQ(to_string(FindingKind::oversold), "oversold");
  EXPECT_EQ(to_string(FindingKind::outbox_stuck), "outbox_stuck");
  EXPECT_EQ(to_string(FindingKind::stale_hold), "stale_hold");
  EXPECT_EQ(to_string(FindingKind::index_off_sale), "index_off_sale");
}

TEST(AuditReportTest, ItIsToldAsJson) {
  AuditReport report;
  report.flights_checked = 2;
  report.bookings_checked = 3;
  report.index = AuditedPart::incomplete;
  report.duration = Milliseconds{12};
  report.add({FindingKind::oversold, FlightId{}, std::nullopt, "a \"b\"", 4});
  report.add({FindingKind::outbox_stuck, std::nullopt, std::nullopt, "late"});
  std::string json;
  append_audit_json(json, report);
  EXPECT_EQ(
      json,
      R"({"ok":false,"flights_checked":2,"bookings_checked":3,"gate":"checked","index":"incomplete",)"
      R"("findings_total":2,"oversold_seats":4,"drift_seats":0,"counts":{"oversold":1,"outbox_stuck":1},)"
      R"("findings":[{"kind":"oversold","flight_id":"00000000-0000-0000-0000-000000000000",)"
      R"("booking_id":null,"seats":4,"detail":"a \"b\""},)"
      R"({"kind":"outbox_stuck","flight_id":null,"booking_id":null,"seats":0,"detail":"late"}],)"
      R"("started_at":"1970-01-01T00:00:00Z","duration_ms":12})");
}

TEST(AuditReportTest, AllIsCountedAndNotAllIsListed) {
  AuditReport report;
  const std::size_t count = limits::audit_findings_listed + 3;
  for (std::size_t i = 0; i < count; ++i)
    report.add({FindingKind::seats_lost, FlightId{}, std::nullopt, "", 2});
  EXPECT_EQ(report.findings.size(), limits::audit_findings_listed);
  EXPECT_EQ(report.findings_total(), static_cast<std::int64_t>(count));
  EXPECT_EQ(report.drift_seats, static_cast<std::int64_t>(2 * count));
  EXPECT_THAT(audit_summary(report), HasSubstr("  and 3 more\n"));
}

TEST(AuditReportTest, PeopleAreToldWhetherAllIsWell) {
  AuditReport report;
  EXPECT_THAT(audit_summary(report), EndsWith("nothing is wrong\n"));
  report.gate = AuditedPart::away;
  EXPECT_THAT(audit_summary(report), HasSubstr("seat gate: not checked"));
  EXPECT_THAT(audit_summary(report), EndsWith("nothing is wrong in what was checked\n"));
  report.add({FindingKind::stale_hold, FlightId{}, BookingId{}, "held", 2});
  EXPECT_THAT(audit_summary(report), EndsWith("1 finding, 0 seats oversold, 2 seats adrift\n"));
}

}  // namespace
}  // namespace flightdeck::audit
