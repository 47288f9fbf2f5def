#include "audit/audit_report.h"

#include <numeric>
#include <utility>

#include "core/json_writer.h"
#include "core/limits.h"

namespace flightdeck::audit {

namespace {

// In the order of FindingKind.
constexpr std::array<std::string_view, finding_kinds> names = {"oversold",
                                                               "seats_surplus",
                                                               "seats_lost",
                                                               "available_negative",
                                                               "unknown_flight",
                                                               "pending_without_intent",
                                                               "refund_without_intent",
                                                               "confirmed_unpaid",
                                                               "booking_fields",
                                                               "amount_wrong",
                                                               "amount_paid_differs",
                                                               "confirmed_refunded",
                                                               "intent_without_booking",
                                                               "intent_needless",
                                                               "intent_too_late",
                                                               "outbox_stuck",
                                                               "gate_counter",
                                                               "gate_differs",
                                                               "gate_off_sale",
                                                               "stale_hold",
                                                               "index_missing",
                                                               "index_unreadable",
                                                               "index_differs",
                                                               "index_seats",
                                                               "index_places",
                                                               "index_off_sale"};

template <class IdType>
void member_or_null(JsonWriter& json, JsonName name, const std::optional<IdType>& id) {
  json.key(name);
  if (id) {
    json.value(*id);
  } else {
    json.null();
  }
}

std::string part_line(std::string_view name, AuditedPart part) {
  std::string line = std::string(name) + ": ";
  switch (part) {
    case AuditedPart::checked: return line + "checked\n";
    case AuditedPart::incomplete:
      return line + "not checked: it is being filled, and searches do without it\n";
    case AuditedPart::away: return line + "not checked: Redis does not answer\n";
    case AuditedPart::elsewhere: break;
  }
  return line + "not checked: it is in the memory of the process that serves (ask its /admin/audit)\n";
}

}  // namespace

std::string_view to_string(FindingKind kind) { return names.at(static_cast<std::size_t>(kind)); }

std::string_view to_string(AuditedPart part) {
  switch (part) {
    case AuditedPart::checked: return "checked";
    case AuditedPart::incomplete: return "incomplete";
    case AuditedPart::away: return "away";
    case AuditedPart::elsewhere: break;
  }
  return "elsewhere";
}

void AuditReport::add(Finding finding) {
  ++counts.at(static_cast<std::size_t>(finding.kind));
  (finding.kind == FindingKind::oversold ? oversold_seats : drift_seats) += finding.seats;
  if (findings.size() < limits::audit_findings_listed) findings.push_back(std::move(finding));
}

std::int64_t AuditReport::findings_total() const {
  return std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
}

void append_audit_json(std::string& out, const AuditReport& report) {
  JsonWriter json(out);
  json.begin_object().member("ok", report.ok());
  json.member("flights_checked", report.flights_checked).member("bookings_checked", report.bookings_checked);
  json.member("gate", to_string(report.gate)).member("index", to_string(report.index));
  json.member("findings_total", report.findings_total());
  json.member("oversold_seats", report.oversold_seats).member("drift_seats", report.drift_seats);
  json.key("counts").begin_object();
  for (std::size_t kind = 0; kind < finding_kinds; ++kind) {
    if (report.counts[kind] > 0) json.member(names[kind], report.counts[kind]);
  }
  json.end_object().key("findings").begin_array();
  for (const Finding& finding : report.findings) {
    json.begin_object().member("kind", to_string(finding.kind));
    member_or_null(json, "flight_id", finding.flight);
    member_or_null(json, "booking_id", finding.booking);
    json.member("seats", finding.seats).member("detail", std::string_view(finding.detail)).end_object();
  }
  json.end_array().member("started_at", report.started_at);
  json.member("duration_ms", std::int64_t{report.duration.count()}).end_object();
}

std::string audit_summary(const AuditReport& report) {
  std::string text = std::to_string(report.flights_checked) + " flights and " +
                     std::to_string(report.bookings_checked) + " bookings checked in " +
                     std::to_string(report.duration.count()) + " ms\n";
  text += part_line("seat gate", report.gate);
  text += part_line("flight index", report.index);
  for (const Finding& finding : report.findings) {
    text.append("  ").append(to_string(finding.kind));
    if (finding.flight) text += " flight " + finding.flight->str();
    if (finding.booking) text += " booking " + finding.booking->str();
    text += ": " + finding.detail + "\n";
  }
  const std::int64_t total = report.findings_total();
  const auto unlisted = total - static_cast<std::int64_t>(report.findings.size());
  if (unlisted > 0) text += "  and " + std::to_string(unlisted) + " more\n";
  const bool all = report.gate == AuditedPart::checked && report.index == AuditedPart::checked;
  if (total == 0) return text + (all ? "nothing is wrong\n" : "nothing is wrong in what was checked\n");
  return text + std::to_string(total) + (total == 1 ? " finding, " : " findings, ") +
         std::to_string(report.oversold_seats) + " seats oversold, " + std::to_string(report.drift_seats) +
         " seats adrift\n";
}

}  // namespace flightdeck::audit
