// What the program counts about itself. Thread-safe; read at any time.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace flightdeck {

class Counter {
 public:
  void add(std::int64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
  std::int64_t get() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

// How many commands a commit carried: a histogram with a bucket for each power of two.
class BatchSizes {
 public:
  // Their upper bounds are 1, 2, 4 … 256, which is limits::ledger_batch_commands.
  static constexpr std::size_t buckets = 9;
  void observe(std::size_t commands) {
    std::size_t bucket = 0;
    while (bucket + 1 < buckets && upper_bound(bucket) < commands) ++bucket;
    counts_[bucket].add();
    sum_.add(static_cast<std::int64_t>(commands));
  }
  static constexpr std::size_t upper_bound(std::size_t bucket) { return std::size_t{1} << bucket; }
  // How many batches fell into this bucket. The count is not cumulative.
  std::int64_t count(std::size_t bucket) const { return counts_[bucket].get(); }
  std::int64_t batches() const {
    std::int64_t all = 0;
    for (const Counter& one : counts_) all += one.get();
    return all;
  }
  std::int64_t commands() const { return sum_.get(); }

 private:
  std::array<Counter, buckets> counts_;
  Counter sum_;
};

struct Counters {
  // Bookings that were placed.
  Counter bookings_total;
  // Bookings that were confirmed.
  Counter bookings_success;
  Counter bookings_failed;
  Counter gate_decrements_total;
  // Requests that the seat gate answered with "sold out".
  Counter gate_decrements_failed;
  Counter flight_db_updates_total;
  // Commands that were refused because another session had locked their rows.
  Counter ledger_locked_out;
  BatchSizes ledger_batches;
  // Outbox rows that were published.
  Counter events_published;
  Counter overloaded;
  // Payments of another amount than their booking's.
  Counter payments_amount_differs;
  // Refunded payments of a booking that is CONFIRMED or was about to be.
  Counter payments_found_refunded;
  // Searches that were answered from memory.
  Counter search_pages_hits;
  // Searches that were answered with a page that was already being made for another request.
  Counter search_pages_shared;
  // Searches whose page had to be made.
  Counter search_pages_misses;
};

}  // namespace flightdeck
