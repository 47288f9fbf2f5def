#include "app/request_metrics.h"

namespace flightdeck::app {

void RequestMetrics::finished(const http::FinishedRequest& request) noexcept {
  metrics_.observe(request.method, request.route, request.status, request.seconds);
}

Task<std::string> LedgerMetricsText::render() {
  if (ledger_) {
    try {
      std::function<std::int64_t(booking::LedgerReader&)> query = [](booking::LedgerReader& reader) {
        return reader.pending_bookings();
      };
      metrics_.set_bookings_pending(
          co_await booking::read<std::int64_t>(*ledger_, booking::ReadKind::background, std::move(query)));
    } catch (const UnavailableError&) {
      // The gauge stays at its last value; the other metrics matter most just now.
    }
  }
  co_return metrics_.render(audits_.last());
}

}  // namespace flightdeck::app
