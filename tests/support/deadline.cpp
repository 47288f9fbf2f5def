#include "support/deadline.h"

#include <algorithm>
#include <cstdlib>
#include <thread>

#include "support/sanitizers.h"

namespace flightdeck::test {
namespace {

constexpr double kBuildSlowness = kThreadSanitizer ? 8 : kAddressSanitizer ? 4 : 1;

double patience() {
  const char* text = std::getenv("FLIGHTDECK_TEST_PATIENCE");
  const double factor = text != nullptr ? std::strtod(text, nullptr) : 1;
  return kBuildSlowness * std::max(factor, 1.0);
}

}  // namespace

Milliseconds patient(Milliseconds usual) {
  static const double factor = patience();
  return Milliseconds(static_cast<Milliseconds::rep>(static_cast<double>(usual.count()) * factor));
}

bool eventually(const std::function<bool()>& holds, Milliseconds within) {
  const Deadline deadline(patient(within));
  auto pause = Milliseconds(2);
  while (!holds()) {
    if (deadline.passed()) return false;
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, Milliseconds(100));
  }
  return true;
}

Milliseconds Deadline::left() const {
  const auto rest = std::chrono::ceil<Milliseconds>(at_ - std::chrono::steady_clock::now());
  return std::max(rest, Milliseconds::zero());
}

}  // namespace flightdeck::test
