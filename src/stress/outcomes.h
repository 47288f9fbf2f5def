// What became of the requests of a run: the figures, without judgement.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "stress/latency_histogram.h"

namespace flightdeck::stress {

struct Counts {
  std::uint64_t requests = 0;  // bookings asked for; one sent again by its key counts once
  std::uint64_t confirmed = 0;
  std::uint64_t failed = 0;  // declined, or cancelled by the deployment itself
  std::uint64_t pending = 0;
  std::uint64_t sold_out = 0;
  std::uint64_t overloaded = 0;
  std::uint64_t overloaded_without_retry_after = 0;
  std::uint64_t timeouts = 0;    // of bookings and of cancellations
  std::uint64_t errors = 0;      // likewise; connections that were refused or cut included
  std::uint64_t cancelled = 0;   // by the run, and confirmed to it
  std::uint64_t sent_again = 0;  // with the same key, after the answer was lost
};

struct Latencies {
  LatencyHistogram accepted;  // confirmed, failed or pending
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
  Counts counts;        // of bookings begun in the measured part
  Latencies latencies;  // of the same
  // Answered in the measured part, whenever they were begun: what a rate is made of.
  std::uint64_t confirmed_in_time = 0;
  std::uint64_t answered_in_time = 0;
  ErrorSamples errors;         // of the whole run
  std::uint64_t not_sent = 0;  // arrivals for which there was no free connection before the end (open loop)
  Nanoseconds behind_longest{0};  // that an arrival waited for a free connection (open loop)
  double seconds = 0;             // of the measured part
};

// The run during the last second or so.
struct Progress {
  double elapsed_s = 0;  // since the start
  double seconds = 0;    // that the counts cover
  Counts counts;
  LatencyHistogram accepted;
  std::size_t under_way = 0;
  Nanoseconds behind{0};  // how late the next arrival is, because all connections are taken; 0: not
  bool warming_up = false;
};

}  // namespace flightdeck::stress
