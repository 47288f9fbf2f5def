#include "payment_mock/verdict.h"

#include <cstring>

namespace flightdeck::payment_mock {

namespace {

// The finaliser of SplitMix64: every bit of the input moves about half of the output's.
std::uint64_t mix(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15U;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9U;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBU;
  return x ^ (x >> 31);
}

// Different questions about one booking get independent answers.
enum class Question : std::uint64_t { success = 1, silence = 2 };

// Uniform in [0, 1).
double fraction(std::uint64_t seed, Question question, BookingId booking) {
  std::uint64_t halves[2];
  std::memcpy(halves, booking.value.data(), sizeof halves);
  std::uint64_t hash = mix(seed ^ mix(static_cast<std::uint64_t>(question)));
  hash = mix(hash ^ halves[0]);
  hash = mix(hash ^ halves[1]);
  return static_cast<double>(hash >> 11) * 0x1.0p-53;
}

std::string with_prefix(const char* prefix, BookingId booking) {
  std::string id = prefix;
  for (const char c : booking.str()) {
    if (c != '-') id.push_back(c);
  }
  return id;
}

}  // namespace

bool succeeds(const MockSettings& settings, BookingId booking) {
  return fraction(settings.seed, Question::success, booking) < settings.success_rate;
}

bool stays_silent(const MockSettings& settings, BookingId booking) {
  return fraction(settings.seed, Question::silence, booking) < settings.timeout_rate;
}

Milliseconds draw_delay(const MockSettings& settings, Random& random) {
  const auto choices = static_cast<std::uint64_t>((settings.max_delay - settings.min_delay).count()) + 1;
  return settings.min_delay + Milliseconds{static_cast<std::int64_t>(random.next() % choices)};
}

std::string payment_id(BookingId booking) { return with_prefix("pay_", booking); }
std::string refund_id(BookingId booking) { return with_prefix("ref_", booking); }

}  // namespace flightdeck::payment_mock
