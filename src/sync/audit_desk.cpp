#include "sync/audit_desk.h"

namespace flightdeck::sync {

void AuditDesk::note(const AuditReport& report, Instant finished_at) {
  const std::lock_guard lock(mutex_);
  last_ = Result{report.findings_total(), report.drift_seats, report.oversold_seats, finished_at,
                 report.duration};
}

std::optional<AuditDesk::Result> AuditDesk::last() const {
  const std::lock_guard lock(mutex_);
  return last_;
}

}  // namespace flightdeck::sync
