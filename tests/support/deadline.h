// Waiting, always bounded. Correctness never rests on how long something takes, so the bounds are generous.
#pragma once

#include <chrono>
#include <functional>

namespace flightdeck::test {

using Milliseconds = std::chrono::milliseconds;

// `usual`, stretched for sanitizer builds and by the environment variable FLIGHTDECK_TEST_PATIENCE (a
// factor).
Milliseconds patient(Milliseconds usual);

// Asks `holds` again and again until it is true (returns true) or `patient(within)` has passed (returns
// false).
bool eventually(const std::function<bool()>& holds, Milliseconds within = std::chrono::seconds(20));

// A point in time after which waiting is given up.
class Deadline {
 public:
  explicit Deadline(Milliseconds from_now) : at_(std::chrono::steady_clock::now() + from_now) {}
  // Never negative.
  Milliseconds left() const;
  bool passed() const { return left() == Milliseconds::zero(); }

 private:
  std::chrono::steady_clock::time_point at_;
};

}  // namespace flightdeck::test
