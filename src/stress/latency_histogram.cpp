#include "stress/latency_histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace flightdeck::stress {

// Values below 2^(bits + 1) have a bucket each; above, each doubling is cut into 2^bits buckets.
std::size_t LatencyHistogram::bucket_of(std::uint64_t value) {
  const int shift = std::max(0, static_cast<int>(std::bit_width(value)) - (precision_bits + 1));
  return static_cast<std::size_t>(shift) * half + static_cast<std::size_t>(value >> shift);
}

std::uint64_t LatencyHistogram::highest_in(std::size_t bucket) {
  const std::size_t shift = bucket < 2 * half ? 0 : bucket / half - 1;
  const std::uint64_t step = bucket - shift * half;
  return ((step + 1) << shift) - 1;
}

void LatencyHistogram::record(Nanoseconds latency) {
  const Nanoseconds value = std::max(latency, Nanoseconds::zero());
  ++buckets_[bucket_of(static_cast<std::uint64_t>(value.count()))];
  ++count_;
  sum_ns_ += static_cast<double>(value.count());
  max_ = std::max(max_, value);
}

void LatencyHistogram::clear() { *this = LatencyHistogram(); }

Nanoseconds LatencyHistogram::quantile(double share) const {
  if (count_ == 0) return Nanoseconds::zero();
  const double wanted = std::ceil(std::clamp(share, 0.0, 1.0) * static_cast<double>(count_));
  const std::uint64_t rank = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(wanted));
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < buckets_.size(); ++bucket) {
    seen += buckets_[bucket];
    if (seen >= rank) return std::min(max_, Nanoseconds{static_cast<std::int64_t>(highest_in(bucket))});
  }
  return max_;
}

Nanoseconds LatencyHistogram::mean() const {
  if (count_ == 0) return Nanoseconds::zero();
  return Nanoseconds{static_cast<std::int64_t>(sum_ns_ / static_cast<double>(count_))};
}

}  // namespace flightdeck::stress
