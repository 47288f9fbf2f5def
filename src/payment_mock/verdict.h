// The mock's decisions: pure functions of its settings, a booking id, and where said so a random draw.
//
// Verdicts are computed from the booking id, not drawn: whoever asks again gets the same one, even after the
// mock has forgotten the payment or was started anew.
#pragma once

#include <cstdint>
#include <string>

#include "core/ids.h"
#include "core/random.h"
#include "core/time.h"

namespace flightdeck::payment_mock {

enum class CallbackMode {
  // Answers.
  off,
  // Answers, and calls back.
  also,
  // Answers `pending` at once; the verdict comes by callback.
  only,
};

struct MockSettings {
  double success_rate = 0.75;
  Milliseconds min_delay{50};
  // At least min_delay.
  Milliseconds max_delay{500};
  CallbackMode callback = CallbackMode::off;
  // Share of payments whose first request gets neither answer nor callback.
  double timeout_rate = 0;
  // Another seed, other verdicts.
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
