#include "stress/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

#include "core/limits.h"

namespace flightdeck::stress {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

// Keeps what is sent until the test answers it. Time is what the test says.
class LoadTest : public testing::Test, public Sender {
 protected:
  struct Sent {
    std::uint32_t tag;
    std::string request;
  };

  bool full() const override { return sent_.size() >= room_; }
  void send(std::uint32_t tag, std::string_view request) override {
    ASSERT_FALSE(full());
    sent_.push_back({tag, std::string(request)});
  }

  void begin(std::uint32_t users) {
    plan_.users = users;
    std::vector<std::string> ids;
    for (std::uint32_t i = 0; i < users; ++i)
      ids.push_back(UserId{Uuid{{1, static_cast<std::uint8_t>(i)}}}.str());
    load_.emplace(plan_, BaseUrl{"host", ""}, ids, std::vector<std::string>{FlightId{Uuid{{2}}}.str()}, *this,
                  now_);
    load_->turn(now_);
  }
  void pass(milliseconds time) {
    now_ += time;
    load_->turn(now_);
  }
  // Of another booking each time.
  ReplyFields booking(const char* status) {
    booking_id_ = BookingId{Uuid{{3, static_cast<std::uint8_t>(++bookings_)}}}.str();
    ReplyFields fields;
    fields.booking_id = booking_id_;
    fields.status = status;
    return fields;
  }
  static ReplyFields refusal(const char* code) {
    ReplyFields fields;
    fields.code = code;
    return fields;
  }
  void answer_oldest(int status, const ReplyFields& fields, bool retry_after = false) {
    const Sent sent = sent_.front();
    sent_.pop_front();
    load_->answered(sent.tag, {status, "the body", retry_after, fields}, now_);
    load_->turn(now_);
  }
  void confirm_oldest() { answer_oldest(200, booking("CONFIRMED")); }
  void lose_oldest(Loss loss) {
    const Sent sent = sent_.front();
    sent_.pop_front();
    load_->lost(sent.tag, loss, now_);
    load_->turn(now_);
  }
  const Counts& counts() { return load_->outcomes().counts; }

  static Plan plan() {
    Plan plan;
    plan.duration = seconds(10);
    plan.timeout = seconds(5);
    return plan;
  }

