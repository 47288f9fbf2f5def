// The metrics of the program for Prometheus, under the names of the HTTP contract.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "audit/audit_desk.h"
#include "core/counters.h"

namespace flightdeck::telemetry {

// Thread-safe.
class Metrics {
 public:
  // `counters` outlives the metrics; they are read whenever the metrics are rendered.
  explicit Metrics(const Counters& counters);
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // Counts one answered request in `request_latency_seconds`. `route` is the pattern of the route table
  // (`/booking/{booking_id}`), never the path that a client sent. It is cheap: a look-up and an increment.
  // Beyond limits::metric_series label sets, which only a bug can reach, requests count as route `other`.
  void observe(std::string_view method, std::string_view route, int status, double seconds) noexcept;

  // Sets the gauge `bookings_pending`, which the caller of `render` reads from the ledger first. Until the
  // first call the gauge is left out.
  void set_bookings_pending(std::int64_t count) { bookings_pending_ = count; }

  // The metrics in Prometheus text format, `text/plain; version=0.0.4`. `audit` is the result of the last
  // audit of this process. Until there is one, its gauges are left out.
  std::string render(const std::optional<audit::AuditDesk::AuditAnswer>& audit = std::nullopt) const;

 private:
  struct Latencies;
  const Counters& counters_;
  std::atomic<std::int64_t> bookings_pending_{-1};
  std::unique_ptr<Latencies> latencies_;
};

}  // namespace flightdeck::telemetry
