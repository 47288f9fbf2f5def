// What became of the requests of a run: the figures, without judgement.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "stress/latency_histogram.h"

namespace flightdeck::stress {

struct Counts {
  // Bookings asked for; one sent again by its key counts once.
  std::uint64_t requests = 0;
  std::uint64_t confirmed = 0;
  // Declined, or cancelled by the deployment itself.
  std::uint64_t failed = 0;
  std::uint64_t pending = 0;
  std::uint64_t sold_out = 0;
  std::uint64_t overloaded = 0;
  std::uint64_t overloaded_without_retry_after = 0;
  // Of bookings and of cancellations.
  std::uint64_t timeouts = 0;
  // Likewise; connections that were refused or cut included.
  std::uint64_t errors = 0;
  // By the run, and confirmed to it.
  std::uint64_t cancelled = 0;
  // With the same key, after the answer was lost.
  std::uint64_t sent_again = 0;
};

struct Latencies {
  // Confirmed, failed or pending.
  LatencyHistogram accepted;
  LatencyHistogram sold_out;
  LatencyHistogram overloaded;
};

// Errors of one kind are counted; the first of each is kept to be shown.
class ErrorSamples {
 public:
  struct Kind {
    std::string what;
    std::string sample;
    std::uint64_t count = 0;
  };
  // Beyond limits::stress_error_kinds kinds, one more takes the rest.
  void add(const std::string& what, std::string_view sample);
  const std::vector<Kind>& kinds() const { return kinds_; }

 private:
  std::vector<Kind> kinds_;
};

struct Outcomes {
  // Of bookings begun in the measured part.
  Counts counts;
  // Of the same.
  Latencies latencies;
  // Answered in the measured part, whenever they were begun: what a rate is made of.
  std::uint64_t confirmed_in_time = 0;
  std::uint64_t answered_in_time = 0;
  // Of the whole run.
  ErrorSamples errors;
  // Arrivals for which there was no free connection before the end (open loop).
  std::uint64_t not_sent = 0;
  // That an arrival waited for a free connection (open loop).
  Nanoseconds behind_longest{0};
  // Of the measured part.
  double seconds = 0;
};

// The run during the last second or so.
struct Progress {
  // Since the start.
  double elapsed_s = 0;
  // That the counts cover.
  double seconds = 0;
  Counts counts;
  LatencyHistogram accepted;
  std::size_t under_way = 0;
  // How late the next arrival is, because all connections are taken; 0: not.
  Nanoseconds behind{0};
  bool warming_up = false;
};

}  // namespace flightdeck::stress
