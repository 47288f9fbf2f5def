// Connects the HTTP layer to the metrics, so that neither depends on the other.
#pragma once

#include "api/api.h"
#include "audit/audit_desk.h"
#include "http/request_observer.h"
#include "ledger/ledger.h"
#include "telemetry/metrics.h"

namespace flightdeck::app {

// Thread-safe.
class RequestMetrics final : public http::RequestObserver {
 public:
  explicit RequestMetrics(telemetry::Metrics& metrics) : metrics_(metrics) {}
  void finished(const http::FinishedRequest& request) noexcept override;

 private:
  telemetry::Metrics& metrics_;
};

// One for each I/O thread. `ledger` is null when there are no bookings to count.
class LedgerMetricsText final : public api::MetricsText {
 public:
  LedgerMetricsText(telemetry::Metrics& metrics, const audit::AuditDesk& audits, ledger::Ledger* ledger)
      : metrics_(metrics), audits_(audits), ledger_(ledger) {}
  void count_bookings_of(ledger::Ledger& ledger) { ledger_ = &ledger; }
  Task<std::string> render() override;

 private:
  telemetry::Metrics& metrics_;
  const audit::AuditDesk& audits_;
  ledger::Ledger* ledger_;
};

}  // namespace flightdeck::app
