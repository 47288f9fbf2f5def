// When flights and routes changed last, as far as this process has heard: what is kept of them is compared
// with it.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <span>
#include <string_view>

#include "core/ids.h"

namespace flightdeck::flights {

// Thread-safe, without locks. One a process. Time here is a number that grows with every change, not that of
// any clock.
//
// What is kept of an index carries the moment before its first read and the slots of all that it was made of;
// it is as good as new while it is `unchanged`. Slots are shared by several flights and routes: then one
// seems to have changed that has not. A change may be told twice or for nothing, from any thread, and later
// than a read that saw it already.
class ChangeClock {
 public:
  using Moment = std::uint64_t;
  using Slot = std::uint16_t;
  using SteadyTime = std::chrono::steady_clock::time_point;
  static constexpr int slot_bits = 14;
  static constexpr std::size_t slot_count = std::size_t{1} << slot_bits;

  static Slot slot_of(FlightId flight);
  // `route` as route_key makes it. A route changes when a flight comes to it, leaves it, or moves in one of
  // its orders.
  static Slot slot_of_route(std::string_view route);

  Moment now() const { return now_.load(); }
  void changed(Slot slot) { mark(changed_[slot]); }
  void everything_changed() { mark(everything_changed_); }
  bool unchanged(Moment since, std::span<const Slot> slots) const;

  // Changes by others reach this process with a delay, or not at all: nothing may be kept from them unless it
  // hears. Whoever brings their changes says again and again until when it can be relied on.
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
