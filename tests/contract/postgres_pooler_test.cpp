// PgBouncer in between: in session mode all is as without it, in transaction mode the start is refused.
#include <gmock/gmock.h>

#include "contract/postgres_database.h"
#include "postgres/connection.h"
#include "postgres/migrate.h"
#include "support/pgbouncer_server.h"

namespace flightdeck::postgres {
namespace {

using ledger::apply_batch;
using test::id_of;
using test::PgBouncerServer;
using test::PostgresSession;
using test::shared_postgres;
using ::testing::HasSubstr;

Deadline soon() { return Deadline(std::chrono::seconds(20)); }

std::string setting(Connection& connection, const std::string& name) {
  connection.queue("SELECT current_setting('" + name + "')");
  return connection.finish(soon()).front().text(0, 0);
}

std::string refusal(const std::function<void()>& work) {
  try {
    work();
    return "accepted";
  } catch (const ConnectionRefused& error) {
    return error.what();
  }
}

class BehindAPooler : public test::PostgresDatabase {
 protected:
  PgBouncerServer pooler{shared_postgres(), "session"};
  const std::string pooled = pooler.through(url);
};

TEST_F(BehindAPooler, ASessionHasTheSettingsOfItsPurpose) {
  Connection writing(connection_settings(pooled, Purpose::writing), soon());
  for (const char* name :
       {"enable_seqscan", "enable_hashjoin", "enable_mergejoin", "enable_bitmapscan", "jit"})
    EXPECT_EQ(setting(writing, name), "off") << name;
  EXPECT_EQ(setting(writing, "plan_cache_mode"), "force_generic_plan");
  EXPECT_EQ(setting(writing, "lock_timeout"), "100ms");
  EXPECT_EQ(setting(writing, "statement_timeout"), "0");
  EXPECT_EQ(setting(writing, "client_encoding"), "UTF8");
  Connection reading(connection_settings(pooled, Purpose::reading), soon());
  EXPECT_EQ(setting(reading, "statement_timeout"), "1300ms");
  EXPECT_EQ(setting(reading, "enable_bitmapscan"), "on") << "nothing is left of another client's session";
}

TEST_F(BehindAPooler, OptionsOfTheUrlHaveTheLastWord) {
  for (const std::string& place : {url, pooled}) {
    Connection connection(
        connection_settings(place + "?options=-c%20enable_seqscan%3Don%20-c%20work_mem%3D5MB",
                            Purpose::writing),
        soon());
    EXPECT_EQ(setting(connection, "enable_seqscan"), "on");
    EXPECT_EQ(setting(connection, "enable_hashjoin"), "off");
    EXPECT_EQ(setting(connection, "work_mem"), "5MB");
  }
}

TEST_F(BehindAPooler, AnOptionThatTheServerDoesNotTakeIsRefusedByName) {
  for (const std::string& place : {url, pooled}) {
    const auto with = [&](const std::string& option) {
      return refusal([&] {
        Connection(connection_settings(place + "?options=-c%20" + option, Purpose::writing), soon());
      });
    };
    EXPECT_THAT(with("no_such_thing%3D1"), HasSubstr("\"no_such_thing\""));
    EXPECT_THAT(with("work_mem%3Dmuch"), HasSubstr("\"work_mem\""));
  }
}

TEST_F(BehindAPooler, TheServersOwnNumberOfASessionIsKnown) {
  Connection connection(connection_settings(pooled, Purpose::writing), soon());
  connection.queue("SELECT pg_backend_pid()");
  EXPECT_EQ(connection.backend_pid(), connection.finish(soon()).front().integer(0, 0));
  // What libpq knows is not it, or this test would show nothing.
  PostgresSession plain(pooled);
  EXPECT_NE(std::to_string(plain.backend_pid()), plain.column("SELECT pg_backend_pid()").at(0));
}

TEST_F(BehindAPooler, SellsAndGoesOnWhenServerOrPoolerBreak) {
  EXPECT_EQ(migrate(pooled, now).applied, 0);
  PostgresLedgerStore store(pooled, log);
  const auto apply = [&](ledger::Command command) {
    return apply_batch(store, std::span(&command, 1), now).outcomes.front().has_value();
  };
  const auto works_again = [&](std::uint32_t n) {
    return test::eventually([&] {
      try {
        return apply(test::place_booking(test::booking_id(n), id_of<FlightId>(1)));
      } catch (const UnavailableError&) {
        return false;
      }
    });
  };
  EXPECT_TRUE(apply(test::add_flight(1, 10)));
  EXPECT_TRUE(apply(test::place_booking(test::booking_id(1), id_of<FlightId>(1))));
  shared_postgres().cut_connections(url);
  EXPECT_TRUE(works_again(2));
  pooler.kill();
  EXPECT_THROW(store.check_writable(), UnavailableError);
  pooler.start();
  EXPECT_TRUE(works_again(3));
  PostgresSession probe(url);
  EXPECT_EQ(probe.number("SELECT count(*) FROM bookings"), 3);
  EXPECT_EQ(test::broken_flights(probe), 0);
}

TEST_F(BehindAPooler, PooledTransactionsAreRefused) {
  PgBouncerServer by_transaction(shared_postgres(), "transaction");
  EXPECT_THAT(refusal([&] { migrate(by_transaction.through(url), now); }),
              HasSubstr("must pool sessions, not transactions"));
  EXPECT_EQ(refusal([&] { migrate(pooled, now); }), "accepted");
  EXPECT_EQ(refusal([&] { migrate(url, now); }), "accepted");
}

TEST_F(BehindAPooler, WhatThePoolerSaysOfANameThatItDoesNotKnowLasts) {
  const std::string stranger = "postgresql://stranger:x" + pooled.substr(pooled.find('@'));
  EXPECT_NE(refusal([&] { migrate(stranger, now); }), "accepted");
  const std::string nowhere = pooled.substr(0, pooled.rfind('/')) + "/nowhere";
  EXPECT_THAT(refusal([&] { migrate(nowhere, now); }), HasSubstr("nowhere"));
}

}  // namespace
}  // namespace flightdeck::postgres
