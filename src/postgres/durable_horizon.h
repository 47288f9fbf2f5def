// Which transactions a synchronous standby is known to have.
#pragma once

#include <atomic>
#include <cstdint>

#include "postgres/array_parameter.h"

namespace flightdeck::postgres {

// PostgreSQL numbers transactions in the order in which they began. When a write got through to the standby,
// so did every transaction that had finished before that write was made: their records stand earlier in the
// same log.
//
// Thread-safe. A horizon stays true across a failover, since the standby has everything below it.
class DurableHorizon {
 public:
  // Every transaction with a number below `oldest_running` had finished before a write that got through was
  // made.
  void raise(std::uint64_t oldest_running) {
    std::uint64_t known = oldest_running_.load(std::memory_order_relaxed);
    while (known < oldest_running && !oldest_running_.compare_exchange_weak(known, oldest_running)) {
    }
  }

  // False means "not known", never "no". A row carries the lower 32 bits of its writer's number; of two
  // numbers less than 2^31 apart the lower one is told by their difference. A row older than that looks as if
  // it were newer.
  bool covers(TransactionId writer) const {
    const std::uint64_t horizon = oldest_running_.load(std::memory_order_relaxed);
    if (horizon == 0) return false;
    return static_cast<std::int32_t>(writer.value - static_cast<std::uint32_t>(horizon)) < 0;
  }

 private:
  std::atomic<std::uint64_t> oldest_running_{0};
};

}  // namespace flightdeck::postgres
