#include "stress_http/inquiry.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/limits.h"

namespace flightdeck::stress_http {

namespace {

std::string describe(const net::HttpReply& reply) {
  return "answer " + std::to_string(reply.status) + " " +
         reply.body.substr(0, limits::stress_error_sample_bytes);
}

}  // namespace

Result<void> Inquiry::run(std::size_t lines, const std::function<std::string(std::size_t)>& first,
                          const Next& next) {
  next_ = &next;
  std::size_t begun = 0;
  while (!failure_) {
    const stress::Time now = std::chrono::steady_clock::now();
    if (now >= pause_ends_) {
      for (const std::uint32_t tag : std::exchange(again_, {})) ready_.push_back(tag);
    }
    while (!requests_.full() && !ready_.empty()) {
      const std::uint32_t tag = ready_.front();
      ready_.pop_front();
      send(tag);
    }
    for (; !requests_.full() && begun < lines; ++begun) {
      if (free_.empty()) {
        free_.push_back(static_cast<std::uint32_t>(calls_.size()));
        calls_.emplace_back();
      }
      const std::uint32_t tag = free_.back();
      free_.pop_back();
      calls_[tag] = {begun, first(begun)};
      send(tag);
    }
    if (begun == lines && under_way_ == 0 && ready_.empty() && again_.empty()) return {};
    if (now >= deadline_) {
      failure_ = Error{ErrorCode::unavailable, last_trouble_.empty() ? "no time left" : last_trouble_};
      break;
    }
    requests_.turn(again_.empty() ? deadline_ : std::min(deadline_, pause_ends_), *this);
  }
  return *failure_;
}

void Inquiry::send(std::uint32_t slot) {
  ++under_way_;
  requests_.send(slot, calls_[slot].request);
}

void Inquiry::answered(std::uint32_t tag, const net::HttpReply& reply, stress::Time now) {
  if (reply.status >= 500) return fail(tag, describe(reply), now);
  --under_way_;
  Result<std::optional<std::string>> next = (*next_)(calls_[tag].line, reply);
  if (!next) {
    failure_ = next.error();
  } else if (*next) {
    calls_[tag].request = **std::move(next);
    ready_.push_back(tag);
  } else {
    free_.push_back(tag);
  }
}

void Inquiry::lost(std::uint32_t tag, stress::Loss loss, stress::Time now) {
  fail(tag,
       loss == stress::Loss::not_sent    ? "no connection"
       : loss == stress::Loss::timed_out ? "no answer in time"
                                         : "the connection was cut",
       now);
}

void Inquiry::fail(std::uint32_t tag, std::string why, stress::Time now) {
  --under_way_;
  if (persistence_ == Persistence::once) {
    failure_ = Error{ErrorCode::unavailable, std::move(why)};
    return;
  }
  last_trouble_ = std::move(why);
  if (again_.empty()) pause_ends_ = now + limits::stress_retry_pause;
  again_.push_back(tag);
}

}  // namespace flightdeck::stress_http
