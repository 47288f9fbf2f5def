// Requests that wait for a booking to become final (`Prefer: wait`).
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "core/executor.h"
#include "ledger/booking.h"

namespace flightdeck::booking {

// Thread-safe. There is one for the whole process, since a booking may be settled on another thread than the
// one that waits for it.
class SettleWaiters {
 public:
  // Called with the settled booking. nullopt: the process is about to stop.
  using Callback = std::function<void(std::optional<ledger::Booking>)>;

  // `wake` is posted to `home` at most once: when the booking is settled, or by `close`. After `close` it is
  // posted at once.
  std::uint64_t subscribe(BookingId booking, Executor& home, Callback wake);
  // `wake` is not posted after this, but may have been posted before.
  void unsubscribe(BookingId booking, std::uint64_t token);

  void notify(std::span<const ledger::Booking> settled);

  // Wakes all waiters, now and from now on. The process is about to stop.
  void close();

 private:
  struct Waiter {
    std::uint64_t token;
    Executor* home;
    Callback wake;
  };
  static void post(Waiter& waiter, std::optional<ledger::Booking> settled);

  std::mutex mutex_;
  std::unordered_multimap<BookingId, Waiter> waiters_;
  std::uint64_t next_token_ = 1;
  bool closed_ = false;
};

}  // namespace flightdeck::booking
