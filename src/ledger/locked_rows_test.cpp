// Rows that somebody else has locked hold up their own commands alone. The tests wait for what happens, never
// for time to pass.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <mutex>
#include <set>

#include "core/limits.h"
#include "doubles/booking_world.h"
#include "doubles/commit_nobody_hears.h"
#include "doubles/ids.h"
#include "doubles/settlements.h"
#include "ledger/apply_batch.h"
#include "ledger/ledger_client.h"
#include "ledger/ledger_writer.h"

namespace flightdeck::ledger {
namespace {

using test::flight_1;
using test::flight_2;
using test::id_of;
using test::world_start;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const FlightId flight_3 = id_of<FlightId>(3);

// The in-memory ledger, with rows that somebody else has locked. Thread-safe.
class LockedStore final : public LedgerStore {
 public:
  void lock(FlightId id) {
    change([&] { flights_.insert(id); });
  }
  void lock(BookingId id) {
    change([&] { bookings_.insert(id); });
  }
  // By something that no look at a row shows.
  void lock_unseen(FlightId id) {
    change([&] { unseen_.insert(id); });
  }
  void unlock() {
    change([&] {
      flights_.clear();
      bookings_.clear();
      unseen_.clear();
    });
  }
  // How often a batch had to wait for a lock that it did not get.
  int waits() {
    const std::lock_guard lock(mutex_);
    return waits_;
  }

  LedgerRows begin(const LedgerKeys& keys) override {
    for (const FlightId id : keys.flights) wait_for(flights_.contains(id) || unseen_.contains(id));
    return rows.begin(keys);
  }
  std::optional<RowVersion> commit(const LedgerChanges& changes) override {
    for (const Booking& row : changes.updated_bookings) wait_for(bookings_.contains(row.id));
    return rows.commit(changes);
  }
  void rollback() noexcept override { rows.rollback(); }
  LockedRows locked_of(const LedgerKeys& keys) override {
    const std::lock_guard lock(mutex_);
    LockedRows locked;
    for (const FlightId id : keys.flights)
      if (flights_.contains(id)) locked.flights.push_back(id);
    for (const BookingId id : keys.bookings)
      if (bookings_.contains(id)) locked.bookings.push_back(id);
    return locked;
  }
  std::vector<BookingId> claim_unfinished(Instant, Instant, std::size_t) override { return {}; }
  std::vector<events::OutboxRow> claim_events(Instant, Instant, std::size_t) override { return {}; }
  void remove_events(std::span<const std::int64_t>) override {}
  std::size_t trim_events(Instant, std::int64_t, std::size_t) override { return 0; }
  void check_writable() override {}
  memory::MemoryLedger rows;

 private:
  template <class Change>
  void change(Change change) {
    const std::lock_guard lock(mutex_);
    change();
  }
  void wait_for(bool locked) {
    const std::lock_guard lock(mutex_);
    if (!locked) return;
    ++waits_;
    throw RowsLockedError("canceling statement due to lock timeout");
  }

  std::mutex mutex_;
  std::set<FlightId> flights_, unseen_;
  std::set<BookingId> bookings_;
  int waits_ = 0;
};

class LockedRowsTest : public ::testing::Test {
 protected:
  LockedRowsTest() {
    std::vector<Command> add;
    std::int64_t number = 0;
    for (const FlightId id : {flight_1, flight_2, flight_3}) {
      flights::FlightDraft draft = test::flight_draft(10);
      draft.flight_number = "FD" + std::to_string(++number);
      add.push_back(AddFlight{id, std::move(draft), false});
    }
    for (const auto& outcome : apply_batch(store, add, clock.now()).outcomes)
      EXPECT_TRUE(outcome.has_value());
  }
  ~LockedRowsTest() override {
    store.unlock();
    writer.stop();
    loop.run();
  }

