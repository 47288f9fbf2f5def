// What the program tells Prometheus about itself, under the names of the HTTP contract.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "booking/counters.h"

namespace flightdeck::telemetry {

// Thread-safe.
class Metrics {
 public:
  // `counters` outlives the metrics; they are read whenever the metrics are rendered.
  explicit Metrics(const booking::Counters& counters);
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // Counts one answered request in `request_latency_seconds`. `route` is the pattern of the route table
  // (`/booking/{booking_id}`), never the path a client sent. Cheap: a look-up and one increment. Beyond
  // limits::metric_series different label sets, which only a bug can reach, requests count as route `other`.
  void observe(std::string_view method, std::string_view route, int status, double seconds) noexcept;

  // The gauge `bookings_pending`. Whoever renders asks the ledger first; until the first call the gauge is left out.
  void set_bookings_pending(std::int64_t count) { bookings_pending_ = count; }

  // What the last audit of this process has found: `inventory_drift_seats`, `inventory_oversold_seats`, `audit_findings`, and
  // when it ended and how long it took. Until the first call these gauges are left out.
  struct Audit {
    std::int64_t drift_seats = 0;
    std::int64_t oversold_seats = 0;
    std::int64_t findings = 0;
    double finished_at = 0;  // seconds since the Unix epoch
    double duration_s = 0;
  };
  void set_audit(const Audit& audit);

  // Prometheus text format, `text/plain; version=0.0.4`.
  std::string render() const;

 private:
  struct Latencies;
  const booking::Counters& counters_;
  std::atomic<std::int64_t> bookings_pending_{-1};
  mutable std::mutex audit_mutex_;
  std::optional<Audit> audit_;
  std::unique_ptr<Latencies> latencies_;
};

}  // namespace flightdeck::telemetry
