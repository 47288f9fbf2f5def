// Allows one audit at a time in a process, and keeps what the last one found.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>

#include "audit/audit_report.h"

namespace flightdeck::audit {

// Thread-safe.
class AuditDesk {
 public:
  // What the metrics show of an audit.
  struct AuditAnswer {
    std::int64_t findings = 0;
    std::int64_t drift_seats = 0;
    std::int64_t oversold_seats = 0;
    Instant finished_at{};
    Milliseconds duration{};
  };

  // Returns true when no audit is under way. The caller may then audit until it calls `leave`.
  bool enter() { return !busy_.exchange(true); }
  void leave() { busy_.store(false); }

  void note(const AuditReport& report, Instant finished_at);
  // The last audit that was completed. nullopt: there is none.
  std::optional<AuditAnswer> last() const;

  // Stops audits for good. One that is under way gives up at its next step.
  void stop() { stopping_.store(true); }
  bool stopping() const { return stopping_.load(); }

 private:
  std::atomic<bool> busy_{false};
  std::atomic<bool> stopping_{false};
  mutable std::mutex mutex_;
  std::optional<AuditAnswer> last_;
};

}  // namespace flightdeck::audit
