// The plan of a stress run, and the two ports to whatever carries its requests.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "core/time.h"

namespace flightdeck::stress {

using Time = std::chrono::steady_clock::time_point;
using Nanoseconds = std::chrono::nanoseconds;

struct SeatRange {
  int least = 1;
  // The seats of one booking are between `least` and `most`. Both are 1 to 9.
  int most = 1;
};

struct Plan {
  // The bookings a second of an open loop, which arrive whether or not earlier ones are answered. nullopt: a
  // closed loop, in which each user books again as soon as it has its answer.
  std::optional<double> rate;
  // The number of user ids. In a closed loop it is also the number of bookings at a time.
  std::uint32_t users = 0;
  SeatRange seats;
  // The share of confirmed bookings that are cancelled again.
  double cancel_share = 0;
  // Requests have an Idempotency-Key, and are sent again when their answer was lost.
  bool keyed = false;
  // How long an answer may be held until the booking is final. 0: not at all.
  std::chrono::seconds wait{20};
  // The time before the measured part. It is left out of the figures.
  Milliseconds warm_up{0};
  Milliseconds duration{0};
  // The time from sending a request to its answer.
  Milliseconds timeout{0};
  std::uint64_t seed = 1;
};

// Members of the JSON object that was answered: each as far as it is there, as text or as a whole number.
struct ReplyFields {
  std::optional<std::string_view> booking_id;
  std::optional<std::string_view> flight_id;
  std::optional<std::int64_t> seats;
  std::optional<std::string_view> status;
  std::optional<std::string_view> failure_reason;
  // Of a refusal.
  std::optional<std::string_view> code;
};

// An answer as it came. Its views are valid until the call that it was passed to returns.
struct Reply {
  int status = 0;
  std::string_view body;
  // The answer has a Retry-After header.
  bool retry_after = false;
  // What the body says.
  ReplyFields fields;
};

enum class Loss {
  // There was no connection, so the request was never received.
  not_sent,
  // There was no answer in time. The request may have been carried out.
  timed_out,
  // The connection ended before the answer. The request may have been carried out.
  cut,
};

// Port: sends requests, each on a connection that carries nothing else until it is answered. Every `send`
// leads to one call of an AnswerTaker, never from inside `send`.
class Sender {
 public:
  virtual ~Sender() = default;
  // No more requests may be under way.
  virtual bool full() const = 0;
  // Call it only when it is not `full`. `tag` comes back with the answer. The text is copied or sent when
  // this returns.
  virtual void send(std::uint32_t tag, std::string_view request) = 0;
};

class AnswerTaker {
 public:
  virtual ~AnswerTaker() = default;
  virtual void answered(std::uint32_t tag, const Reply& reply, Time now) = 0;
  virtual void lost(std::uint32_t tag, Loss loss, Time now) = 0;
};

}  // namespace flightdeck::stress