  Plan plan_ = plan();
  std::size_t room_ = 1000;
  std::deque<Sent> sent_;
  std::optional<Load> load_;
  Time now_{};
  int bookings_ = 0;
  // Of the last one.
  std::string booking_id_;
};

TEST_F(LoadTest, InTheClosedLoopEachUserBooksAgainWhenItHasItsAnswer) {
  begin(2);
  ASSERT_EQ(sent_.size(), 2U);
  const std::string first = sent_[0].request;
  EXPECT_NE(first, sent_[1].request) << "of another user";
  now_ += milliseconds(30);
  confirm_oldest();
  ASSERT_EQ(sent_.size(), 2U);
  EXPECT_EQ(sent_[1].request, first) << "of the same user";
  pass(seconds(10));
  confirm_oldest();
  EXPECT_FALSE(load_->finished());
  answer_oldest(202, booking("PENDING"));
  EXPECT_TRUE(sent_.empty()) << "the time is over";
  EXPECT_TRUE(load_->finished());
  EXPECT_EQ(counts().requests, 3U);
  EXPECT_EQ(counts().confirmed, 2U);
  EXPECT_EQ(counts().pending, 1U);
  EXPECT_EQ(load_->outcomes().confirmed_in_time, 1U);
  EXPECT_EQ(load_->outcomes().seconds, 10);
  EXPECT_EQ(load_->record().told.size(), 3U);
}

TEST_F(LoadTest, WhatAnAnswerSaysItIsForIsCompared) {
  begin(1);
  const std::string flight = FlightId{Uuid{{2}}}.str();
  const std::string another = FlightId{Uuid{{9}}}.str();
  const auto confirm = [&](std::optional<std::string_view> flight_id, std::optional<std::int64_t> seats) {
    ReplyFields fields = booking("CONFIRMED");
    fields.flight_id = flight_id;
    fields.seats = seats;
    answer_oldest(200, fields);
  };
  confirm(flight, 1);
  confirm(another, 1);
  confirm(flight, 2);
  confirm(std::nullopt, std::nullopt);
  std::vector<bool> told;
  for (const AcknowledgedBooking& booking : load_->record().told) told.push_back(booking.as_asked);
  EXPECT_EQ(told, (std::vector<bool>{true, false, false, true}));
}

TEST_F(LoadTest, TheWarmUpIsToldOfButNotCounted) {
  plan_.warm_up = seconds(1);
  begin(1);
  confirm_oldest();
  pass(seconds(1));
  // Begun in the warm-up.
  confirm_oldest();
  confirm_oldest();
  EXPECT_EQ(counts().confirmed, 1U);
  EXPECT_EQ(load_->outcomes().confirmed_in_time, 2U);
  EXPECT_EQ(load_->record().told.size(), 3U);
}

TEST_F(LoadTest, SortsAnswers) {
  begin(1);
  answer_oldest(200, booking("FAILED"));
  answer_oldest(400, refusal("OUT_OF_STOCK"));
  answer_oldest(503, refusal("OVERLOADED"), true);
  answer_oldest(503, refusal("UNAVAILABLE"));
  answer_oldest(422, refusal("VALIDATION_FAILED"));
  lose_oldest(Loss::timed_out);
  EXPECT_EQ(counts().failed, 1U);
  EXPECT_EQ(counts().sold_out, 1U);
  EXPECT_EQ(counts().overloaded, 2U);
  EXPECT_EQ(counts().overloaded_without_retry_after, 1U);
  EXPECT_EQ(counts().errors, 1U);
  EXPECT_EQ(counts().timeouts, 1U);
  EXPECT_EQ(load_->record().told.size(), 1U);
  EXPECT_EQ(load_->record().sold_out.at(0), 1U);
  EXPECT_EQ(load_->record().unanswered.at(0), 2U) << "the time-out, and the answer that nobody knows";
  ASSERT_EQ(load_->outcomes().errors.kinds().size(), 1U);
  EXPECT_EQ(load_->outcomes().errors.kinds()[0].what, "422 VALIDATION_FAILED");
}

TEST_F(LoadTest, AUserWhoseRequestWasLostPauses) {
  begin(1);
  lose_oldest(Loss::not_sent);
  EXPECT_TRUE(sent_.empty());
  EXPECT_EQ(load_->record().unanswered.at(0), 0U) << "it was never received";
  pass(limits::stress_retry_pause);
  EXPECT_EQ(sent_.size(), 1U);
  EXPECT_EQ(counts().errors, 1U);
}

TEST_F(LoadTest, FewerConnectionsThanUsersAreSharedInTurn) {
  room_ = 1;
  begin(3);
  std::vector<std::string> order;
  for (int i = 0; i < 4; ++i) {
    ASSERT_EQ(sent_.size(), 1U);
    order.push_back(sent_[0].request);
    now_ += milliseconds(10);
    confirm_oldest();
  }
  EXPECT_EQ(order[3], order[0]);
  EXPECT_NE(order[1], order[0]);
  // The third waited for the two before it, and that counts.
  EXPECT_EQ(load_->outcomes().latencies.accepted.max(), milliseconds(30));
}

TEST_F(LoadTest, InTheOpenLoopBookingsArriveWhetherOrNotAnyIsAnswered) {
  plan_.rate = 100;
  begin(20);
  Arrivals arrivals(100, plan_.seed);
  std::size_t due = 0;
  for (int i = 0; i < 10; ++i) {
    pass(milliseconds(50));
    for (; arrivals.next() <= now_.time_since_epoch(); arrivals.advance()) ++due;
    EXPECT_EQ(sent_.size(), due);
  }
  EXPECT_GT(due, 20U);
  const std::vector<bool>& asked = load_->record().asked;
  for (std::size_t user = 0; user < asked.size(); ++user) {
    const std::string id = UserId{Uuid{{1, static_cast<std::uint8_t>(user)}}}.str();
    const bool sent = std::any_of(sent_.begin(), sent_.end(),
                                  [&](const Sent& one) { return one.request.find(id) != std::string::npos; });
    EXPECT_EQ(asked[user], sent);
  }
}

TEST_F(LoadTest, AStallOfTheDeploymentIsInTheLatency) {
  plan_.rate = 1000;
  plan_.duration = seconds(1);
  plan_.timeout = seconds(60);
  room_ = 10;
  begin(20);
  pass(milliseconds(500));
  EXPECT_EQ(sent_.size(), room_) << "what is under way is bounded";
  EXPECT_GT(load_->take_progress(now_).behind, milliseconds(400));
  pass(milliseconds(1500));
  while (!load_->finished()) {
    ASSERT_FALSE(sent_.empty());
    confirm_oldest();
  }
  const LatencyHistogram& latencies = load_->outcomes().latencies.accepted;
  EXPECT_NEAR(static_cast<double>(latencies.count()), 1000, 150);
  // Sent at the end or not: each was due at its own moment of the second.
  EXPECT_NEAR(std::chrono::duration<double>(latencies.quantile(0.5)).count(), 1.5, 0.1);
  EXPECT_GT(latencies.max(), milliseconds(1950));
  EXPECT_GT(load_->outcomes().behind_longest, milliseconds(1900));
  EXPECT_EQ(load_->outcomes().confirmed_in_time, 0U);
  EXPECT_EQ(load_->outcomes().not_sent, 0U);
}

TEST_F(LoadTest, WhatCouldNeverBeSentIsSaid) {
  plan_.rate = 1000;
  plan_.duration = seconds(1);
  room_ = 3;
  begin(20);
  pass(seconds(1));
  pass(plan_.timeout);
  ASSERT_EQ(sent_.size(), 3U);
  while (!sent_.empty()) lose_oldest(Loss::timed_out);
  EXPECT_TRUE(load_->finished());
  EXPECT_EQ(counts().timeouts, 3U);
  std::uint64_t arrivals = 0;
  for (Arrivals all(1000, plan_.seed); all.next() < seconds(1); all.advance()) ++arrivals;
  EXPECT_EQ(counts().requests + load_->outcomes().not_sent, arrivals);
}

TEST_F(LoadTest, StoppedItWaitsForAnswersAndBeginsNothing) {
  for (const bool open : {false, true}) {
    SCOPED_TRACE(open);
    sent_.clear();
    if (open) plan_.rate = 100;
    begin(5);
    pass(seconds(1));
    const std::size_t under_way = sent_.size();
    ASSERT_GT(under_way, 0U);
    load_->stop(now_);
    pass(milliseconds(100));
    EXPECT_EQ(sent_.size(), under_way);
    while (!sent_.empty()) confirm_oldest();
    EXPECT_TRUE(load_->finished());
    EXPECT_EQ(load_->outcomes().not_sent, 0U);
    EXPECT_EQ(load_->outcomes().seconds, 1);
  }
}

TEST_F(LoadTest, CancelsItsShareOfWhatWasConfirmed) {
  plan_.cancel_share = 1;
  begin(1);
  confirm_oldest();
  ASSERT_THAT(sent_.at(0).request, HasSubstr("DELETE /booking/03010000-"));
  EXPECT_TRUE(load_->record().told.at(0).cancel_asked);
  --bookings_;
  answer_oldest(200, booking("CANCELLED"));
  EXPECT_EQ(load_->record().told.at(0).status, Status::cancelled);
  EXPECT_FALSE(load_->record().told.at(0).cancel_asked);
  EXPECT_EQ(counts().cancelled, 1U);
  EXPECT_THAT(sent_.at(0).request, HasSubstr("POST /booking ")) << "the user goes on";

  answer_oldest(200, booking("FAILED"));
  EXPECT_THAT(sent_.at(0).request, HasSubstr("POST /booking ")) << "nothing to cancel";
  confirm_oldest();
  lose_oldest(Loss::cut);
  EXPECT_TRUE(load_->record().told.at(2).cancel_asked) << "nobody knows";
  EXPECT_EQ(load_->record().told.at(2).status, Status::confirmed);
  EXPECT_EQ(load_->record().unanswered.at(0), 0U) << "no booking can come of it";
  pass(limits::stress_retry_pause);
  confirm_oldest();
  answer_oldest(409, refusal("INVALID_STATE"));
  EXPECT_FALSE(load_->record().told.at(3).cancel_asked);
  EXPECT_EQ(counts().errors, 2U);
}

TEST_F(LoadTest, AKeyedBookingIsSentAgainUntilItIsAnswered) {
  plan_.keyed = true;
  begin(1);
  const std::string request = sent_.at(0).request;
  for (const Loss loss : {Loss::cut, Loss::not_sent, Loss::timed_out}) {
    lose_oldest(loss);
    EXPECT_TRUE(sent_.empty());
    pass(limits::stress_retry_pause);
    ASSERT_EQ(sent_.size(), 1U);
    EXPECT_EQ(sent_[0].request, request);
  }
  confirm_oldest();
  EXPECT_NE(sent_.at(0).request, request) << "another booking, another key";
  EXPECT_EQ(counts().requests, 2U);
  EXPECT_EQ(counts().sent_again, 3U);
  EXPECT_EQ(load_->record().told.size(), 1U);
  EXPECT_EQ(load_->record().unanswered.at(0), 0U);
  EXPECT_EQ(load_->outcomes().latencies.accepted.max(), 3 * limits::stress_retry_pause);
}

TEST_F(LoadTest, AKeyedBookingThatIsGivenUpMayBeThere) {
  plan_.keyed = true;
  begin(1);
  pass(seconds(10));
  lose_oldest(Loss::cut);
  EXPECT_FALSE(load_->finished()) << "it is sent again";
  pass(plan_.timeout);
  EXPECT_TRUE(load_->finished());
  EXPECT_EQ(load_->record().unanswered.at(0), 1U);
}

TEST_F(LoadTest, ProgressIsOfTheTimeSinceTheLast) {
  begin(2);
  now_ += milliseconds(20);
  confirm_oldest();
  now_ += milliseconds(980);
  Progress progress = load_->take_progress(now_);
  EXPECT_EQ(progress.counts.confirmed, 1U);
  EXPECT_EQ(progress.seconds, 1);
  EXPECT_EQ(progress.under_way, 2U);
  EXPECT_EQ(progress.accepted.max(), milliseconds(20));
  now_ += seconds(2);
  progress = load_->take_progress(now_);
  EXPECT_EQ(progress.counts.confirmed, 0U);
  EXPECT_EQ(progress.seconds, 2);
  EXPECT_EQ(progress.elapsed_s, 3);
}

}  // namespace
}  // namespace flightdeck::stress
