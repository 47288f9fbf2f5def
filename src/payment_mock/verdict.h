// The mock's decisions: pure functions of its settings, a booking id and, where noted, a random number.
//
// Verdicts are computed from the booking id. A repeated request gets the same verdict, even after the mock
// has forgotten the payment or was restarted.
#pragma once

#include <cstdint>
#include <string>

#include "core/ids.h"
#include "core/random.h"
#include "core/time.h"

namespace flightdeck::payment_mock {

enum class CallbackMode {
  // The answer has the verdict.
  off,
  // The answer has the verdict, and a callback follows.
  also,
  // The answer is `pending` at once, and the verdict comes by callback.
  only,
};

struct MockSettings {
  double success_rate = 0.75;
  Milliseconds min_delay{50};
  // At least min_delay.
  Milliseconds max_delay{500};
  CallbackMode callback = CallbackMode::off;
  // The share of payments whose first request gets neither answer nor callback.
  double timeout_rate = 0;
  // Another seed gives other verdicts.
  std::uint64_t seed = 0;
};

bool succeeds(const MockSettings& settings, BookingId booking);
bool stays_silent(const MockSettings& settings, BookingId booking);

// Uniform in [min_delay, max_delay].
Milliseconds draw_delay(const MockSettings& settings, Random& random);

// How the mock names the payment and the refund of a booking.
std::string payment_id(BookingId booking);
std::string refund_id(BookingId booking);

}  // namespace flightdeck::payment_mock
