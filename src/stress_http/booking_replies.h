// The answers to a load's bookings, read for it.
#pragma once

#include <array>
#include <cstddef>

#include "stress/plan.h"
#include "stress_http/request_pool.h"

namespace flightdeck::stress_http {

// Hands on what became of each request, with what the JSON of the answer says.
class BookingReplies final : public ReplyTaker {
 public:
  // `taker` outlives it.
  explicit BookingReplies(stress::AnswerTaker& taker) : taker_(taker) {}

  void answered(std::uint32_t tag, const net::HttpReply& reply, stress::Time now) override;
  void lost(std::uint32_t tag, stress::Loss loss, stress::Time now) override { taker_.lost(tag, loss, now); }

 private:
  // For the JSON of one answer; more of it goes elsewhere.
  static constexpr std::size_t usual_bytes = 4096;

  stress::AnswerTaker& taker_;
  alignas(std::max_align_t) std::array<unsigned char, usual_bytes> memory_{};
};

}  // namespace flightdeck::stress_http
