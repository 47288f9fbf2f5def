// Several processes on one ledger, as several stores on several threads.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <set>

#include "contract/postgres_database.h"
#include "support/crowd.h"
#include "support/deadline.h"

namespace flightdeck::postgres {
namespace {

using ledger::Command;
using test::add_flight;
using test::apply;
using test::booking_id;
using test::flight_1;
using test::flight_2;
using test::place_booking;
using test::PostgresSession;
using ::testing::ElementsAre;

using PostgresConcurrency = test::PostgresDatabase;

TEST_F(PostgresConcurrency, TwoStoresSellExactlyTheSeatsThereAre) {
  constexpr std::int64_t seats = 150;
  {
    PostgresLedgerStore store(url, log);
    apply(store, add_flight(1, seats), now).value();
    apply(store, add_flight(2, seats), now).value();
  }
  std::atomic<std::int64_t> sold{0};
  test::crowd(2, [&](int seller) {
    PostgresLedgerStore store(url, log);
    for (std::uint32_t round = 0; round < 40; ++round) {
      std::vector<Command> commands;
      for (std::uint32_t n = 0; n < 5; ++n) {
        const BookingId id = booking_id((static_cast<std::uint32_t>(seller) * 40 + round) * 5 + n);
        commands.emplace_back(place_booking(id, n % 2 == 0 ? flight_1 : flight_2));
      }
      for (const auto& outcome : apply_batch(store, commands, now).outcomes) {
        if (outcome.has_value())
          ++sold;
        else
          EXPECT_EQ(outcome.error().code, ErrorCode::out_of_stock);
      }
    }
  });
  EXPECT_EQ(sold, 2 * seats);
  PostgresSession probe(url);
  EXPECT_EQ(probe.number("SELECT sum(seats) FROM bookings"), 2 * seats);
  EXPECT_EQ(probe.number("SELECT sum(available_seats) FROM flights"), 0);
  EXPECT_EQ(test::broken_flights(probe), 0);
}

TEST_F(PostgresConcurrency, TheSameBookingFromTwoSidesIsMadeOnce) {
  {
    PostgresLedgerStore store(url, log);
    apply(store, add_flight(1, 100), now).value();
  }
  std::atomic<int> first{0};
  test::crowd(2, [&](int) {
    PostgresLedgerStore store(url, log);
    for (std::uint32_t n = 0; n < 50; ++n) {
      if (apply(store, place_booking(booking_id(n), flight_1), now)->effect == ledger::Effect::added) ++first;
    }
  });
  EXPECT_EQ(first, 50);
  PostgresSession probe(url);
  EXPECT_EQ(probe.number("SELECT available_seats FROM flights"), 50);
}

TEST_F(PostgresConcurrency, ABookingThatChangedSinceItWasReadIsNotSettled) {
  PostgresLedgerStore store(url, log);
  PostgresLedgerStore other(url, log);
  apply(store, add_flight(1, 10), now).value();
  apply(store, place_booking(booking_id(1), flight_1), now).value();
  const std::vector<Command> settle = {test::settle_booking(booking_id(1), flight_1)};
  ledger::BatchDecision decision = decide(store.begin(keys_of(settle)), settle, now);
  apply(other, ledger::CancelBooking{booking_id(1), flight_1}, now).value();
  EXPECT_THROW(store.commit(decision.changes), ledger::LedgerConflict);
  store.rollback();
  // Decided anew on the rows of now: a payment for a booking that is cancelled.
  const auto settled = apply(store, settle.front(), now);
  EXPECT_EQ(settled->booking->status, ledger::BookingStatus::cancelled);
  EXPECT_TRUE(refund_due(*settled->booking));
  PostgresSession probe(url);
  EXPECT_EQ(test::broken_flights(probe), 0);
}

// As the process that placed it settles it.
ledger::SettlePayment settle_cached(const ledger::Applied& placed) {
  ledger::SettlePayment settle = test::settle_booking(placed.booking->id, placed.booking->flight);
  settle.cached = std::make_shared<ledger::CachedBooking>(*placed.booking, placed.row_version.value());
  return settle;
}

TEST_F(PostgresConcurrency, ABookingThatIsKnownIsSettledUnread) {
  PostgresLedgerStore store(url, log);
  PostgresLedgerStore settler(url, log);
  apply(store, add_flight(1, 10), now).value();
  const auto placed = apply(store, place_booking(booking_id(1), flight_1), now);
  const std::vector<Command> settle = {settle_cached(*placed)};
  EXPECT_THAT(keys_of(settle).bookings, ::testing::IsEmpty());
  PostgresSession probe(url);
  probe.execute("UPDATE flights SET departure_date = departure_date + 1");
  const ledger::BatchDecision decision = decide(settler.begin(keys_of(settle)), settle, now);
  EXPECT_TRUE(settler.commit(decision.changes));
  ledger::Booking expected = *placed->booking;
  expected.status = ledger::BookingStatus::confirmed;
  expected.payment_ref = decision.outcomes.front()->booking->payment_ref;
  expected.date = Date(std::chrono::sys_days(expected.date) + std::chrono::days(1));
  EXPECT_EQ(decision.outcomes.front()->booking, expected) << "with the date that its flight has now";
  EXPECT_EQ(PostgresLedgerReader(url, log).bookings(std::vector{booking_id(1)}).front(), expected);
  EXPECT_EQ(probe.number("SELECT count(*) FROM booking_intents"), 0);
}

TEST_F(PostgresConcurrency, ABookingThatIsKnownAndHasChangedIsRead) {
  PostgresLedgerStore store(url, log);
  PostgresLedgerStore other(url, log);
  apply(store, add_flight(1, 10), now).value();
  const auto placed = apply(store, place_booking(booking_id(1), flight_1), now);
  const auto unchanged = apply(store, place_booking(booking_id(2), flight_1), now);
  apply(other, ledger::CancelBooking{booking_id(1), flight_1}, now).value();
  const std::vector<Command> settle = {settle_cached(*placed), settle_cached(*unchanged)};
  ledger::BatchDecision decision = decide(store.begin(keys_of(settle)), settle, now);
  EXPECT_THROW(store.commit(decision.changes), ledger::LedgerConflict);
  store.rollback();
  const auto outcomes = apply_batch(store, settle, now).outcomes;
  EXPECT_TRUE(refund_due(*outcomes[0]->booking));
  EXPECT_EQ(outcomes[1]->booking->status, ledger::BookingStatus::confirmed);
  PostgresSession probe(url);
  EXPECT_EQ(probe.number("SELECT available_seats FROM flights"), 9);
  EXPECT_EQ(test::broken_flights(probe), 0);
}

// The seats of a booking that was cancelled meanwhile are back already: with no other booking, once more is
// too many.
TEST_F(PostgresConcurrency, APaymentDeclinedAfterACancellationFailsNobodyElse) {
  PostgresLedgerStore store(url, log);
  PostgresLedgerStore other(url, log);
  apply(store, add_flight(1, 10), now).value();
  apply(store, add_flight(2, 10), now).value();
  const auto placed = apply(store, place_booking(booking_id(1), flight_1, 4), now);
  apply(other, ledger::CancelBooking{booking_id(1), flight_1}, now).value();
  ledger::SettlePayment declined = settle_cached(*placed);
  declined.outcome = ledger::PaymentFailed{std::string(ledger::reason_payment_declined)};
  const std::vector<Command> commands = {declined, place_booking(booking_id(2), flight_2)};
  const auto outcomes = apply_batch(store, commands, now).outcomes;
  EXPECT_EQ(outcomes[0]->booking->status, ledger::BookingStatus::cancelled);
  EXPECT_TRUE(outcomes[1].has_value());
}

// By hand, or by a defect.
TEST_F(PostgresConcurrency, AFlightThatDoesNotAddUpFailsAlone) {
  PostgresLedgerStore store(url, log);
  apply(store, add_flight(1, 10), now).value();
  apply(store, add_flight(2, 10), now).value();
  apply(store, place_booking(booking_id(1), flight_1, 4), now).value();
  PostgresSession(url).execute("UPDATE flights SET available_seats = total_seats");
  const std::vector<Command> commands = {ledger::CancelBooking{booking_id(1), flight_1},
                                         place_booking(booking_id(2), flight_2)};
  const auto outcomes = apply_batch(store, commands, now).outcomes;
  ASSERT_FALSE(outcomes[0].has_value());
  EXPECT_EQ(outcomes[0].error().code, ErrorCode::unavailable);
  EXPECT_TRUE(outcomes[1].has_value());
}

TEST_F(PostgresConcurrency, WhatItsOwnBatchHasChangedIsNotKnown) {
  PostgresLedgerStore store(url, log);
  apply(store, add_flight(1, 10), now).value();
  const std::vector<Command> commands = {place_booking(booking_id(1), flight_1),
                                         ledger::CancelBooking{booking_id(1), flight_1},
                                         place_booking(booking_id(2), flight_1)};
  const auto outcomes = apply_batch(store, commands, now).outcomes;
  EXPECT_FALSE(outcomes[0]->row_version);
  EXPECT_TRUE(outcomes[2]->row_version);
  EXPECT_FALSE(apply(store, place_booking(booking_id(2), flight_1), now)->row_version)
      << "a repeat has written nothing";
}

TEST_F(PostgresConcurrency, OfASuccessAndACancellationNeitherIsLost) {
  constexpr std::uint32_t bookings = 200;
  {
    PostgresLedgerStore store(url, log);
    apply(store, add_flight(1, bookings), now).value();
    for (std::uint32_t n = 0; n < bookings; ++n)
      apply(store, place_booking(booking_id(n), flight_1), now).value();
  }
  test::crowd(2, [&](int side) {
    PostgresLedgerStore store(url, log);
    for (std::uint32_t n = 0; n < bookings; n += 10) {
      std::vector<Command> commands;
      for (std::uint32_t i = n; i < n + 10; ++i) {
        if (side == 0)
          commands.emplace_back(test::settle_booking(booking_id(i), flight_1));
        else
          commands.emplace_back(ledger::CancelBooking{booking_id(i), flight_1});
      }
      for (const auto& outcome : apply_batch(store, commands, now).outcomes)
        EXPECT_TRUE(outcome.has_value()) << outcome.error().detail;
    }
  });
  PostgresSession probe(url);
  EXPECT_EQ(
      probe.number("SELECT count(*) FROM bookings WHERE status = 'CANCELLED' AND payment_ref IS NOT NULL"),
      bookings);
  EXPECT_EQ(probe.number("SELECT count(*) FROM booking_intents"), bookings) << "one refund each";
  EXPECT_EQ(probe.number("SELECT available_seats FROM flights"), bookings);
  EXPECT_EQ(test::broken_flights(probe), 0);
}

TEST_F(PostgresConcurrency, OfTwoFlightsWithOneKeyOneIsADuplicate) {
  std::atomic<int> added{0};
  std::atomic<int> duplicates{0};
  test::crowd(2, [&](int side) {
    PostgresLedgerStore store(url, log);
    for (std::uint8_t n = 0; n < 30; ++n) {
      ledger::AddFlight add = add_flight(n, 5);
      add.id.value.data()[0] = static_cast<std::uint8_t>(side + 1);
      const auto outcome = apply(store, add, now);
      if (outcome.has_value())
        ++added;
      else if (outcome.error().code == ErrorCode::duplicate_flight)
        ++duplicates;
    }
  });
  EXPECT_EQ(added, 30);
  EXPECT_EQ(duplicates, 30);
}

TEST_F(PostgresConcurrency, TwoWorkersClaimDifferentBusiness) {
  constexpr std::uint32_t bookings = 200;
  PostgresLedgerStore one(url, log);
  PostgresLedgerStore two(url, log);
  apply(one, add_flight(1, bookings), now).value();
  std::vector<Command> commands;
  for (std::uint32_t n = 0; n < bookings; ++n) {
    apply(one, place_booking(booking_id(n), flight_1), now).value();
  }
  const Instant due = now + std::chrono::hours{1};
  const Instant lease = due + std::chrono::hours{1};
  std::vector<BookingId> claimed[2];
  std::vector<std::int64_t> rows[2];
  test::crowd(2, [&](int worker) {
    PostgresLedgerStore& store = worker == 0 ? one : two;
    for (;;) {
      const auto ids = store.claim_unfinished(due, lease, 7);
      const auto events = store.claim_events(due, lease, 7);
      if (ids.empty() && events.empty()) return;
      for (const BookingId id : ids) claimed[worker].push_back(id);
      for (const auto& row : events) rows[worker].push_back(row.sequence);
    }
  });
  std::set<BookingId> all(claimed[0].begin(), claimed[0].end());
  all.insert(claimed[1].begin(), claimed[1].end());
  EXPECT_EQ(all.size(), bookings);
  EXPECT_EQ(claimed[0].size() + claimed[1].size(), bookings);
  std::set<std::int64_t> sequences(rows[0].begin(), rows[0].end());
  sequences.insert(rows[1].begin(), rows[1].end());
  EXPECT_EQ(sequences.size(), bookings + 1);
  EXPECT_EQ(rows[0].size() + rows[1].size(), bookings + 1);
}

TEST_F(PostgresConcurrency, AWorkerPassesOverWhatAnotherHasInHand) {
  PostgresLedgerStore store(url, log);
  apply(store, add_flight(1, 5), now).value();
  for (std::uint32_t n = 1; n <= 2; ++n) apply(store, place_booking(booking_id(n), flight_1), now).value();
  PostgresSession other(url);
  other.execute("BEGIN");
  other.execute("SELECT * FROM booking_intents WHERE id = '" + booking_id(1).str() + "' FOR UPDATE");
  other.execute("SELECT * FROM events ORDER BY seq LIMIT 1 FOR UPDATE");
  const Instant due = now + std::chrono::hours{1};
  EXPECT_THAT(store.claim_unfinished(due, due, 10), ElementsAre(booking_id(2)));
  EXPECT_EQ(store.claim_events(due, due, 10).size(), 2U);
}

// Whoever locks in the wrong order waits for one flight, and this batch for the other.
TEST_F(PostgresConcurrency, ADeadlockEndsSoonAndNothingIsDoneTwice) {
  PostgresLedgerStore store(url, log);
  apply(store, add_flight(1, 100), now).value();
  apply(store, add_flight(2, 100), now).value();
  PostgresSession watcher(url);
  std::uint32_t next = 1;
  for (int round = 0; round < 5; ++round) {
    PostgresSession other(url);
    other.execute("SET deadlock_timeout = '60s'");
    other.execute("BEGIN");
    other.execute("SELECT * FROM flights WHERE id = '" + flight_2.str() + "' FOR UPDATE");
    const std::vector<Command> both = {place_booking(booking_id(next), flight_1),
                                       place_booking(booking_id(next + 1), flight_2)};
    next += 2;
    auto batch = std::async(std::launch::async, [&] { return apply_batch(store, both, now); });
    test::eventually([&] {
      return watcher.number(
                 "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND "
                 "application_name = 'flightdeck' AND datname = current_database()") > 0;
    });
    other.execute("SELECT * FROM flights WHERE id = '" + flight_1.str() + "' FOR UPDATE");
    other.execute("COMMIT");
    const ledger::AppliedBatch applied = batch.get();
    for (std::size_t i = 0; i < both.size(); ++i) {
      if (!applied.outcomes[i]) {
        EXPECT_EQ(applied.outcomes[i].error().code, ErrorCode::unavailable);
        EXPECT_NE(apply(store, both[i], now)->effect, ledger::Effect::replayed)
            << "what was not had was not done";
      }
    }
  }
  PostgresSession probe(url);
  EXPECT_EQ(probe.number("SELECT count(*) FROM bookings"), next - 1);
  EXPECT_EQ(test::broken_flights(probe), 0);
}

}  // namespace
}  // namespace flightdeck::postgres
