// The group commit on its own thread. The tests wait for what happens, never for time to pass.
#include "ledger/ledger_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <set>
#include <thread>

#include "core/limits.h"
#include "doubles/booking_world.h"
#include "doubles/settlements.h"
#include "ledger/ledger_client.h"

namespace flightdeck::ledger {
namespace {

using test::flight_draft;
using test::ManualLoop;
using test::Started;
using test::world_start;
using ::testing::ElementsAre;

// The in-memory ledger behind a door: a commit waits at it while it is shut.
class DoorStore final : public LedgerStore {
 public:
  void shut() { set_open(false); }
  void open() { set_open(true); }
  void wait_until_somebody_knocks() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return knocking_; });
  }
  void fail_next(int times) { failures_ = times; }
  void fail_commits(int times) { failing_commits_ = times; }
  // So many commits conflict, after so many that still go well.
  void conflict_next(int times, int after = 0) {
    good_left_ = after;
    conflicts_ = times;
  }
  int begun() const { return begun_; }

  LedgerRows begin(const LedgerKeys& keys) override {
    ++begun_;
    if (failures_ > 0 && failures_-- > 0) throw UnavailableError("out of order");
    return rows.begin(keys);
  }
  std::optional<RowVersion> commit(const LedgerChanges& changes) override {
    {
      std::unique_lock lock(mutex_);
      knocking_ = true;
      changed_.notify_all();
      changed_.wait(lock, [this] { return open_; });
      knocking_ = false;
    }
    if (failing_commits_ > 0 && failing_commits_-- > 0) throw UnavailableError("out of order");
    const bool good = good_left_ > 0 && good_left_-- > 0;
    if (!good && conflicts_ > 0 && conflicts_-- > 0) throw LedgerConflict("somebody else was faster");
    return rows.commit(changes);
  }
  void rollback() noexcept override { rows.rollback(); }
  std::vector<BookingId> claim_unfinished(Instant now, Instant lease, std::size_t limit) override {
    if (failures_ > 0 && failures_-- > 0) throw UnavailableError("out of order");
    return rows.claim_unfinished(now, lease, limit);
  }
  std::vector<events::OutboxRow> claim_events(Instant, Instant, std::size_t) override { return {}; }
  void remove_events(std::span<const std::int64_t>) override {}
  std::size_t trim_events(Instant, std::int64_t, std::size_t) override { return 0; }
  void check_writable() override {
    if (failures_ > 0 && failures_-- > 0) throw UnavailableError("out of order");
  }
  memory::MemoryLedger rows;

 private:
  void set_open(bool open) {
    const std::lock_guard lock(mutex_);
    open_ = open;
    changed_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = true;
  bool knocking_ = false;
  std::atomic<int> failures_{0};
  std::atomic<int> failing_commits_{0};
  std::atomic<int> conflicts_{0};
  std::atomic<int> good_left_{0};
  std::atomic<int> begun_{0};
};

class Listener final : public CommitObserver {
 public:
  void on_commit(Commit commit, std::function<void()> told) override {
    const std::lock_guard lock(mutex_);
    commits_.push_back(std::move(commit));
    if (hold_)
      held_.push_back(std::move(told));
    else
      told();
  }
  void hold() { hold_ = true; }
  std::vector<std::function<void()>> held() {
    const std::lock_guard lock(mutex_);
    return std::exchange(held_, {});
  }
  std::vector<Commit> commits() {
    const std::lock_guard lock(mutex_);
    return commits_;
  }

 private:
  std::mutex mutex_;
  std::atomic<bool> hold_{false};
  std::vector<Commit> commits_;
  std::vector<std::function<void()>> held_;
};

