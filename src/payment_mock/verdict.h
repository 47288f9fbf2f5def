// The mock's decisions: pure functions of its settings, a booking id, and where said so a random draw.
//
// Verdicts are computed from the booking id, not drawn: whoever asks again gets the same one, even after the mock has
// forgotten the payment or was started anew.
#pragma once

#include <cstdint>
#include <string>

#include "core/ids.h"
#include "core/random.h"
#include "core/time.h"

namespace flightdeck::payment_mock {

enum class CallbackMode {
  off,   // answers
  also,  // answers, and calls back
  only,  // answers `pending` at once; the verdict comes by callback
};

struct MockSettings {
  double success_rate = 0.75;
  Milliseconds min_delay{50};
  Milliseconds max_delay{500};  // at least min_delay
  CallbackMode callback = CallbackMode::off;
  double timeout_rate = 0;  // share of payments whose first request gets neither answer nor callback
  std::uint64_t seed = 0;   // another seed, other verdicts
};

bool succeeds(const MockSettings& settings, BookingId booking);
bool stays_silent(const MockSettings& settings, BookingId booking);

// Uniform in [min_delay, max_delay].
Milliseconds draw_delay(const MockSettings& settings, Random& random);

// How the mock names the payment and the refund of a booking.
std::string payment_id(BookingId booking);
std::string refund_id(BookingId booking);

}  // namespace flightdeck::payment_mock
