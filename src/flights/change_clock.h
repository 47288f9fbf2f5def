// When flights and routes changed last, as far as this process knows. Pages in memory are compared with it.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/ids.h"

namespace flightdeck::flights {

// Thread-safe, without locks. There is one for a process. A moment is a number that grows with every change.
// It is not the time of a clock.
//
// A page that was made from an index carries the moment before its first read, and the slots of all flights
// and routes that it was made from. It is valid while it is `unchanged`. Several flights and routes share a
// slot, so one may seem to have changed that has not. A change may be marked twice or needlessly, from any
// thread, and later than a read that has seen it.
class ChangeClock {
 public:
  using Moment = std::uint64_t;
  using Slot = std::uint16_t;
  using SteadyTime = std::chrono::steady_clock::time_point;
  static constexpr int slot_bits = 14;
  static constexpr std::size_t slot_count = std::size_t{1} << slot_bits;

  static Slot slot_of(FlightId flight);
  // route_key makes `route`. A route changes when a flight joins it, leaves it, or moves in one of its
  // orders.
  static Slot slot_of_route(std::string_view route);

  Moment now() const { return now_.load(); }
  void changed(Slot slot) { mark(changed_[slot]); }
  void everything_changed() { mark(everything_changed_); }
  bool unchanged(Moment since, std::span<const Slot> slots) const;

  // Changes by other processes arrive with a delay, or not at all. Pages may be kept only while they do
  // arrive. The change feed therefore keeps saying until when it can be relied on.
  bool hears(SteadyTime at) const { return at.time_since_epoch().count() < hears_until_.load(); }
  void hears_until(SteadyTime until) { hears_until_ = until.time_since_epoch().count(); }
  void hears_nothing() { hears_until_ = 0; }

 private:
  void mark(std::atomic<Moment>& last);

  std::atomic<Moment> now_{0};
  std::atomic<Moment> everything_changed_{0};
  std::atomic<SteadyTime::rep> hears_until_{0};
  std::array<std::atomic<Moment>, slot_count> changed_{};
};

}  // namespace flightdeck::flights
