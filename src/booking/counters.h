// What the program counts about itself. Thread-safe; read at any time.
#pragma once

#include <atomic>
#include <cstdint>

namespace flightdeck::booking {

class Counter {
 public:
  void add(std::int64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
  std::int64_t get() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

struct Counters {
  Counter bookings_total;    // placed
  Counter bookings_success;  // confirmed
  Counter bookings_failed;
  Counter gate_decrements_total;
  Counter gate_decrements_failed;  // sold out at the gate
  Counter flight_db_updates_total;
  Counter ledger_commits;
  Counter ledger_commands;
  Counter overloaded;
};

}  // namespace flightdeck::booking
