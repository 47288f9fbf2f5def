// How many bookings are under way at once, and which is the one too many.
#pragma once

#include <atomic>
#include <utility>

#include "core/limits.h"
#include "core/time.h"

namespace flightdeck::booking {

// Of bookings being placed. A queue that was short lately may become long: a commit takes longer now and then, as at a
// checkpoint, and then all of them are placed. One that stays long is kept shorter, since more only wait longer. (The
// idea of CoDel, Nichols and Jacobson, "Controlling Queue Delay", ACM Queue 2012: what counts is how short a queue was
// over a time, not how long it is.)
struct PlacingLimits {
  std::int64_t standing = limits::bookings_placing;
  std::int64_t burst = limits::bookings_placing_burst;
  std::int64_t short_queue = limits::bookings_placing_short;
  Milliseconds patience = limits::bookings_placing_patience;
};

// How many bookings are being placed or charged at once, over all threads of the process. Placing has a limit of its
// own: its pace is the ledger's, while a charge may wait for the payment service at no cost. Thread-safe.
class Admission {
 public:
  explicit Admission(std::int64_t max, PlacingLimits placing = {}) : max_(max), placing_limits_(placing) {}
  bool enter(Instant now) {
    const bool free = in_flight_.fetch_add(1, std::memory_order_relaxed) < max_;
    const std::int64_t before = placing_.fetch_add(1, std::memory_order_relaxed);
    if (before < placing_limits_.short_queue) last_short_.store(now, std::memory_order_relaxed);
    if (free && before < placing_max(now)) return true;
    placed();
    leave();
    return false;
  }
  void placed() { placing_.fetch_sub(1, std::memory_order_relaxed); }
  void leave() { in_flight_.fetch_sub(1, std::memory_order_relaxed); }
  bool full(Instant now) const { return in_flight() >= max_ || placing() >= placing_max(now); }
  std::int64_t in_flight() const { return in_flight_.load(std::memory_order_relaxed); }
  std::int64_t placing() const { return placing_.load(std::memory_order_relaxed); }

 private:
  std::int64_t placing_max(Instant now) const {
    const Milliseconds since = now - last_short_.load(std::memory_order_relaxed);
    // Below zero: the clock was set back.
    const bool lately = Milliseconds::zero() <= since && since <= placing_limits_.patience;
    return lately ? placing_limits_.burst : placing_limits_.standing;
  }

  std::int64_t max_;
  PlacingLimits placing_limits_;
  std::atomic<std::int64_t> in_flight_{0};
  std::atomic<std::int64_t> placing_{0};
  std::atomic<Instant> last_short_{Instant{}};  // when one came and few were being placed
};

// One place of an Admission, left when it goes.
class AdmissionSlot {
 public:
  AdmissionSlot(Admission& admission, Instant now)
      : admission_(admission.enter(now) ? &admission : nullptr) {}
  AdmissionSlot(AdmissionSlot&& other) noexcept
      : admission_(std::exchange(other.admission_, nullptr)),
        placing_(std::exchange(other.placing_, false)) {}
  AdmissionSlot& operator=(AdmissionSlot&&) = delete;
  ~AdmissionSlot() {
    placed();
    if (admission_) admission_->leave();
  }
  bool admitted() const { return admission_ != nullptr; }
  // It is being charged from here on. Idempotent.
  void placed() {
    if (std::exchange(placing_, false)) admission_->placed();
  }

 private:
  Admission* admission_;
  bool placing_ = admission_ != nullptr;
};

}  // namespace flightdeck::booking
