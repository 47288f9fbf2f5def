// What a stress run is to do to a deployment, and the two sides it needs of whatever carries its requests.
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
  // Of one booking; both 1 to 9.
  int most = 1;
};

struct Plan {
  // Bookings a second that arrive whether or not earlier ones are answered (open loop). nullopt: each user
  // books again as soon as it has its answer (closed loop).
  std::optional<double> rate;
  // Ids that bookings are made for; in the closed loop, also how many book at a time.
  std::uint32_t users = 0;
  SeatRange seats;
  // Of the confirmed bookings, cancelled again.
  double cancel_share = 0;
  // With an Idempotency-Key; sent again when the answer was lost.
  bool keyed = false;
  // That an answer may be held until the booking is final; 0: not at all.
  std::chrono::seconds wait{20};
  // Comes first, and is left out of the figures.
  Milliseconds warm_up{0};
  Milliseconds duration{0};
  // From sending a request to its answer.
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

// An answer as it came; the views last until the call that they were handed to returns.
struct Reply {
  int status = 0;
  std::string_view body;
  // It has that header.
  bool retry_after = false;
  // What the body says.
  ReplyFields fields;
};

enum class Loss {
  // No connection: the request was never received.
  not_sent,
  // No answer in time: it may have been carried out.
  timed_out,
  // The connection ended before the answer: it may have been carried out.
  cut,
};

// Port: sends requests, each on a connection that carries nothing else until it is answered. Every `send`
// ends in one call of an AnswerTaker, never from inside `send`.
class Sender {
 public:
  virtual ~Sender() = default;
  // No more may be under way.
  virtual bool full() const = 0;
  // Unless `full`. `tag` comes back with the answer. The text is copied or gone when this returns.
  virtual void send(std::uint32_t tag, std::string_view request) = 0;
};

class AnswerTaker {
 public:
  virtual ~AnswerTaker() = default;
  virtual void answered(std::uint32_t tag, const Reply& reply, Time now) = 0;
  virtual void lost(std::uint32_t tag, Loss loss, Time now) = 0;
};

}  // namespace flightdeck::stress
