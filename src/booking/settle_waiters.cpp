#include "booking/settle_waiters.h"

#include <utility>

namespace flightdeck::booking {

void SettleWaiters::post(Waiter& waiter, std::optional<ledger::Booking> settled) {
  waiter.home->post([wake = std::move(waiter.wake), settled = std::move(settled)] { wake(settled); });
}

std::uint64_t SettleWaiters::subscribe(BookingId booking, Executor& home, Callback wake) {
  const std::lock_guard lock(mutex_);
  const std::uint64_t token = next_token_++;
  Waiter waiter{token, &home, std::move(wake)};
  if (closed_) {
    post(waiter, std::nullopt);
  } else {
    waiters_.emplace(booking, std::move(waiter));
  }
  return token;
}

void SettleWaiters::unsubscribe(BookingId booking, std::uint64_t token) {
  const std::lock_guard lock(mutex_);
  const auto [begin, end] = waiters_.equal_range(booking);
  for (auto it = begin; it != end; ++it) {
    if (it->second.token == token) {
      waiters_.erase(it);
      return;
    }
  }
}

void SettleWaiters::notify(std::span<const ledger::Booking> settled) {
  const std::lock_guard lock(mutex_);
  if (waiters_.empty()) return;
  for (const ledger::Booking& booking : settled) {
    const auto [begin, end] = waiters_.equal_range(booking.id);
    for (auto it = begin; it != end; ++it) post(it->second, booking);
    waiters_.erase(begin, end);
  }
}

void SettleWaiters::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  for (auto& [booking, waiter] : waiters_) post(waiter, std::nullopt);
  waiters_.clear();
}

}  // namespace flightdeck::booking
