#include "stress/report.h"

#include <cstdarg>
#include <cstdio>

#include "core/json_writer.h"

namespace flightdeck::stress {

namespace {

// As printf does; cut off at a length that no line here has.
[[gnu::format(printf, 1, 2)]] std::string formatted(const char* form, ...) {
  char text[512];
  va_list values;
  va_start(values, form);
  std::vsnprintf(text, sizeof text, form, values);
  va_end(values);
  return text;
}

using Number = unsigned long long;

double ms(Nanoseconds time) { return std::chrono::duration<double, std::milli>(time).count(); }
double rate(std::uint64_t count, double seconds) {
  return seconds > 0 ? static_cast<double>(count) / seconds : 0;
}

std::string count_line(const char* name, std::uint64_t count, double seconds) {
  return formatted("%-24s %12llu %12.1f/s\n", name, static_cast<Number>(count), rate(count, seconds));
}

std::string latency_line(const char* name, const LatencyHistogram& histogram) {
  if (histogram.count() == 0) return {};
  return formatted("%-24s %10.2f %10.2f %10.2f %10.2f %10.2f\n", name, ms(histogram.quantile(0.5)),
                   ms(histogram.quantile(0.9)), ms(histogram.quantile(0.99)), ms(histogram.quantile(0.999)),
                   ms(histogram.max()));
}

void write_number(JsonWriter& json, std::string_view name, std::uint64_t number) {
  json.member(name, static_cast<std::int64_t>(number));
}

void write_latency(JsonWriter& json, std::string_view name, const LatencyHistogram& histogram) {
  json.key(name).begin_object();
  json.member("p50", ms(histogram.quantile(0.5))).member("p90", ms(histogram.quantile(0.9)));
  json.member("p99", ms(histogram.quantile(0.99))).member("p999", ms(histogram.quantile(0.999)));
  json.member("max", ms(histogram.max())).member("mean", ms(histogram.mean()));
  json.end_object();
}

std::string finding_of(const Check& check) { return check.what + ": " + check.figures; }

}  // namespace

std::string progress_line(const Progress& progress) {
  const Counts& counts = progress.counts;
  std::string line = formatted(
      "%6.1fs %8.0f/s confirmed, %llu failed, %llu sold out, %llu overloaded, %llu errors, p50 %.1f ms, "
      "p99 %.1f ms",
      progress.elapsed_s, rate(counts.confirmed, progress.seconds), static_cast<Number>(counts.failed),
      static_cast<Number>(counts.sold_out), static_cast<Number>(counts.overloaded),
      Number{counts.errors + counts.timeouts}, ms(progress.accepted.quantile(0.5)),
      ms(progress.accepted.quantile(0.99)));
  if (counts.pending > 0) line += formatted(", %llu pending", static_cast<Number>(counts.pending));
  if (progress.behind.count() > 0) line += formatted(", behind by %.0f ms", ms(progress.behind));
  if (progress.warming_up) line += ", warming up";
  return line;
}

std::string summary_text(const Plan& plan, const Outcomes& outcomes) {
  const Counts& counts = outcomes.counts;
  const double seconds = outcomes.seconds;
  std::string text = plan.rate ? formatted("open loop, %.0f bookings/s offered", *plan.rate)
                               : formatted("closed loop, %u users", plan.users);
  text += formatted(", %.1f s measured\n\n", seconds);
  text += count_line("requests", counts.requests, seconds);
  text += count_line("confirmed", counts.confirmed, seconds);
  text += formatted("%-24s %12s %12.1f/s\n", "  answered in that time", "",
                    rate(outcomes.confirmed_in_time, seconds));
  text += count_line("failed", counts.failed, seconds);
  text += count_line("pending at the end", counts.pending, seconds);
  text += count_line("sold out", counts.sold_out, seconds);
  text += count_line("overloaded (503)", counts.overloaded, seconds);
  if (counts.overloaded_without_retry_after > 0) {
    text += count_line("  without Retry-After", counts.overloaded_without_retry_after, seconds);
  }
  text += count_line("timeouts", counts.timeouts, seconds);
  text += count_line("other errors", counts.errors, seconds);
  if (plan.cancel_share > 0) text += count_line("cancelled by the run", counts.cancelled, seconds);
  if (plan.keyed) text += count_line("sent again by key", counts.sent_again, seconds);
  if (outcomes.not_sent > 0) text += count_line("never sent", outcomes.not_sent, seconds);
  if (plan.rate) {
    text += formatted(
        "behind: an arrival waited up to %.1f ms until it could be sent; it counts in its latency\n",
        ms(outcomes.behind_longest));
  }
  text +=
      formatted("\n%-24s %10s %10s %10s %10s %10s\n", "latency in ms", "p50", "p90", "p99", "p99.9", "max");
  text += latency_line("accepted", outcomes.latencies.accepted);
  text += latency_line("sold out", outcomes.latencies.sold_out);
  text += latency_line("overloaded", outcomes.latencies.overloaded);
  for (const ErrorSamples::Kind& kind : outcomes.errors.kinds()) {
    text += "\nerror, " + std::to_string(kind.count) + " times: " + kind.what;
    if (!kind.sample.empty()) text += "; the first: " + kind.sample;
  }
  if (!outcomes.errors.kinds().empty()) text += "\n";
  return text;
}

std::string audit_text(const AuditResult& audit) {
  std::string text;
  std::size_t failed = 0;
  for (const Check& check : audit.checks) {
    if (!check.passed) ++failed;
    text += (check.passed ? "  ok      " : "  FAILED  ") + check.what + " (" + check.figures + ")\n";
  }
  for (const std::string& note : audit.notes) text += "  note    " + note + "\n";
  if (audit.passed()) return text + "audit: passed\n";
  text += "audit: FAILED (" + std::to_string(failed) + (failed == 1 ? " check: " : " checks: ");
  text += std::to_string(audit.missing) + " bookings missing, " + std::to_string(audit.oversold_seats) +
          " seats oversold, " + std::to_string(audit.lost_seats) + " seats lost)\n";
  return text;
}

std::string result_json(const Plan& plan, const Outcomes& outcomes, const AuditResult& audit) {
  const Counts& counts = outcomes.counts;
  std::string text;
  JsonWriter json(text);
  json.begin_object().member("mode", plan.rate ? "open" : "closed").key("offered_per_s");
  plan.rate ? json.value(*plan.rate) : json.null();
  json.key("users");
  plan.rate ? json.null() : json.value(static_cast<std::int64_t>(plan.users));
  json.member("seconds", outcomes.seconds);
  write_number(json, "requests", counts.requests);
  write_number(json, "confirmed", counts.confirmed);
  write_number(json, "failed", counts.failed);
  write_number(json, "pending", counts.pending);
  write_number(json, "sold_out", counts.sold_out);
  write_number(json, "overloaded", counts.overloaded);
  write_number(json, "overloaded_without_retry_after", counts.overloaded_without_retry_after);
  write_number(json, "timeouts", counts.timeouts);
  write_number(json, "errors", counts.errors);
  write_number(json, "cancelled", counts.cancelled);
  write_number(json, "sent_again", counts.sent_again);
  write_number(json, "not_sent", outcomes.not_sent);
  json.member("behind_ms_max", ms(outcomes.behind_longest));
  json.member("confirmed_per_s", rate(outcomes.confirmed_in_time, outcomes.seconds));
  json.member("answered_per_s", rate(outcomes.answered_in_time, outcomes.seconds));
  json.key("latency_ms").begin_object();
  write_latency(json, "accepted", outcomes.latencies.accepted);
  write_latency(json, "sold_out", outcomes.latencies.sold_out);
  write_latency(json, "overloaded", outcomes.latencies.overloaded);
  json.end_object().key("audit").begin_object().member("passed", audit.passed());
  write_number(json, "told", audit.told);
  write_number(json, "missing", audit.missing);
  write_number(json, "unexpected", audit.unexpected);
  json.member("oversold_seats", audit.oversold_seats).member("lost_seats", audit.lost_seats);
  json.key("findings").begin_array();
  for (const Check& check : audit.checks) {
    if (!check.passed) json.value(std::string_view(finding_of(check)));
  }
  json.end_array().end_object().end_object();
  return text.append("\n");
}

}  // namespace flightdeck::stress
