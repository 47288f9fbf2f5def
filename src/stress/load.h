// The load itself: which user books what and when, and the outcomes. It has no I/O and no clock.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "core/random.h"
#include "stress/acknowledged_bookings.h"
#include "stress/answer.h"
#include "stress/arrivals.h"
#include "stress/outcomes.h"
#include "stress/plan.h"
#include "stress/request_text.h"

namespace flightdeck::stress {

// What the audit needs to know of a run.
struct LoadRecord {
  AcknowledgedBookings told;
  // For each user, the requests that may have made a booking without acknowledging it.
  std::vector<std::uint32_t> unanswered;
  // For each user, whether any booking was requested.
  std::vector<bool> asked;
  // For each flight, the number of OUT_OF_STOCK answers.
  std::vector<std::uint64_t> sold_out;
};

// Used from one thread. `sender` outlives it, and delivers the answers to it.
class Load final : public AnswerTaker {
 public:
  // `users` and `flights` are ids as text, at least one of each.
  Load(const Plan& plan, const BaseUrl& base_url, std::vector<std::string> users,
       std::vector<std::string> flights, Sender& sender, Time start);

  // Sends the requests that are due. Returns when to call it again if no answer comes before.
  Time turn(Time now);
  // Sends nothing new from now on. Requests under way are waited for, as at the end of the duration.
  void stop(Time now);
  bool finished() const { return finished_; }

  void answered(std::uint32_t tag, const Reply& reply, Time now) override;
  void lost(std::uint32_t tag, Loss loss, Time now) override;

  // The progress since the last call.
  Progress take_progress(Time now);
  // Use both when the load has finished.
  Outcomes& outcomes() { return outcomes_; }
  LoadRecord& record() { return record_; }

 private:
  // A request that waits for a connection, is under way, or is about to be sent again. In the closed loop
  // each user has one.
  struct Attempt {
    // The latency counts from this time.
    Time intended{};
    std::uint64_t key = 0;
    std::uint32_t user = 0;
    std::uint32_t flight = 0;
    // For a cancellation, the index among the acknowledged bookings.
    std::uint32_t told = 0;
    std::uint8_t seats = 0;
    bool cancels = false;
    bool measured = false;
    // The request was sent, and its answer was lost.
    bool doubtful = false;
    // Whether it is sent again after its pause. Otherwise its user continues with the next one.
    bool again = false;
  };
  struct Pause {
    Time until{};
    std::uint32_t tag = 0;
  };

  bool ended(Time now) const { return now >= end_; }
  bool may_send(Time now) const { return now < give_up_; }
  bool in_time(Time now) const { return now >= measured_from_ && now < end_; }

  std::uint32_t free_tag();
  void begin(std::uint32_t tag, std::uint32_t user, Time intended);
  void send(std::uint32_t tag);
  void send_arrivals(Time now);
  void end_pauses(Time now);
  void pump(Time now);
  void go_on(std::uint32_t tag, Time now);
  void pause(std::uint32_t tag, bool again, Time now);
  void give_up_what_waits();
  bool arrivals_left(Time now) const;
  void update_finished(Time now);

  void take_accepted(std::uint32_t tag, const BookingAnswer& answer, Time now);
  void take_cancelled(std::uint32_t tag, const BookingAnswer& answer, const Reply& reply, Time now);
  void take_refused(const Attempt& attempt, const BookingAnswer& answer, const Reply& reply, Time now);
  void record_latency(LatencyHistogram Latencies::*kind, const Attempt& attempt, Time now);
  template <class Change>
  void count(const Attempt& attempt, const Change& change);

  const Plan plan_;
  const std::vector<std::string> users_;
  const std::vector<std::string> flights_;
  Sender& sender_;
  RequestText text_;
  SeededRandom random_;
  std::optional<Arrivals> arrivals_;

  const Time start_;
  const Time measured_from_;
  Time end_;
  // Nothing is sent after this time.
  Time give_up_;
  bool finished_ = false;
  bool stopped_ = false;

  // The attempts by tag.
  std::vector<Attempt> attempts_;
  std::vector<std::uint32_t> free_;
  // The tags that wait for a connection.
  std::deque<std::uint32_t> ready_;
  std::deque<Pause> paused_;
  std::size_t under_way_ = 0;
  std::uint64_t next_key_ = 0;

  Outcomes outcomes_;
  LoadRecord record_;
  Progress second_;
  Time second_began_;
};

}  // namespace flightdeck::stress
