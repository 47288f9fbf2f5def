// How long a connection may be silent while other calls wait for a connection.
#pragma once

#include <algorithm>
#include <chrono>

#include "core/limits.h"
#include "core/time.h"

namespace flightdeck::net {

// The patience is far longer than answers have lately taken. It grows while no answer comes at all: the
// service may have become slow, and a client that gives up too early would never notice.
class SilencePatience {
 public:
  explicit SilencePatience(Milliseconds least) : least_(least) {}

  void note_answer(std::chrono::steady_clock::duration took) {
    slowest_ = std::max(took, slowest_ - slowest_ / 64);
    doublings_ = 0;
  }
  // A call was given up for silence.
  void note_loss() { doublings_ = std::min(doublings_ + 1, 16); }

  Milliseconds now() const {
    const auto usual = std::chrono::ceil<Milliseconds>(limits::payment_silence_answers * slowest_);
    return std::max(least_, usual) * (1 << doublings_);
  }

 private:
  Milliseconds least_;
  // The longest time that an answer lately took.
  std::chrono::steady_clock::duration slowest_{};
  int doublings_ = 0;
};

}  // namespace flightdeck::net
