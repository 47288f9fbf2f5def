// Rows and tables that somebody else has locked, and reads that take too long.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "contract/postgres_database.h"

namespace flightdeck::postgres {
namespace {

using ledger::Command;
using ledger::LedgerKeys;
using test::add_flight;
using test::apply;
using test::booking_id;
using test::flight_1;
using test::flight_2;
using test::place_booking;
using test::PostgresSession;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class PostgresLocks : public test::PostgresDatabase {
 protected:
  PostgresLocks() {
    apply(store, add_flight(1, 10), now).value();
    apply(store, add_flight(2, 10), now).value();
  }
  PostgresLedgerStore store{url, log};
  PostgresSession other{url};
};

TEST_F(PostgresLocks, ALockedFlightIsLeftOutOfABatch) {
  other.execute("BEGIN; UPDATE flights SET price = price WHERE id = '" + flight_1.str() + "'");
  const std::vector<Command> commands = {place_booking(booking_id(1), flight_1),
                                         place_booking(booking_id(2), flight_2)};
  const ledger::AppliedBatch applied = apply_batch(store, commands, now);
  EXPECT_THAT(applied.locked_out, ElementsAre(0));
  EXPECT_THAT(applied.locked.flights, ElementsAre(flight_1));
  EXPECT_EQ(applied.outcomes[0].error().code, ErrorCode::unavailable);
  EXPECT_TRUE(applied.outcomes[1].has_value());
  other.execute("ROLLBACK");
  EXPECT_TRUE(store.locked_of(LedgerKeys{{flight_1, flight_2}, {}, {}, {}}).empty());
  EXPECT_EQ(apply(store, place_booking(booking_id(1), flight_1), now)->effect, ledger::Effect::added)
      << "nothing was done before";
  EXPECT_EQ(test::broken_flights(other), 0);
}

TEST_F(PostgresLocks, ALockedBookingIsLeftOutOfABatch) {
  for (const std::uint32_t n : {1, 2}) apply(store, place_booking(booking_id(n), flight_1), now).value();
  other.execute("BEGIN; SELECT * FROM bookings WHERE id = '" + booking_id(1).str() + "' FOR UPDATE");
  const std::vector<Command> commands = {test::settle_booking(booking_id(1), flight_1),
                                         test::settle_booking(booking_id(2), flight_1)};
  const ledger::AppliedBatch applied = apply_batch(store, commands, now);
  EXPECT_THAT(applied.locked_out, ElementsAre(0));
  EXPECT_THAT(applied.locked.bookings, ElementsAre(booking_id(1)));
  EXPECT_EQ(applied.outcomes[1]->booking->status, ledger::BookingStatus::confirmed);
  other.execute("ROLLBACK");
  EXPECT_EQ(apply(store, commands.front(), now)->booking->status, ledger::BookingStatus::confirmed);
}

TEST_F(PostgresLocks, ALookAtLocksLeavesNone) {
  apply(store, place_booking(booking_id(1), flight_1), now).value();
  const LedgerKeys keys{
      {flight_1, flight_2, test::id_of<FlightId>(9)}, {booking_id(1), booking_id(9)}, {}, {}};
  EXPECT_TRUE(store.locked_of(keys).empty()) << "nor are rows that do not exist";
  other.execute("BEGIN; SELECT * FROM flights FOR UPDATE NOWAIT; SELECT * FROM bookings FOR UPDATE NOWAIT");
  const ledger::LockedRows locked = store.locked_of(keys);
  EXPECT_THAT(locked.flights, ElementsAre(flight_1, flight_2));
  EXPECT_THAT(locked.bookings, ElementsAre(booking_id(1)));
}

TEST_F(PostgresLocks, ALockedTableFailsTheBatchAndNothingIsDone) {
  other.execute("BEGIN; LOCK TABLE flights IN ACCESS EXCLUSIVE MODE");
  const std::vector<Command> commands = {place_booking(booking_id(1), flight_1),
                                         place_booking(booking_id(2), flight_2)};
  EXPECT_THROW(apply_batch(store, commands, now), UnavailableError);
  other.execute("ROLLBACK");
  EXPECT_EQ(other.number("SELECT count(*) FROM bookings"), 0);
  EXPECT_TRUE(apply(store, place_booking(booking_id(1), flight_1), now).has_value());
}

TEST_F(PostgresLocks, AReadThatTakesTooLongFailsAlone) {
  PostgresLedgerReader reader(url, log);
  other.execute("BEGIN; LOCK TABLE flights IN ACCESS EXCLUSIVE MODE");
  EXPECT_THROW(reader.list_flights({}), RejectedError);
  other.execute("ROLLBACK");
  EXPECT_EQ(reader.list_flights({}).flights.size(), 2U);
}

}  // namespace
}  // namespace flightdeck::postgres
