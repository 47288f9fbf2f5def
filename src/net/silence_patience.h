// How long a connection may be silent while others wait for one.
#pragma once

#include <algorithm>
#include <chrono>

#include "core/limits.h"
#include "core/time.h"

namespace flightdeck::net {

// Far longer than answers have lately taken. When none comes at all any more it grows: the service may have
// become slow, and whoever gives up too early never hears of that.
class SilencePatience {
 public:
  explicit SilencePatience(Milliseconds least) : least_(least) {}

  void note_answer(std::chrono::steady_clock::duration took) {
    slowest_ = std::max(took, slowest_ - slowest_ / 64);
    doublings_ = 0;
  }
  // Somebody lost patience.
  void note_loss() { doublings_ = std::min(doublings_ + 1, 16); }

  Milliseconds now() const {
    const auto usual = std::chrono::ceil<Milliseconds>(limits::payment_silence_answers * slowest_);
    return std::max(least_, usual) * (1 << doublings_);
  }

 private:
  Milliseconds least_;
  // Of late.
  std::chrono::steady_clock::duration slowest_{};
  int doublings_ = 0;
};

}  // namespace flightdeck::net
