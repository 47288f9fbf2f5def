// Limits how many bookings are under way at once.
#pragma once

#include <atomic>
#include <utility>

#include "core/limits.h"
#include "core/time.h"

namespace flightdeck::booking {

struct AdmissionLimits {
  limits::QueueLimits placing = limits::bookings_placing;
  limits::QueueLimits waited_ms = limits::booking_waited_ms;
  Milliseconds patience = limits::admission_patience;
};

// Counts the bookings that are being placed or charged, over all threads of the process. Placing has a limit
// of its own: its pace is the ledger's, while a charge may wait for the payment service at no cost. A request
// that `waited` for long before it was served shows that the process is behind, so it is refused as well.
//
// Both queues may become long once, because a commit sometimes takes longer or the machine stalls. All
// requests of that moment are placed. As long as any request is refused the queues are kept shorter, since
// requests in a longer queue only wait longer. (After CoDel, Nichols and Jacobson, "Controlling Queue Delay",
// ACM Queue 2012: a standing queue is bad, not one that was long for a moment.) Thread-safe.
class Admission {
 public:
  explicit Admission(std::int64_t max, AdmissionLimits limits = {}) : max_(max), limits_(limits) {}
  bool enter(Instant now, Milliseconds waited = {}) {
    const std::int64_t in_flight_before = in_flight_.fetch_add(1, std::memory_order_relaxed);
    const std::int64_t placing_before = placing_.fetch_add(1, std::memory_order_relaxed);
    if (!refuses(in_flight_before, placing_before, now, waited)) return true;
    placed();
    leave();
    return false;
  }
  void placed() { placing_.fetch_sub(1, std::memory_order_relaxed); }
  void leave() { in_flight_.fetch_sub(1, std::memory_order_relaxed); }
  // Whether `enter` would refuse. If so, the call counts as a refusal.
  bool full(Instant now, Milliseconds waited = {}) { return refuses(in_flight(), placing(), now, waited); }
  std::int64_t in_flight() const { return in_flight_.load(std::memory_order_relaxed); }
  std::int64_t placing() const { return placing_.load(std::memory_order_relaxed); }

 private:
  bool refuses(std::int64_t in_flight, std::int64_t placing, Instant now, Milliseconds waited) {
    const Milliseconds since = now - last_refused_.load(std::memory_order_relaxed);
    // Below zero: the clock was set back.
    const bool stands = Milliseconds::zero() <= since && since <= limits_.patience;
    const auto most = stands ? &limits::QueueLimits::standing : &limits::QueueLimits::burst;
    const bool refused =
        in_flight >= max_ || placing >= limits_.placing.*most || waited.count() >= limits_.waited_ms.*most;
    if (refused) last_refused_.store(now, std::memory_order_relaxed);
    return refused;
  }

  std::int64_t max_;
  AdmissionLimits limits_;
  std::atomic<std::int64_t> in_flight_{0};
  std::atomic<std::int64_t> placing_{0};
  std::atomic<Instant> last_refused_{Instant{}};
};

// One booking in an Admission. The destructor leaves it.
class AdmissionSlot {
 public:
  AdmissionSlot(Admission& admission, Instant now, Milliseconds waited = {})
      : admission_(admission.enter(now, waited) ? &admission : nullptr) {}
  AdmissionSlot(AdmissionSlot&& other) noexcept
      : admission_(std::exchange(other.admission_, nullptr)),
        placing_(std::exchange(other.placing_, false)) {}
  AdmissionSlot& operator=(AdmissionSlot&&) = delete;
  ~AdmissionSlot() {
    placed();
    if (admission_) admission_->leave();
  }
  bool admitted() const { return admission_ != nullptr; }
  // The booking is placed, and is being charged from here on. Idempotent.
  void placed() {
    if (admission_ && std::exchange(placing_, false)) admission_->placed();
  }

 private:
  Admission* admission_;
  bool placing_ = admission_ != nullptr;
};

}  // namespace flightdeck::booking
