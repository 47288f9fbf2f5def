#include "stress/load.h"

#include <algorithm>
#include <utility>

#include "core/limits.h"

namespace flightdeck::stress {

namespace {

std::string error_name(const Reply& reply) {
  const auto& code = reply.fields.code;
  return std::to_string(reply.status) + (code ? " " + std::string(*code) : std::string());
}

std::string_view loss_name(Loss loss) {
  return loss == Loss::not_sent ? "no connection" : "the connection was cut before the answer";
}

double seconds_of(Nanoseconds time) { return std::chrono::duration<double>(time).count(); }

}  // namespace

Load::Load(const Plan& plan, const BaseUrl& base_url, std::vector<std::string> users,
           std::vector<std::string> flights, Sender& sender, Time start)
    : plan_(plan),
      users_(std::move(users)),
      flights_(std::move(flights)),
      sender_(sender),
      text_(base_url, plan),
      random_(plan.seed),
      start_(start),
      measured_from_(start + plan.warm_up),
      end_(measured_from_ + plan.duration),
      give_up_(end_ + plan.timeout),
      second_began_(start) {
  record_.unanswered.resize(users_.size());
  record_.asked.resize(users_.size());
  record_.sold_out.resize(flights_.size());
  if (plan.rate) {
    arrivals_.emplace(*plan.rate, plan.seed);
    return;
  }
  for (std::uint32_t user = 0; user < users_.size(); ++user) begin(free_tag(), user, start);
}

Time Load::turn(Time now) {
  end_pauses(now);
  if (!may_send(now)) give_up_what_waits();
  pump(now);
  if (arrivals_) send_arrivals(now);
  update_finished(now);

  Time next = may_send(now) ? give_up_ : Time::max();
  if (!ended(now)) next = std::min(next, end_);
  if (!paused_.empty()) next = std::min(next, paused_.front().until);
  // While every connection is taken, an answer is what lets the next one go.
  if (arrivals_left(now) && !sender_.full()) next = std::min(next, start_ + arrivals_->next());
  return next;
}

void Load::stop(Time now) {
  stopped_ = true;
  end_ = std::min(end_, now);
  give_up_ = std::min(give_up_, now + plan_.timeout);
  update_finished(now);
}

std::uint32_t Load::free_tag() {
  if (!free_.empty()) {
    const std::uint32_t tag = free_.back();
    free_.pop_back();
    return tag;
  }
  attempts_.emplace_back();
  return static_cast<std::uint32_t>(attempts_.size() - 1);
}

void Load::begin(std::uint32_t tag, std::uint32_t user, Time intended) {
  const std::uint64_t draw = random_.next();
  const auto choices = static_cast<unsigned>(plan_.seats.most - plan_.seats.least + 1);
  Attempt& attempt = attempts_[tag];
  attempt = {};
  attempt.intended = intended;
  attempt.key = next_key_++;
  attempt.user = user;
  attempt.flight = static_cast<std::uint32_t>((draw >> 8) % flights_.size());
  attempt.seats =
      static_cast<std::uint8_t>(static_cast<std::uint64_t>(plan_.seats.least) + (draw & 255) % choices);
  attempt.measured = intended >= measured_from_;
  count(attempt, [](Counts& counts) { ++counts.requests; });
  record_.asked[user] = true;
  ready_.push_back(tag);
}

void Load::send(std::uint32_t tag) {
  const Attempt& attempt = attempts_[tag];
  ++under_way_;
  if (attempt.cancels) {
    AcknowledgedBooking& told = record_.told[attempt.told];
    told.cancel_asked = true;
    sender_.send(tag, text_.cancel(told.id));
  } else {
    sender_.send(tag, text_.book(users_[attempt.user], flights_[attempt.flight], attempt.seats, attempt.key));
  }
}

void Load::pump(Time now) {
  if (!may_send(now)) return;
  while (!ready_.empty() && !sender_.full()) {
    const std::uint32_t tag = ready_.front();
    ready_.pop_front();
    send(tag);
  }
}

// An arrival for which there is no connection waits where it is, at no cost: its time is known.
void Load::send_arrivals(Time now) {
  while (arrivals_left(now) && !sender_.full()) {
    const Time arrival = start_ + arrivals_->next();
    if (arrival > now) break;
    arrivals_->advance();
    outcomes_.behind_longest = std::max(outcomes_.behind_longest, Nanoseconds(now - arrival));
    const auto user = static_cast<std::uint32_t>(random_.next() % users_.size());
    begin(free_tag(), user, arrival);
    pump(now);
  }
}

void Load::end_pauses(Time now) {
  while (!paused_.empty() && paused_.front().until <= now) {
    const std::uint32_t tag = paused_.front().tag;
    paused_.pop_front();
    if (attempts_[tag].again) {
      ready_.push_back(tag);
    } else {
      go_on(tag, now);
    }
  }
}

// The attempt has come to its end: in the closed loop its user begins the next.
void Load::go_on(std::uint32_t tag, Time now) {
  if (arrivals_ || ended(now)) {
    free_.push_back(tag);
  } else {
    begin(tag, attempts_[tag].user, now);
  }
}

void Load::pause(std::uint32_t tag, bool again, Time now) {
  attempts_[tag].again = again;
  paused_.push_back({now + limits::stress_retry_pause, tag});
}

void Load::give_up_what_waits() {
  for (const Pause& paused : std::exchange(paused_, {})) {
    if (attempts_[paused.tag].again) ready_.push_back(paused.tag);
  }
  for (const std::uint32_t tag : std::exchange(ready_, {})) {
    const Attempt& attempt = attempts_[tag];
    if (attempt.doubtful) {
      ++record_.unanswered[attempt.user];
    } else if (!attempt.cancels) {
      ++outcomes_.not_sent;
    }
  }
}

bool Load::arrivals_left(Time now) const {
  return arrivals_ && !stopped_ && may_send(now) && start_ + arrivals_->next() < end_;
}

void Load::update_finished(Time now) {
  if (finished_ || !ended(now) || under_way_ > 0 || !ready_.empty() || !paused_.empty() ||
      arrivals_left(now)) {
    return;
  }
  finished_ = true;
  outcomes_.seconds = std::max(0.0, seconds_of(end_ - measured_from_));
  if (!arrivals_ || stopped_) return;
  for (; start_ + arrivals_->next() < end_; arrivals_->advance()) ++outcomes_.not_sent;
}

void Load::answered(std::uint32_t tag, const Reply& reply, Time now) {
  --under_way_;
  const BookingAnswer answer = read_booking_answer(reply);
  if (in_time(now)) ++outcomes_.answered_in_time;
  if (attempts_[tag].cancels) {
    take_cancelled(tag, answer, reply, now);
  } else if (answer.kind == AnswerKind::accepted) {
    take_accepted(tag, answer, now);
  } else {
    take_refused(attempts_[tag], answer, reply, now);
    go_on(tag, now);
  }
  pump(now);
}

void Load::take_accepted(std::uint32_t tag, const BookingAnswer& answer, Time now) {
  Attempt& attempt = attempts_[tag];
  record_latency(&Latencies::accepted, attempt, now);
  const bool confirmed = answer.status == Status::confirmed;
  const bool pending = answer.status == Status::pending;
  count(attempt, [&](Counts& counts) {
    ++(confirmed ? counts.confirmed : pending ? counts.pending : counts.failed);
  });
  if (confirmed && in_time(now)) ++outcomes_.confirmed_in_time;

  AcknowledgedBooking told;
  told.id = answer.booking;
  told.user = attempt.user;
  told.flight = attempt.flight;
  told.seats = attempt.seats;
  told.status = answer.status;
  told.told_pending = pending;
  told.declined = answer.declined;
  told.measured = attempt.measured;
  told.in_time = in_time(now);
  told.as_asked = answer.flight.value_or(flights_[attempt.flight]) == flights_[attempt.flight] &&
                  answer.seats.value_or(attempt.seats) == attempt.seats;
  record_.told.push_back(told);
  if (!confirmed || plan_.cancel_share <= 0 || random_.next_fraction() >= plan_.cancel_share) {
    return go_on(tag, now);
  }
  attempt.cancels = true;
  attempt.doubtful = false;
  attempt.told = static_cast<std::uint32_t>(record_.told.size() - 1);
  ready_.push_back(tag);
}

void Load::take_cancelled(std::uint32_t tag, const BookingAnswer& answer, const Reply& reply, Time now) {
  const Attempt& attempt = attempts_[tag];
  AcknowledgedBooking& told = record_.told[attempt.told];
  if (answer.kind == AnswerKind::accepted) {
    told.status = answer.status;
    told.cancel_asked = false;
    if (answer.booking != told.id || answer.status != Status::cancelled) {
      outcomes_.errors.add("a cancellation was answered with something else", reply.body);
      count(attempt, [](Counts& counts) { ++counts.errors; });
    } else {
      count(attempt, [](Counts& counts) { ++counts.cancelled; });
    }
  } else {
    // Refused: the booking is what it was.
    if (!answer.may_have_booked) told.cancel_asked = false;
    outcomes_.errors.add("cancellation: " + error_name(reply), reply.body);
    count(attempt, [](Counts& counts) { ++counts.errors; });
  }
  go_on(tag, now);
}

void Load::take_refused(const Attempt& attempt, const BookingAnswer& answer, const Reply& reply, Time now) {
  // Sold out is said only of a request that has no booking from an earlier time it was sent.
  const bool doubtful = attempt.doubtful && answer.kind != AnswerKind::sold_out;
  if (answer.may_have_booked || doubtful) ++record_.unanswered[attempt.user];
  if (answer.kind == AnswerKind::sold_out) {
    ++record_.sold_out[attempt.flight];
    record_latency(&Latencies::sold_out, attempt, now);
    count(attempt, [](Counts& counts) { ++counts.sold_out; });
  } else if (answer.kind == AnswerKind::overloaded) {
    record_latency(&Latencies::overloaded, attempt, now);
    count(attempt, [&](Counts& counts) {
      ++counts.overloaded;
      if (!answer.retry_after) ++counts.overloaded_without_retry_after;
    });
  } else {
    outcomes_.errors.add(error_name(reply), reply.body);
    count(attempt, [](Counts& counts) { ++counts.errors; });
  }
}

void Load::lost(std::uint32_t tag, Loss loss, Time now) {
  --under_way_;
  Attempt& attempt = attempts_[tag];
  if (loss == Loss::timed_out) {
    count(attempt, [](Counts& counts) { ++counts.timeouts; });
  } else {
    outcomes_.errors.add(std::string(loss_name(loss)), {});
    count(attempt, [](Counts& counts) { ++counts.errors; });
  }
  if (attempt.cancels) {
    if (loss == Loss::not_sent) record_.told[attempt.told].cancel_asked = false;
    pause(tag, false, now);
    return;
  }
  if (loss != Loss::not_sent) attempt.doubtful = true;
  if (plan_.keyed) {
    if (attempt.doubtful) count(attempt, [](Counts& counts) { ++counts.sent_again; });
    return pause(tag, true, now);
  }
  if (attempt.doubtful) ++record_.unanswered[attempt.user];
  attempt.doubtful = false;
  // The deployment may be on its way down: those that lost their connection do not rush at it.
  pause(tag, false, now);
}

void Load::record_latency(LatencyHistogram Latencies::*kind, const Attempt& attempt, Time now) {
  const Nanoseconds latency = now - attempt.intended;
  if (attempt.measured) (outcomes_.latencies.*kind).record(latency);
  if (kind == &Latencies::accepted) second_.accepted.record(latency);
}

template <class Change>
void Load::count(const Attempt& attempt, const Change& change) {
  if (attempt.measured) change(outcomes_.counts);
  change(second_.counts);
}

Progress Load::take_progress(Time now) {
  Progress progress = std::exchange(second_, {});
  progress.elapsed_s = seconds_of(now - start_);
  progress.seconds = seconds_of(now - std::exchange(second_began_, now));
  progress.under_way = under_way_;
  progress.warming_up = now < measured_from_;
  if (arrivals_left(now))
    progress.behind = std::max(Nanoseconds::zero(), Nanoseconds(now - start_) - arrivals_->next());
  return progress;
}

}  // namespace flightdeck::stress
