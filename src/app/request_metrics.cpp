#include "app/request_metrics.h"

namespace flightdeck::app {

void RequestMetrics::finished(const http::FinishedRequest& request) noexcept {
  metrics_.observe(request.method, request.route, request.status, request.seconds);
}

Task<std::string> LedgerMetricsText::render() {
  if (ledger_) {
    try {
      std::function<std::int64_t(ledger::LedgerReader&)> query = [](ledger::LedgerReader& reader) {
        return reader.pending_bookings();
      };
      metrics_.set_bookings_pending(
          co_await ledger::read<std::int64_t>(*ledger_, ledger::ReadKind::background, std::move(query)));
    } catch (const UnavailableError&) {
      // The gauge stays at its last value; the other metrics matter most just now.
    }
  }
  co_return metrics_.render(audits_.last());
}

}  // namespace flightdeck::app
