// What the program tells Prometheus about itself, under the names of the HTTP contract.
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
  // (`/booking/{booking_id}`), never the path a client sent. Cheap: a look-up and one increment. Beyond
  // limits::metric_series different label sets, which only a bug can reach, requests count as route `other`.
  void observe(std::string_view method, std::string_view route, int status, double seconds) noexcept;

  // The gauge `bookings_pending`. Whoever renders asks the ledger first; until the first call the gauge is
  // left out.
  void set_bookings_pending(std::int64_t count) { bookings_pending_ = count; }

  // Prometheus text format, `text/plain; version=0.0.4`. `audit`: what the last audit of this process has
  // found; until there was one its gauges are left out.
  std::string render(const std::optional<audit::AuditDesk::AuditAnswer>& audit = std::nullopt) const;

 private:
  struct Latencies;
  const Counters& counters_;
  std::atomic<std::int64_t> bookings_pending_{-1};
  std::unique_ptr<Latencies> latencies_;
};

}  // namespace flightdeck::telemetry
