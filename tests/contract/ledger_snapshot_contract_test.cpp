// What a snapshot of a ledger promises, whatever the ledger is kept in.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "contract/temporary_ledger.h"
#include "doubles/booking_world.h"
#include "doubles/settlements.h"
#include "ledger/ledger_snapshot.h"

namespace flightdeck::booking {
namespace {

using test::apply;
using test::flight_1;
using test::flight_draft;
using test::id_of;
using test::world_start;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class LedgerSnapshotContract : public ::testing::TestWithParam<test::LedgerKind> {
 protected:
  LedgerSnapshotContract() {
    for (std::uint8_t n = 1; n <= 3; ++n) {
      apply(ledger->store(),
            ledger::AddFlight{id_of<FlightId>(n), flight_draft(10, "FD" + std::to_string(n)), false}, now);
    }
    for (std::uint8_t n = 11; n <= 13; ++n) place(n);
    apply(ledger->store(), test::payment_succeeded(id_of<BookingId>(12), flight_1, "pay"), now);
  }
  void place(std::uint8_t n) {
    ledger::PlaceBooking command{id_of<BookingId>(n), id_of<UserId>(21), flight_1, 2, Milliseconds{60'000}};
    apply(ledger->store(), std::move(command), now);
  }
  static std::vector<int> numbers(const std::vector<ledger::BookingRow>& rows) {
    std::vector<int> all;
    for (const ledger::BookingRow& row : rows) all.push_back(row.booking.id.value.data()[15]);
    return all;
  }

  Instant now = world_start;
  std::unique_ptr<test::TemporaryLedger> ledger = GetParam().make();
};

INSTANTIATE_TEST_SUITE_P(All, LedgerSnapshotContract, ::testing::ValuesIn(test::ledger_kinds()),
                         test::ledger_name);

TEST_P(LedgerSnapshotContract, RowsComeInPagesByTheirIds) {
  const auto snapshot = ledger->snapshot();
  const auto first = snapshot->flights({}, 2);
  ASSERT_EQ(first.size(), 2U);
  EXPECT_EQ(first[0].id, flight_1);
  EXPECT_EQ(first[0].available_seats, 4);
  EXPECT_EQ(first[0].version, 4);
  EXPECT_EQ(snapshot->flights(first[1].id, 2).size(), 1U);
  EXPECT_THAT(numbers(snapshot->bookings({}, 2)), ElementsAre(11, 12));
  EXPECT_THAT(numbers(snapshot->bookings(id_of<BookingId>(12), 2)), ElementsAre(13));
  EXPECT_THAT(snapshot->bookings(id_of<BookingId>(13), 2), IsEmpty());
}

TEST_P(LedgerSnapshotContract, BookingsComeWithWhetherSomebodyWillComeBackToThem) {
  const auto snapshot = ledger->snapshot();
  const auto rows = snapshot->bookings({}, 10);
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_TRUE(rows[0].has_intent);
  EXPECT_EQ(rows[0].booking.status, ledger::BookingStatus::pending);
  EXPECT_EQ(rows[0].booking.seats, 2);
  EXPECT_EQ(rows[0].booking.amount, Money{2 * 19900});
  EXPECT_EQ(rows[0].booking.flight, flight_1);
  EXPECT_FALSE(rows[1].has_intent);
  EXPECT_EQ(rows[1].booking.payment_ref, "pay");
  const auto intents = snapshot->intents({}, 10);
  ASSERT_EQ(intents.size(), 2U);
  EXPECT_EQ(intents[0].id, id_of<BookingId>(11));
  EXPECT_EQ(intents[0].due, now + Milliseconds{60'000});
  ASSERT_TRUE(intents[0].booking);
  EXPECT_EQ(intents[0].booking->status, ledger::BookingStatus::pending);
  EXPECT_EQ(snapshot->intents(id_of<BookingId>(11), 10).size(), 1U);
}

TEST_P(LedgerSnapshotContract, TheOutboxIsCountedUpToATime) {
  const auto snapshot = ledger->snapshot();
  EXPECT_EQ(snapshot->outbox(now).rows, 0);
  const ledger::OutboxRest rest = snapshot->outbox(now + Milliseconds{1});
  EXPECT_EQ(rest.rows, 7);
  EXPECT_EQ(rest.oldest, now);
}

TEST_P(LedgerSnapshotContract, WhatIsCommittedMeanwhileIsNotSeen) {
  const auto snapshot = ledger->snapshot();
  EXPECT_EQ(snapshot->flights({}, 1).front().available_seats, 4);
  place(14);
  EXPECT_EQ(snapshot->flights({}, 1).front().available_seats, 4);
  EXPECT_EQ(snapshot->bookings({}, 10).size(), 3U);
  EXPECT_EQ(ledger->snapshot()->bookings({}, 10).size(), 4U);
}

}  // namespace
}  // namespace flightdeck::booking
