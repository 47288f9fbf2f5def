// Prepared statements that become invalid under a live store and reader: nobody hears of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "contract/postgres_database.h"
#include "postgres/database_watch.h"
#include "postgres/link.h"

namespace flightdeck::postgres {
namespace {

using test::add_flight;
using test::apply;
using test::booking_id;
using test::flight_1;
using test::place_booking;
using test::PostgresSession;
using test::settle_booking;
using ::testing::IsEmpty;

// Outages that were told of.
class OutageLines final : public Log {
 public:
  bool enabled(LogLevel) const override { return true; }
  void write(LogLevel, std::string_view, std::string_view message, std::initializer_list<LogField>) override {
    lines.emplace_back(message);
  }
  std::vector<std::string> lines;
};

class StaleStatements : public test::PostgresDatabase {
 protected:
  StaleStatements() { apply(store, add_flight(1, 10), now).value(); }
  ~StaleStatements() override {
    EXPECT_THAT(told.lines, IsEmpty());
    EXPECT_EQ(test::broken_flights(probe), 0);
  }
  // Everything that runs all the time, once.
  void use_everything(std::uint32_t n) {
    const BookingId id = booking_id(n);
    EXPECT_TRUE(apply(store, place_booking(id, flight_1), now).has_value());
    EXPECT_TRUE(apply(store, settle_booking(id, flight_1), now).has_value());
    EXPECT_TRUE(apply(store, settle_booking(id, flight_1), now).has_value()) << "nothing to write";
    EXPECT_NO_THROW(store.claim_unfinished(now, now, 1));
    EXPECT_NO_THROW(store.claim_events(now, now, 1));
    EXPECT_NO_THROW(store.check_writable());
    EXPECT_EQ(reader.flights(std::span(&flight_1, 1)).size(), 1U);
    EXPECT_EQ(reader.bookings(std::span(&id, 1)).size(), 1U);
    EXPECT_EQ(reader.flights_changed(now, {}, 10).size(), 1U);
    EXPECT_EQ(reader.pending_bookings(), 0);
  }

  OutageLines told;
  PostgresLedgerStore store{url, told};
  PostgresLedgerReader reader{url, told};
  PostgresSession probe{url};
};

TEST_F(StaleStatements, AMigrationUnderALiveStoreAndReaderFailsNoCall) {
  use_everything(1);
  // The columns keep their values, and have other types for whoever reads them.
  probe.execute("ALTER TABLE flights ALTER COLUMN flight_number TYPE varchar(64) COLLATE \"C\"");
  use_everything(2);
  probe.execute("ALTER TABLE bookings ALTER COLUMN payment_ref TYPE varchar(200) COLLATE \"C\"");
  use_everything(3);
  probe.execute("ALTER TABLE events ALTER COLUMN data TYPE varchar");
  use_everything(4);
}

TEST_F(StaleStatements, ASessionThatForgetsInTheMiddleOfACommitDecidesAnew) {
  use_everything(1);
  // The first booking that is inserted; a sequence does not mind that its transaction comes to nothing.
  probe.execute("CREATE SEQUENCE inserted");
  probe.execute(
      "CREATE FUNCTION forget() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
      "IF nextval('inserted') = 1 THEN EXECUTE 'DEALLOCATE ALL'; END IF; RETURN NEW; END $$");
  probe.execute("CREATE TRIGGER forget BEFORE INSERT ON bookings FOR EACH ROW EXECUTE FUNCTION forget()");
  use_everything(2);
  EXPECT_EQ(probe.number("SELECT last_value FROM inserted"), 2) << "it was decided anew, once";
  EXPECT_EQ(probe.number("SELECT count(*) FROM bookings"), 2);
}

TEST_F(StaleStatements, AConnectionThatForgotIsMadeAnew) {
  DatabaseWatch watch(url, told);
  const Statement one{"one", "SELECT 1::bigint"};
  Link link(url, Purpose::reading, {one}, watch.outages);
  const Deadline soon(std::chrono::seconds(20));
  int attempts = 0;
  for (const char* forget : {"DEALLOCATE ALL", "DISCARD ALL"}) {
    link.connection(soon).queue(std::string(forget));
    link.connection(soon).finish(soon);
    const auto number = link.run(std::chrono::seconds(20), [&](Connection& connection, Deadline deadline) {
      ++attempts;
      connection.queue(one);
      return connection.finish(deadline).front().integer(0, 0);
    });
    EXPECT_EQ(number, 1);
  }
  EXPECT_EQ(attempts, 4);
}

}  // namespace
}  // namespace flightdeck::postgres
