// A histogram of latencies whose bucket width grows with the value. Its memory is constant, however many are
// recorded.
#pragma once

#include <array>
#include <cstdint>

#include "stress/plan.h"

namespace flightdeck::stress {

class LatencyHistogram {
 public:
  static constexpr int precision_bits = 7;
  // A quantile is never below the true value, and at most this share above it.
  static constexpr double relative_error = 1.0 / (1 << precision_bits);

  // A negative latency counts as 0.
  void record(Nanoseconds latency);
  void clear();

  std::uint64_t count() const { return count_; }
  // The smallest value that at least this share (0 to 1) of the recorded values do not exceed. 0 when nothing
  // was recorded.
  Nanoseconds quantile(double share) const;
  // The value is exact.
  Nanoseconds max() const { return max_; }
  // The value is exact.
  Nanoseconds mean() const;

 private:
  static constexpr std::size_t half = std::size_t{1} << precision_bits;
  static std::size_t bucket_of(std::uint64_t value);
  static std::uint64_t highest_in(std::size_t bucket);

  std::array<std::uint64_t, (64 - precision_bits) * half + half> buckets_{};
  std::uint64_t count_ = 0;
  double sum_ns_ = 0;
  Nanoseconds max_{0};
};

}  // namespace flightdeck::stress
