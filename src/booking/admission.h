// How many bookings are under way at once, and which is the one too many.
#pragma once

#include <atomic>
#include <utility>

#include "core/limits.h"
#include "core/time.h"

namespace flightdeck::booking {

// A queue that was short lately may become long: a commit takes longer now and then, as at a checkpoint, and then all
// that came meanwhile are placed. One that stays long is kept shorter, since more only wait longer. (The idea of CoDel,
// Nichols and Jacobson, "Controlling Queue Delay", ACM Queue 2012: what counts is how short a queue was over a time, not
// how long it is.) Thread-safe.
class QueueLength {
 public:
  explicit QueueLength(limits::QueueLimits limits) : limits_(limits) {}
  void seen(std::int64_t length, Instant now) {
    if (length < limits_.few) last_short_.store(now, std::memory_order_relaxed);
  }
  bool too_long(std::int64_t length, Instant now) const {
    const Milliseconds since = now - last_short_.load(std::memory_order_relaxed);
    // Below zero: the clock was set back.
    const bool lately = Milliseconds::zero() <= since && since <= limits_.patience;
    return length >= (lately ? limits_.burst : limits_.standing);
  }

 private:
  limits::QueueLimits limits_;
  std::atomic<Instant> last_short_{Instant{}};
};

struct AdmissionLimits {
  limits::QueueLimits placing = limits::bookings_placing;
  limits::QueueLimits waited_ms = limits::booking_waited_ms;
};

// How many bookings are being placed or charged at once, over all threads of the process. Placing has a limit of its
// own: its pace is the ledger's, while a charge may wait for the payment service at no cost. And who `waited` for long
// to be served at all came to a process that is behind: it refuses until it has caught up. Thread-safe.
class Admission {
 public:
  explicit Admission(std::int64_t max, AdmissionLimits limits = {})
      : max_(max), placing_queue_(limits.placing), waited_(limits.waited_ms) {}
  bool enter(Instant now, Milliseconds waited = {}) {
    const bool free = in_flight_.fetch_add(1, std::memory_order_relaxed) < max_;
    const std::int64_t before = placing_.fetch_add(1, std::memory_order_relaxed);
    placing_queue_.seen(before, now);
    waited_.seen(waited.count(), now);
    if (free && !placing_queue_.too_long(before, now) && !waited_.too_long(waited.count(), now)) return true;
    placed();
    leave();
    return false;
  }
  void placed() { placing_.fetch_sub(1, std::memory_order_relaxed); }
  void leave() { in_flight_.fetch_sub(1, std::memory_order_relaxed); }
  bool full(Instant now, Milliseconds waited = {}) const {
    return in_flight() >= max_ || placing_queue_.too_long(placing(), now) ||
           waited_.too_long(waited.count(), now);
  }
  std::int64_t in_flight() const { return in_flight_.load(std::memory_order_relaxed); }
  std::int64_t placing() const { return placing_.load(std::memory_order_relaxed); }

 private:
  std::int64_t max_;
  std::atomic<std::int64_t> in_flight_{0};
  std::atomic<std::int64_t> placing_{0};
  QueueLength placing_queue_;
  QueueLength waited_;
};

// One place of an Admission, left when it goes.
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
  // It is being charged from here on. Idempotent.
  void placed() {
    if (admission_ && std::exchange(placing_, false)) admission_->placed();
  }

 private:
  Admission* admission_;
  bool placing_ = admission_ != nullptr;
};

}  // namespace flightdeck::booking