class LedgerWriterTest : public ::testing::Test {
 protected:
  template <class T>
  auto wait(Task<T> task) {
    return test::finish_with_threads(loop, std::move(task));
  }
  LedgerWriterTest() {
    AddFlight add{flight, flight_draft(100'000), false};
    EXPECT_TRUE(wait(client.apply(std::move(add))).has_value());
  }
  ~LedgerWriterTest() override {
    store.open();
    writer.stop();
    loop.run();
  }
  Task<Result<Applied>> place() {
    PlaceBooking command{BookingId{make_uuid_v7(clock.now(), random)}, {}, flight, 1, Milliseconds{60'000}};
    return client.apply(std::move(command));
  }
  void start_placing(std::size_t count) {
    for (; count > 0; --count) placing.push_back(test::start(place()));
    // The turn ends.
    loop.run();
  }
  void wait_for_all() {
    loop.run_until([&] {
      return std::all_of(placing.begin(), placing.end(), [](const auto& one) { return one.done(); });
    });
  }
  std::int64_t available() { return store.rows.flights(std::span(&flight, 1)).at(0).available_seats; }

  const FlightId flight = [] {
    FlightId id;
    id.value.data()[15] = 1;
    return id;
  }();
  test::ManualClock clock{world_start};
  ManualLoop loop{clock};
  SeededRandom random{5};
  test::SilentLog log;
  Counters counters;
  DoorStore store;
  Listener listener;
  LedgerWriter writer{store, listener, clock, counters, log};
  LedgerReadQueue reads{store.rows, clock};
  LedgerClient client{{{&writer}, writer, reads, reads, reads, reads}, loop};
  std::vector<Started<Result<Applied>>> placing;
};

TEST_F(LedgerWriterTest, ABatchFillsWhileAnotherCommits) {
  const auto before = counters.ledger_batches.batches();
  store.shut();
  start_placing(1);
  store.wait_until_somebody_knocks();
  start_placing(100);
  store.open();
  wait_for_all();
  for (auto& one : placing) ASSERT_TRUE(one.take().has_value());
  EXPECT_EQ(counters.ledger_batches.batches() - before, 2) << "one alone, and one with all that waited";
  EXPECT_EQ(counters.bookings_total.get(), 101);
  EXPECT_EQ(available(), 100'000 - 101);
}

TEST_F(LedgerWriterTest, WhatATurnAsksForIsOneBatch) {
  const auto before = counters.ledger_batches.batches();
  const int begun = store.begun();
  for (int i = 0; i < 50; ++i) placing.push_back(test::start(place()));
  EXPECT_EQ(store.begun(), begun) << "not before its end";
  wait_for_all();
  for (auto& one : placing) ASSERT_TRUE(one.take().has_value());
  EXPECT_EQ(counters.ledger_batches.batches() - before, 1);
}

TEST_F(LedgerWriterTest, ABatchHasALimit) {
  const auto before = counters.ledger_batches.batches();
  store.shut();
  start_placing(1);
  store.wait_until_somebody_knocks();
  start_placing(limits::ledger_batch_commands + 1);
  store.open();
  wait_for_all();
  EXPECT_EQ(counters.ledger_batches.batches() - before, 3);
}

TEST_F(LedgerWriterTest, AFullQueueTakesNothingMore) {
  store.shut();
  start_placing(1);
  store.wait_until_somebody_knocks();
  start_placing(limits::ledger_queue_commands);
  auto refused = test::start(place());
  loop.run();
  ASSERT_TRUE(refused.done()) << "at once";
  EXPECT_EQ(refused.take().error().code, ErrorCode::overloaded);
  store.open();
  wait_for_all();
  for (auto& one : placing) ASSERT_TRUE(one.take().has_value());
  EXPECT_EQ(available(), 100'000 - 1 - static_cast<std::int64_t>(limits::ledger_queue_commands));
}

TEST_F(LedgerWriterTest, AFailedBatchIsUnavailableToAllAndTheThreadLivesOn) {
  store.shut();
  start_placing(1);
  store.wait_until_somebody_knocks();
  start_placing(5);
  store.fail_next(1);
  store.open();
  wait_for_all();
  ASSERT_TRUE(placing[0].take().has_value());
  for (std::size_t i = 1; i < placing.size(); ++i) {
    EXPECT_EQ(placing[i].take().error().code, ErrorCode::unavailable);
  }
  EXPECT_TRUE(wait(place()).has_value());
  EXPECT_EQ(available(), 100'000 - 2);
}

TEST_F(LedgerWriterTest, WhoWaitedForABatchThatFailedDoesNotWaitForAnother) {
  store.shut();
  start_placing(1);
  store.wait_until_somebody_knocks();
  start_placing(5);
  const int before = store.begun();
  store.fail_commits(1);
  store.open();
  wait_for_all();
  for (auto& one : placing) {
    const Result<Applied> outcome = one.take();
    ASSERT_FALSE(outcome.has_value());
    EXPECT_EQ(outcome.error().code, ErrorCode::unavailable);
  }
  EXPECT_EQ(store.begun(), before);
  EXPECT_TRUE(wait(place()).has_value()) << "and the thread lives on";
}

TEST_F(LedgerWriterTest, AConflictIsDecidedAnew) {
  store.conflict_next(2);
  EXPECT_TRUE(wait(place()).has_value());
  EXPECT_EQ(available(), 100'000 - 1);
}

TEST_F(LedgerWriterTest, ABatchThatKeepsConflictingIsAppliedOneByOne) {
  store.shut();
  start_placing(1);
  store.wait_until_somebody_knocks();
  start_placing(4);
  const int begun = store.begun();
  // Every try of the batch of four.
  store.conflict_next(3, 1);
  store.open();
  wait_for_all();
  EXPECT_EQ(store.begun() - begun, 3 + 4);
  for (auto& one : placing) EXPECT_TRUE(one.take().has_value());
  EXPECT_EQ(available(), 100'000 - 5);
}

TEST_F(LedgerWriterTest, ACommandThatAlwaysConflictsIsUnavailable) {
  store.conflict_next(3);
  EXPECT_EQ(wait(place()).error().code, ErrorCode::unavailable);
  EXPECT_TRUE(wait(place()).has_value());
}

TEST_F(LedgerWriterTest, NobodyIsAnsweredBeforeTheObserverIsDone) {
  listener.hold();
  start_placing(1);
  std::vector<std::function<void()>> held;
  while (held.empty()) held = listener.held();
  loop.run();
  EXPECT_FALSE(placing[0].done());
  EXPECT_EQ(available(), 100'000 - 1) << "it is written all the same";
  EXPECT_EQ(listener.commits().back().updates.at(0).flight->available_seats, 100'000 - 1);
  held.front()();
  wait_for_all();
  EXPECT_TRUE(placing[0].take().has_value());
}

TEST_F(LedgerWriterTest, StoppingFinishesWhatIsQueuedAndTakesNothingMore) {
  store.shut();
  start_placing(1);
  store.wait_until_somebody_knocks();
  start_placing(limits::ledger_batch_commands * 2);
  std::thread stopping([this] { writer.stop(); });
  store.open();
  stopping.join();
  wait_for_all();
  for (auto& one : placing) ASSERT_TRUE(one.take().has_value());
  auto late = test::start(place());
  loop.run();
  ASSERT_TRUE(late.done());
  EXPECT_EQ(late.take().error().code, ErrorCode::unavailable);
  EXPECT_THROW(wait(client.claim_unfinished(clock.now(), clock.now(), 1)), UnavailableError);
  // Again.
  writer.stop();
}

TEST_F(LedgerWriterTest, OnlyAPaymentsSuccessGoesTheSettlersWay) {
  DoorStore settling;
  LedgerWriter settler{settling, listener, clock, counters, log};
  LedgerClient two_ways{{{&writer}, settler, reads, reads, reads, reads}, loop};
  const Booking booking = *wait(place())->booking;
  const int begun = store.begun();
  Command success = test::payment_succeeded(booking.id, flight, "ref");
  EXPECT_EQ(wait(two_ways.apply(success)).error().code, ErrorCode::not_found) << "in a ledger of its own";
  EXPECT_EQ(settling.begun(), 1);
  EXPECT_EQ(store.begun(), begun);
  Command failure = test::payment_failed(booking.id, flight, "payment_declined");
  EXPECT_EQ(wait(two_ways.apply(failure))->booking->status, BookingStatus::failed);
  EXPECT_EQ(settling.begun(), 1);
  settler.stop();
}

TEST_F(LedgerWriterTest, CommandsOfOneFlightGoOneWay) {
  DoorStore second_store;
  LedgerWriter second{second_store, listener, clock, counters, log};
  LedgerClient two_ways{{{&writer, &second}, writer, reads, reads, reads, reads}, loop};
  const auto takers_of = [&](std::uint8_t n) {
    FlightId id;
    id.value.data()[15] = n;
    id.value.data()[8] = n;
    const int first_before = store.begun();
    const int second_before = second_store.begun();
    for (int i = 0; i < 3; ++i) {
      Command close = CloseFlight{id, false};
      EXPECT_EQ(wait(two_ways.apply(close)).error().code, ErrorCode::not_found);
      Command cancel = CancelBooking{BookingId{make_uuid_v7(clock.now(), random)}, id};
      EXPECT_EQ(wait(two_ways.apply(cancel)).error().code, ErrorCode::not_found);
    }
    return std::pair(store.begun() - first_before, second_store.begun() - second_before);
  };
  std::set<std::pair<int, int>> ways;
  for (std::uint8_t n = 1; n <= 8; ++n) ways.insert(takers_of(n));
  EXPECT_THAT(ways, ElementsAre(std::pair(0, 6), std::pair(6, 0))) << "and both are used";
  second.stop();
}

TEST_F(LedgerWriterTest, TheLedgerIsWritableWhenAllItsThreadsCanWrite) {
  DoorStore second_store;
  LedgerWriter second{second_store, listener, clock, counters, log};
  LedgerClient two_ways{{{&writer, &second}, writer, reads, reads, reads, reads}, loop};
  wait(two_ways.check_writable());
  second_store.fail_next(1);
  EXPECT_THROW(wait(two_ways.check_writable()), UnavailableError);
  second.stop();
}

TEST_F(LedgerWriterTest, ClaimsGoTheSameWay) {
  const Booking booking = *wait(place())->booking;
  const Instant due = booking.expires_at;
  EXPECT_THAT(wait(client.claim_unfinished(due, due + Milliseconds{1}, 10)),
              ::testing::ElementsAre(booking.id));
  store.fail_next(1);
  EXPECT_THROW(wait(client.claim_unfinished(due, due, 10)), UnavailableError);
}

TEST_F(LedgerWriterTest, ReadsSeeWhatIsCommittedAndCarryExceptions) {
  const Booking booking = *wait(place())->booking;
  EXPECT_EQ(wait(client.find_booking(booking.id)), booking);
  EXPECT_EQ(wait(client.find_booking(BookingId{})), std::nullopt);
  EXPECT_EQ(wait(client.find_flight(flight))->available_seats, 100'000 - 1);
  std::function<void(LedgerReader&)> broken = [](LedgerReader&) { throw UnavailableError("broken"); };
  EXPECT_THROW(wait(client.run(ReadKind::list, broken)), UnavailableError);
  reads.stop();
  EXPECT_THROW(wait(client.find_booking(booking.id)), UnavailableError);
}

}  // namespace
}  // namespace flightdeck::ledger
