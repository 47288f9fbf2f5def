#include "stress/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/limits.h"

namespace flightdeck::stress {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;

AuditResult audit(bool passed) {
  AuditResult result;
  result.told = 3;
  result.missing = passed ? 0 : 1;
  result.checks = {{"one", "3 told", true}, {"two \"quoted\"", "1 wrong", passed}};
  return result;
}

Outcomes outcomes() {
  Outcomes all;
  all.seconds = 2;
  all.counts.requests = 10;
  all.counts.confirmed = 6;
  all.counts.sold_out = 4;
  all.confirmed_in_time = 5;
  all.latencies.accepted.record(milliseconds(8));
  return all;
}

TEST(Report, JsonHasEveryFigure) {
  Plan plan;
  plan.users = 7;
  EXPECT_EQ(
      result_json(plan, outcomes(), audit(false)),
      R"({"mode":"closed","offered_per_s":null,"users":7,"seconds":2,"requests":10,"confirmed":6,"failed":0,)"
      R"("pending":0,"sold_out":4,"overloaded":0,"overloaded_without_retry_after":0,"timeouts":0,"errors":0,)"
      R"("cancelled":0,"sent_again":0,"not_sent":0,"behind_ms_max":0,)"
      R"("confirmed_per_s":2.5,"answered_per_s":0,)"
      R"("latency_ms":{"accepted":{"p50":8,"p90":8,"p99":8,"p999":8,"max":8,"mean":8},)"
      R"("sold_out":{"p50":0,"p90":0,"p99":0,"p999":0,"max":0,"mean":0},)"
      R"("overloaded":{"p50":0,"p90":0,"p99":0,"p999":0,"max":0,"mean":0}},)"
      R"("audit":{"passed":false,"told":3,"missing":1,"unexpected":0,"oversold_seats":0,"lost_seats":0,)"
      R"("findings":["two \"quoted\": 1 wrong"]}})"
      "\n");
  plan.rate = 250;
  const std::string open = result_json(plan, outcomes(), audit(true));
  EXPECT_THAT(open, HasSubstr(R"({"mode":"open","offered_per_s":250,"users":null,)"));
  EXPECT_THAT(open, HasSubstr(R"("audit":{"passed":true,)"));
}

TEST(Report, TheAuditsLastLineIsItsVerdict) {
  EXPECT_THAT(audit_text(audit(true)), HasSubstr("\naudit: passed\n"));
  EXPECT_THAT(audit_text(audit(false)), HasSubstr("\naudit: FAILED (1 check: 1 bookings missing"));
  EXPECT_THAT(audit_text(audit(false)), HasSubstr("  FAILED  two \"quoted\" (1 wrong)\n"));
}

TEST(Report, TheTableNamesWhatHappened) {
  Plan plan;
  plan.users = 7;
  Outcomes all = outcomes();
  all.errors.add("500 INTERNAL", "the body");
  const std::string text = summary_text(plan, all);
  EXPECT_THAT(text, HasSubstr("closed loop, 7 users, 2.0 s measured"));
  EXPECT_THAT(text, HasSubstr("5.0/s"));
  EXPECT_THAT(text, HasSubstr("error, 1 times: 500 INTERNAL; the first: the body"));
  EXPECT_THAT(text, Not(HasSubstr("behind")));
  plan.rate = 10;
  EXPECT_THAT(summary_text(plan, all), HasSubstr("behind: an arrival waited up to 0.0 ms"));
}

TEST(Report, ProgressIsOneLine) {
  Progress progress;
  progress.seconds = 2;
  progress.counts.confirmed = 10;
  progress.behind = milliseconds(30);
  const std::string line = progress_line(progress);
  EXPECT_THAT(line, HasSubstr("5/s confirmed"));
  EXPECT_THAT(line, HasSubstr("behind by 30 ms"));
  EXPECT_THAT(line, Not(HasSubstr("\n")));
}

TEST(ErrorSamples, KeepTheFirstOfEachKindAndBoundTheirNumber) {
  ErrorSamples errors;
  for (std::size_t i = 0; i < 3 * limits::stress_error_kinds; ++i)
    errors.add("kind " + std::to_string(i), "sample");
  errors.add("kind 0", "another");
  ASSERT_EQ(errors.kinds().size(), limits::stress_error_kinds + 1);
  EXPECT_EQ(errors.kinds()[0].count, 2U);
  EXPECT_EQ(errors.kinds()[0].sample, "sample");
  EXPECT_EQ(errors.kinds().back().what, "others");
  EXPECT_EQ(errors.kinds().back().count, 2 * limits::stress_error_kinds);
  errors.add("others", std::string(10'000, 'x'));
}

}  // namespace
}  // namespace flightdeck::stress