  PlaceBooking place(FlightId flight) {
    return PlaceBooking{
        BookingId{make_uuid_v7(clock.now(), random)}, {}, flight, 1, Milliseconds{60'000}, true};
  }
  static Command success_of(const Booking& booking) {
    return test::payment_succeeded(booking.id, booking.flight, "ref", PaymentSource::provider);
  }
  Booking placed(FlightId flight) {
    const std::vector<Command> commands = {place(flight)};
    return *apply_batch(store, commands, clock.now()).outcomes.front()->booking;
  }
  template <class T>
  auto wait(Task<T> task) {
    return test::finish_with_threads(loop, std::move(task));
  }
  std::int64_t available(FlightId id) { return store.rows.flights(std::span(&id, 1)).at(0).available_seats; }

  test::ManualClock clock{world_start};
  test::ManualLoop loop{clock};
  SeededRandom random{7};
  test::SilentLog log;
  Counters counters;
  LockedStore store;
  test::CommitNobodyHears observer;
  LedgerWriter writer{store, observer, clock, counters, log};
  LedgerReadQueue reads{store.rows, clock};
  LedgerClient client{{{&writer}, writer, reads, reads, reads, reads}, loop};
};

TEST_F(LockedRowsTest, TheOthersOfABatchGoOn) {
  store.lock(flight_2);
  const std::vector<Command> commands = {place(flight_1), place(flight_2), place(flight_3), place(flight_2),
                                         place(flight_1)};
  const AppliedBatch applied = apply_batch(store, commands, clock.now());
  ASSERT_EQ(applied.outcomes.size(), commands.size());
  EXPECT_THAT(applied.locked_out, ElementsAre(1, 3));
  EXPECT_THAT(applied.locked.flights, ElementsAre(flight_2));
  for (std::size_t i = 0; i < commands.size(); ++i) {
    const auto& asked = std::get<PlaceBooking>(commands[i]);
    if (asked.flight == flight_2) {
      EXPECT_EQ(applied.outcomes[i].error().code, ErrorCode::unavailable);
    } else {
      EXPECT_EQ(applied.outcomes[i]->booking->id, asked.id) << "its own answer";
    }
  }
  EXPECT_EQ(applied.stats.placed, 3);
  std::vector<FlightId> heard;
  for (const FlightUpdate& updates : applied.updates) heard.push_back(updates.id);
  EXPECT_THAT(heard, ElementsAre(flight_1, flight_3));
  EXPECT_EQ(available(flight_1), 8);
  EXPECT_EQ(available(flight_2), 10);
  EXPECT_EQ(store.waits(), 1);
}

TEST_F(LockedRowsTest, WhatIsKnownToBeLockedIsNotWaitedFor) {
  store.lock(flight_2);
  const std::vector<Command> commands = {place(flight_2), place(flight_1)};
  const AppliedBatch applied = apply_batch(store, commands, clock.now(), LockedRows{{flight_2}, {}});
  EXPECT_THAT(applied.locked_out, ElementsAre(0));
  EXPECT_TRUE(applied.outcomes[1].has_value());
  EXPECT_EQ(store.waits(), 0);
}

TEST_F(LockedRowsTest, ALockedBookingIsLeftOutAlone) {
  const Booking locked = placed(flight_1);
  const Booking free = placed(flight_1);
  store.lock(locked.id);
  const std::vector<Command> commands = {success_of(locked), success_of(free), place(flight_1)};
  const AppliedBatch applied = apply_batch(store, commands, clock.now());
  EXPECT_THAT(applied.locked_out, ElementsAre(0));
  EXPECT_EQ(applied.outcomes[1]->booking->status, BookingStatus::confirmed);
  EXPECT_TRUE(applied.outcomes[2].has_value());
}

TEST_F(LockedRowsTest, ALatePaymentOfALockedFlightStopsNoOther) {
  const Booking late = placed(flight_1);
  const Booking in_time_there = placed(flight_1);
  const Booking in_time = placed(flight_2);
  const std::vector<Command> expire = {
      test::payment_failed(late.id, flight_1, reason_payment_timeout, PaymentSource::provider)};
  apply_batch(store, expire, clock.now());
  store.lock(flight_1);
  const std::vector<Command> commands = {success_of(late), success_of(in_time_there), success_of(in_time)};
  const AppliedBatch applied = apply_batch(store, commands, clock.now());
  EXPECT_THAT(applied.locked_out, ElementsAre(0));
  EXPECT_EQ(applied.outcomes[1]->booking->status, BookingStatus::confirmed) << "it needs no flight";
  EXPECT_EQ(applied.outcomes[2]->booking->status, BookingStatus::confirmed);
}

TEST_F(LockedRowsTest, ALockThatNoRowShowsIsFoundCommandByCommand) {
  store.lock_unseen(flight_2);
  const std::vector<Command> commands = {place(flight_1), place(flight_2), place(flight_3)};
  const AppliedBatch applied = apply_batch(store, commands, clock.now());
  EXPECT_THAT(applied.locked_out, ElementsAre(1));
  EXPECT_TRUE(applied.locked.empty());
  EXPECT_TRUE(applied.outcomes[0].has_value());
  EXPECT_TRUE(applied.outcomes[2].has_value());
}

TEST_F(LockedRowsTest, ALockThatIsOnEverythingIsNotWaitedForByEachCommand) {
  for (const FlightId id : {flight_1, flight_2, flight_3}) store.lock_unseen(id);
  std::vector<Command> commands;
  for (int i = 0; i < 60; ++i) commands.emplace_back(place(i % 2 == 0 ? flight_1 : flight_2));
  const AppliedBatch applied = apply_batch(store, commands, clock.now());
  EXPECT_EQ(applied.locked_out.size(), commands.size());
  EXPECT_LE(store.waits(), 4);
}

TEST_F(LockedRowsTest, AWriterWaitsForALockOnceAndServesTheOthersMeanwhile) {
  store.lock(flight_2);
  auto waiting = test::start(client.apply(place(flight_2)));
  loop.run();
  for (int i = 0; i < 8; ++i) EXPECT_TRUE(wait(client.apply(place(flight_1))).has_value());
  EXPECT_LE(store.waits(), 1);
  EXPECT_FALSE(waiting.done());
  store.unlock();
  loop.run_until([&] { return waiting.done(); });
  EXPECT_TRUE(waiting.take().has_value()) << "it goes on by itself when the row is free";
  EXPECT_EQ(available(flight_2), 9);
}

TEST_F(LockedRowsTest, CommandsOfALockedRowKeepTheirOrder) {
  store.lock(flight_2);
  const PlaceBooking first = place(flight_2);
  std::vector<test::Started<Result<Applied>>> started;
  started.push_back(test::start(client.apply(first)));
  loop.run();
  // By now it is known to be locked.
  EXPECT_TRUE(wait(client.apply(place(flight_1))).has_value());
  started.push_back(test::start(client.apply(CancelBooking{first.id, flight_2})));
  loop.run();
  store.unlock();
  loop.run_until([&] { return started[0].done() && started[1].done(); });
  EXPECT_TRUE(started[0].take().has_value());
  EXPECT_EQ(started[1].take()->booking->status, BookingStatus::cancelled);
}

TEST_F(LockedRowsTest, WhoHasWaitedLongEnoughIsRefusedAndLaterOnesAtOnce) {
  store.lock(flight_2);
  auto waiting = test::start(client.apply(place(flight_2)));
  loop.run();
  EXPECT_TRUE(wait(client.apply(place(flight_1))).has_value());
  clock.set(clock.now() + limits::ledger_lock_wait);
  loop.run_until([&] { return waiting.done(); });
  EXPECT_EQ(waiting.take().error().code, ErrorCode::unavailable);
  EXPECT_EQ(wait(client.apply(place(flight_2))).error().code, ErrorCode::unavailable);
  EXPECT_EQ(store.waits(), 1);
  EXPECT_EQ(counters.ledger_locked_out.get(), 2);
  store.unlock();
  // Whether the next look has found it free yet is a matter of time.
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (!wait(client.apply(place(flight_2))).has_value()) ASSERT_LT(std::chrono::steady_clock::now(), until);
  EXPECT_EQ(available(flight_2), 9) << "nothing of what was refused was done";
}

TEST_F(LockedRowsTest, AWriterThatStopsAnswersThoseThatWait) {
  store.lock(flight_2);
  auto waiting = test::start(client.apply(place(flight_2)));
  loop.run();
  EXPECT_TRUE(wait(client.apply(place(flight_1))).has_value());
  writer.stop();
  loop.run();
  ASSERT_TRUE(waiting.done());
  EXPECT_EQ(waiting.take().error().code, ErrorCode::unavailable);
}

}  // namespace
}  // namespace flightdeck::ledger
