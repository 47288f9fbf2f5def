#include "audit/auditor.h"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "audit/derived_audit.h"
#include "audit/ledger_audit.h"
#include "core/cut.h"
#include "core/limits.h"
#include "core/ticker.h"

namespace flightdeck::audit {

namespace {

using booking::GateState;
using flights::Flight;
using flights::IndexStates;
using ledger::LedgerReader;
using ledger::LedgerSnapshot;

// The desk is left whatever happens.
class AtDesk {
 public:
  explicit AtDesk(AuditDesk& desk) : desk_(desk) {}
  ~AtDesk() { desk_.leave(); }
  AtDesk(const AtDesk&) = delete;
  AtDesk& operator=(const AtDesk&) = delete;

 private:
  AuditDesk& desk_;
};

void check_going_on(const AuditDesk& desk) {
  if (desk.stopping()) throw UnavailableError("The server is stopping.");
}

const BookingId& id_of(const ledger::BookingRow& row) { return row.booking.id; }
const BookingId& id_of(const ledger::IntentRow& row) { return row.id; }
const FlightId& id_of(const Flight& row) { return row.id; }

// Shows every row that `next_page` gives to the audit.
template <class IdType, class NextPage>
void inspect_all(LedgerAudit& audit, const AuditDesk& desk, NextPage next_page) {
  IdType after;
  for (;;) {
    check_going_on(desk);
    const auto page = next_page(after);
    for (const auto& row : page) audit.inspect(row);
    if (page.size() < limits::audit_page) return;
    after = id_of(page.back());
  }
}

std::vector<FlightId> audit_ledger(LedgerSnapshot& ledger, AuditReport& report, const AuditDesk& desk,
                                   const Clock& clock, bool events_are_published) {
  const Instant now = clock.now();
  LedgerAudit audit(report, now);
  constexpr std::size_t size = limits::audit_page;
  inspect_all<FlightId>(audit, desk, [&](FlightId after) { return ledger.flights(after, size); });
  inspect_all<BookingId>(audit, desk, [&](BookingId after) { return ledger.bookings(after, size); });
  inspect_all<BookingId>(audit, desk, [&](BookingId after) { return ledger.intents(after, size); });
  if (events_are_published) audit.inspect(ledger.outbox(now - limits::audit_outbox_patience));
  return audit.finish();
}

}  // namespace

void Auditor::check_going_on() const { audit::check_going_on(dependencies_.desk); }

Task<Result<AuditReport>> Auditor::run() {
  if (!dependencies_.desk.enter()) {
    co_return Error{ErrorCode::overloaded, "An audit is under way; try again when it has ended."};
  }
  const AtDesk at_desk(dependencies_.desk);
  AuditReport report = co_await audit();
  co_return report;
}

Task<AuditReport> Auditor::audit() {
  AuditReport report;
  report.started_at = dependencies_.clock.now();
  std::vector<FlightId> flights;
  AuditReport* const to = &report;
  std::vector<FlightId>* const found = &flights;
  const Dependencies dependencies = dependencies_;
  std::function<void(LedgerSnapshot&)> query = [to, found, dependencies](LedgerSnapshot& ledger) {
    *found =
        audit_ledger(ledger, *to, dependencies.desk, dependencies.clock, dependencies.events_are_published);
  };
  co_await dependencies_.snapshots.run(dependencies_.home, std::move(query));
  co_await audit_derived(report, std::move(flights));
  const Instant finished_at = dependencies_.clock.now();
  report.duration = finished_at - report.started_at;
  dependencies_.desk.note(report, finished_at);
  co_return report;
}

Task<Auditor::Rows> Auditor::rows_of(std::vector<FlightId> flights) {
  std::function<Rows(LedgerReader&)> query = [flights = std::move(flights)](LedgerReader& reader) {
    Rows rows;
    for (Flight& row : reader.flights(flights)) {
      const FlightId id = row.id;
      rows.emplace(id, std::move(row));
    }
    return rows;
  };
  return ledger::read<Rows>(dependencies_.ledger, ledger::ReadKind::background, std::move(query));
}

Task<void> Auditor::pause() {
  Ticker ticker(dependencies_.timers, limits::audit_round_pause);
  co_await ticker.next();
}

Task<void> Auditor::audit_derived(AuditReport& report, std::vector<FlightId> flights) {
  report.gate = dependencies_.gate ? AuditedPart::checked : AuditedPart::elsewhere;
  report.index = dependencies_.index ? AuditedPart::checked : AuditedPart::elsewhere;
  if (!dependencies_.gate && !dependencies_.index) co_return;
  Seen seen;
  for (std::vector<FlightId>& some : cut(std::move(flights), limits::audit_flights_inspected)) {
    const Rows rows = co_await rows_of(std::move(some));
    std::vector<Flight> before;
    for (const auto& [id, row] : rows) before.push_back(row);
    co_await inspect(report, std::move(before), seen);
  }
  for (int states = 0; states < limits::audit_rounds && !seen.suspects.empty(); ++states) {
    co_await pause();
    Seen again;
    std::vector<Flight> before;
    for (const auto& [id, row] : seen.after) {
      before.push_back(row);
      if (before.size() < limits::audit_flights_inspected && id != seen.after.rbegin()->first) continue;
      co_await inspect(report, std::exchange(before, {}), again);
    }
    std::erase_if(again.suspects, [&seen](const auto& one) { return !seen.suspects.contains(one.first); });
    std::set<FlightId> suspected;
    for (const auto& [key, finding] : again.suspects) suspected.insert(std::get<FlightId>(key));
    std::erase_if(again.after, [&suspected](const auto& row) { return !suspected.contains(row.first); });
    seen = std::move(again);
  }
  for (auto& [key, finding] : seen.suspects) report.add(std::move(finding));
}

Task<void> Auditor::inspect(AuditReport& report, std::vector<Flight> before, Seen& seen) {
  check_going_on();
  const Instant now = dependencies_.clock.now();
  std::vector<FlightId> ids;
  for (const Flight& flight : before) ids.push_back(flight.id);
  std::optional<std::vector<GateState>> gate;
  if (dependencies_.gate) {
    gate = co_await dependencies_.gate->inspect(ids);
    if (!gate) report.gate = AuditedPart::away;
  }
  std::optional<IndexStates> index;
  if (dependencies_.index) {
    index = co_await dependencies_.index->inspect(before, now);
    if (!index) {
      report.index = AuditedPart::away;
    } else if (!index->complete) {
      report.index = AuditedPart::incomplete;
      index.reset();
    }
  }
  if (!gate && !index) co_return;
  Rows after = co_await rows_of(ids);
  for (std::size_t i = 0; i < before.size(); ++i) {
    const auto row = after.find(ids[i]);
    if (row == after.end()) continue;
    FlightStates states{std::move(before[i]), std::nullopt, std::nullopt, row->second};
    if (gate) states.gate = std::move((*gate)[i]);
    if (index) states.index = std::move(index->flights[i]);
    std::vector<Finding> found = differences(states, now);
    if (found.empty()) continue;
    seen.after.insert_or_assign(ids[i], std::move(row->second));
    for (Finding& finding : found) {
      Key key{ids[i], finding.kind, finding.booking};
      seen.suspects.insert_or_assign(std::move(key), std::move(finding));
    }
  }
}

}  // namespace flightdeck::audit
