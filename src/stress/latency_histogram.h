// How long things took, in buckets whose width grows with the value: constant memory however many are
// recorded.
#pragma once

#include <array>
#include <cstdint>

#include "stress/plan.h"

namespace flightdeck::stress {

class LatencyHistogram {
 public:
  static constexpr int precision_bits = 7;
  // A quantile is never below the true value, and above it by at most this share.
  static constexpr double relative_error = 1.0 / (1 << precision_bits);

  // Negative counts as 0.
  void record(Nanoseconds latency);
  void clear();

  std::uint64_t count() const { return count_; }
  // The smallest value that at least that share (0 to 1) of the recorded ones do not exceed. 0 when there is
  // none.
  Nanoseconds quantile(double share) const;
  // Exact.
  Nanoseconds max() const { return max_; }
  // Exact.
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
