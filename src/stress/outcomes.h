// The outcomes of a run's requests as figures, without judgement.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "stress/latency_histogram.h"

namespace flightdeck::stress {

struct Counts {
  // Requested bookings. One that was sent again with its key counts once.
  std::uint64_t requests = 0;
  std::uint64_t confirmed = 0;
  // Bookings that were declined, or cancelled by the deployment itself.
  std::uint64_t failed = 0;
  std::uint64_t pending = 0;
  std::uint64_t sold_out = 0;
  std::uint64_t overloaded = 0;
  std::uint64_t overloaded_without_retry_after = 0;
  // Timeouts of bookings and of cancellations.
  std::uint64_t timeouts = 0;
  // Errors of bookings and of cancellations, including connections that were refused or cut.
  std::uint64_t errors = 0;
  // Bookings that the run cancelled, with a confirmed answer.
  std::uint64_t cancelled = 0;
  // Requests that were sent again with the same key after the answer was lost.
  std::uint64_t sent_again = 0;
};

struct Latencies {
  // Latencies of confirmed, failed and pending bookings.
  LatencyHistogram accepted;
  LatencyHistogram sold_out;
  LatencyHistogram overloaded;
};

// Counts errors by kind, and keeps the first of each kind to show it.
class ErrorSamples {
 public:
  struct Kind {
    std::string what;
    std::string sample;
    std::uint64_t count = 0;
  };
  // Beyond limits::stress_error_kinds kinds, one more kind counts the rest.
  void add(const std::string& what, std::string_view sample);
  const std::vector<Kind>& kinds() const { return kinds_; }

 private:
  std::vector<Kind> kinds_;
};

struct Outcomes {
  // Counts of the bookings that began in the measured part.
  Counts counts;
  // Latencies of the same bookings.
  Latencies latencies;
  // Answers in the measured part, whenever the request began. Rates are made of these.
  std::uint64_t confirmed_in_time = 0;
  std::uint64_t answered_in_time = 0;
  // Errors of the whole run.
  ErrorSamples errors;
  // Arrivals of an open loop for which no connection was free before the end.
  std::uint64_t not_sent = 0;
  // The longest time that an arrival of an open loop waited for a free connection.
  Nanoseconds behind_longest{0};
  // The length of the measured part.
  double seconds = 0;
};

// The run during the last second or so.
struct Progress {
  // The time since the start.
  double elapsed_s = 0;
  // The time that the counts cover.
  double seconds = 0;
  Counts counts;
  LatencyHistogram accepted;
  std::size_t under_way = 0;
  // How late the next arrival is because all connections are taken. 0: it is not late.
  Nanoseconds behind{0};
  bool warming_up = false;
};

}  // namespace flightdeck::stress
