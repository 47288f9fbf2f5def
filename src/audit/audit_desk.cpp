#include "audit/audit_desk.h"

namespace flightdeck::audit {

void AuditDesk::note(const AuditReport& report, Instant finished_at) {
  const std::lock_guard lock(mutex_);
  last_ = AuditAnswer{report.findings_total(), report.drift_seats, report.oversold_seats, finished_at,
                      report.duration};
}

std::optional<AuditDesk::AuditAnswer> AuditDesk::last() const {
  const std::lock_guard lock(mutex_);
  return last_;
}

}  // namespace flightdeck::audit
