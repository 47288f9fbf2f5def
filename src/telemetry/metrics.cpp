#include "telemetry/metrics.h"

#include <prometheus/family.h>
#include <prometheus/histogram.h>
#include <prometheus/text_serializer.h>

#include <functional>
#include <limits>
#include <mutex>
#include <shared_mutex>
#include <sstream>
#include <unordered_map>
#include <vector>

#include "core/limits.h"

namespace flightdeck::telemetry {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

const prometheus::Histogram::BucketBoundaries latency_buckets = {
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};

struct SeriesName {
  std::string_view method;
  std::string_view route;
  int status = 0;
  friend bool operator==(const SeriesName&, const SeriesName&) = default;
};

struct SeriesHash {
  std::size_t operator()(const SeriesName& name) const {
    const std::hash<std::string_view> hash;
    const std::size_t texts = hash(name.route) * 31 + hash(name.method);
    return texts * 31 + static_cast<std::size_t>(name.status);
  }
};

MetricFamily single(MetricType type, const char* name, const char* help, double value) {
  MetricFamily family{name, help, type, {}};
  ClientMetric metric;
  if (type == MetricType::Counter) {
    metric.counter.value = value;
  } else {
    metric.gauge.value = value;
  }
  family.metric.push_back(std::move(metric));
  return family;
}

MetricFamily batch_sizes(const BatchSizes& sizes) {
  MetricFamily family{"ledger_batch_commands",
                      "Commands decided by one transaction of the ledger.",
                      MetricType::Histogram,
                      {}};
  ClientMetric metric;
  std::uint64_t cumulative = 0;
  for (std::size_t bucket = 0; bucket < BatchSizes::buckets; ++bucket) {
    cumulative += static_cast<std::uint64_t>(sizes.count(bucket));
    metric.histogram.bucket.push_back({cumulative, static_cast<double>(BatchSizes::upper_bound(bucket))});
  }
  metric.histogram.bucket.push_back({cumulative, std::numeric_limits<double>::infinity()});
  metric.histogram.sample_count = cumulative;
  metric.histogram.sample_sum = static_cast<double>(sizes.commands());
  family.metric.push_back(std::move(metric));
  return family;
}

}  // namespace

// Series are only ever added, so a pointer to one stays good.
struct Metrics::Latencies {
  struct Series {
    std::string method;
    std::string route;
    prometheus::Histogram& histogram;
  };

  prometheus::Histogram& find_or_add(const SeriesName& name) {
    {
      const std::shared_lock lock(mutex);
      if (const auto found = by_name.find(name); found != by_name.end()) return found->second->histogram;
    }
    const std::unique_lock lock(mutex);
    if (const auto found = by_name.find(name); found != by_name.end()) return found->second->histogram;
    if (by_name.size() >= limits::metric_series) {
      return family.Add({{"method", "other"}, {"route", "other"}, {"status", "other"}}, latency_buckets);
    }
    const std::string method(name.method);
    const std::string route(name.route);
    auto& histogram = family.Add(
        {{"method", method}, {"route", route}, {"status", std::to_string(name.status)}}, latency_buckets);
    auto series = std::make_unique<Series>(Series{method, route, histogram});
    const SeriesName own_name{series->method, series->route, name.status};
    by_name.emplace(own_name, std::move(series));
    return histogram;
  }

  prometheus::Family<prometheus::Histogram> family{
      "request_latency_seconds", "Time from a request read to its answer handed over, by route.", {}};
  std::shared_mutex mutex;
  std::unordered_map<SeriesName, std::unique_ptr<Series>, SeriesHash> by_name;
};

Metrics::Metrics(const Counters& counters) : counters_(counters), latencies_(std::make_unique<Latencies>()) {}

Metrics::~Metrics() = default;

void Metrics::observe(std::string_view method, std::string_view route, int status, double seconds) noexcept {
  try {
    latencies_->find_or_add({method, route, status}).Observe(seconds);
  } catch (...) {
    // Out of memory for a new series: the request goes uncounted.
  }
}

std::string Metrics::render(const std::optional<audit::AuditDesk::AuditAnswer>& audit) const {
  std::vector<MetricFamily> families;
  const auto counter = [&families](const char* name, const char* help, const Counter& value) {
    families.push_back(single(MetricType::Counter, name, help, static_cast<double>(value.get())));
  };
  const auto gauge = [&families](const char* name, const char* help, double value) {
    families.push_back(single(MetricType::Gauge, name, help, value));
  };
  counter("bookings_total", "Bookings placed.", counters_.bookings_total);
  counter("bookings_success", "Bookings confirmed.", counters_.bookings_success);
  counter("bookings_failed", "Bookings failed after they were placed.", counters_.bookings_failed);
  if (const std::int64_t pending = bookings_pending_; pending >= 0) {
    gauge("bookings_pending", "Bookings in the ledger that wait for their payment.",
          static_cast<double>(pending));
  }
  counter("redis_decrements_total", "Bookings whose seats the seat gate took off its count.",
          counters_.gate_decrements_total);
  counter("redis_decrements_failed", "Bookings the seat gate refused as sold out.",
          counters_.gate_decrements_failed);
  counter("flight_db_updates_total", "Flight rows written to the database.",
          counters_.flight_db_updates_total);
  families.push_back(batch_sizes(counters_.ledger_batches));
  counter("flightdeck_ledger_locked_out_total",
          "Commands refused because somebody else had locked their rows in the database.",
          counters_.ledger_locked_out);
  counter("outbox_rows_published_total", "Outbox rows whose events were published.",
          counters_.events_published);
  counter("overloaded_total", "Requests refused because too much was waiting.", counters_.overloaded);
  counter("payment_amount_differs_total", "Payments of another amount than their booking's.",
          counters_.payments_amount_differs);
  counter("payment_found_refunded_total",
          "Payments that the provider had refunded before or after they confirmed a booking.",
          counters_.payments_found_refunded);
  counter("search_pages_hits_total", "Searches answered with a page in memory.", counters_.search_pages_hits);
  counter("search_pages_shared_total", "Searches answered with a page that was being made for another one.",
          counters_.search_pages_shared);
  counter("search_pages_misses_total", "Searches whose page was made anew.", counters_.search_pages_misses);
  if (audit) {
    const auto seconds = [](auto span) { return std::chrono::duration<double>(span).count(); };
    gauge("inventory_oversold_seats", "Seats booked beyond those there are, by the last audit.",
          static_cast<double>(audit->oversold_seats));
    gauge("inventory_drift_seats",
          "Seats that are lost, doubled, or otherwise counted wrong, by the last audit.",
          static_cast<double>(audit->drift_seats));
    gauge("audit_findings", "Everything that the last audit found wrong.",
          static_cast<double>(audit->findings));
    gauge("audit_finished_timestamp_seconds", "When the last audit came to its end.",
          seconds(audit->finished_at.time_since_epoch()));
    gauge("audit_duration_seconds", "How long the last audit took.", seconds(audit->duration));
  }
  for (MetricFamily& family : latencies_->family.Collect()) families.push_back(std::move(family));

  std::ostringstream out;
  prometheus::TextSerializer{}.Serialize(out, families);
  return std::move(out).str();
}

}  // namespace flightdeck::telemetry
