// Broken connections and servers: what was told to a client is true, and the ledger goes on by itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <future>
#include <mutex>
#include <thread>
#include <utility>

#include "contract/postgres_database.h"
#include "doubles/preconditions.h"
#include "doubles/settlements.h"
#include "postgres/commit_lookup.h"
#include "support/deadline.h"
#include "support/tcp_proxy.h"

namespace flightdeck::postgres {
namespace {

using namespace std::string_literals;
using ledger::Command;
using test::add_flight;
using test::apply;
using test::booking_id;
using test::flight_1;
using test::place_booking;
using test::PostgresServer;
using test::PostgresSession;
using test::settle_booking;
using test::shared_postgres;
using test::TcpProxy;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// As they go over the wire: the name of the prepared statement, and the answer to it.
const std::string commit_asked = "\0commit\0"s;
const std::string commit_done = "COMMIT\0"s;

class RecordingLog final : public Log {
 public:
  bool enabled(LogLevel) const override { return true; }
  void write(LogLevel level, std::string_view, std::string_view message,
             std::initializer_list<LogField>) override {
    const std::lock_guard lock(mutex_);
    lines_.push_back((level == LogLevel::warn ? "warn: " : "info: ") + std::string(message));
  }
  std::vector<std::string> lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

template <class Work>
std::chrono::milliseconds time_of(Work work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::ceil<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
}

template <class Work>
std::string refusal_of(Work work) {
  try {
    work();
    return "none";
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

std::size_t count_flights(ledger::LedgerReader& reader) {
  return reader.flights(std::span(&flight_1, 1)).size();
}

class BrokenConnection : public test::PostgresDatabase {
 protected:
  BrokenConnection() { apply(store, add_flight(1, 10), now).value(); }

  void expect_one_booking(std::int64_t seats) {
    EXPECT_EQ(probe.number("SELECT count(*) FROM bookings"), 1);
    EXPECT_EQ(probe.number("SELECT available_seats FROM flights"), 10 - seats);
    EXPECT_EQ(probe.number("SELECT count(*) FROM events WHERE data LIKE '%booking_intent.created%'"), 1);
    EXPECT_EQ(test::broken_flights(probe), 0);
  }

  TcpProxy proxy{shared_postgres().port()};
  RecordingLog recorded;
  PostgresLedgerStore store{PostgresServer::with_port(url, proxy.port()), recorded};
  PostgresSession probe{url};
};

TEST_F(BrokenConnection, ACommitThatNeverArrivedIsDecidedAnew) {
  proxy.cut_before(TcpProxy::Direction::to_server, commit_asked);
  const auto outcome = apply(store, place_booking(booking_id(1), flight_1, 3), now);
  EXPECT_TRUE(proxy.has_cut());
  ASSERT_TRUE(outcome.has_value());
  EXPECT_NE(outcome->effect, ledger::Effect::replayed);
  expect_one_booking(3);
}

TEST_F(BrokenConnection, ACommitWhoseAnswerIsLostIsLookedUp) {
  proxy.cut_before(TcpProxy::Direction::to_client, commit_done);
  const auto outcome = apply(store, place_booking(booking_id(1), flight_1, 3), now);
  EXPECT_TRUE(proxy.has_cut());
  ASSERT_TRUE(outcome.has_value());
  EXPECT_NE(outcome->effect, ledger::Effect::replayed) << "decided anew, not looked up";
  expect_one_booking(3);
  store.check_writable();
}

TEST_F(BrokenConnection, SoIsOneThatOnlyChangesRows) {
  apply(store, place_booking(booking_id(1), flight_1, 3), now).value();
  const Command replace = ledger::ReplaceFlight{flight_1, add_flight(1, 20).draft, test::if_match({2})};
  const std::vector<Command> commands = {settle_booking(booking_id(1), flight_1), replace};
  proxy.cut_before(TcpProxy::Direction::to_client, commit_done);
  const auto outcomes = apply_batch(store, commands, now).outcomes;
  EXPECT_TRUE(proxy.has_cut());
  EXPECT_TRUE(outcomes[0].has_value());
  EXPECT_TRUE(outcomes[1].has_value()) << "decided anew, its own change contradicts its If-Match";
  EXPECT_EQ(probe.number("SELECT total_seats FROM flights"), 20);
  EXPECT_EQ(probe.number("SELECT count(*) FROM events"), 3);
}

TEST_F(BrokenConnection, ACommitThatNobodyCanLookUpIsLeftOpen) {
  ledger::LedgerKeys keys;
  keys.flights = {flight_1};
  ledger::LedgerChanges changes;
  changes.updated_flights = store.begin(keys).flights;
  changes.updated_flights.at(0).available_seats = 9;
  changes.updated_flights.at(0).version = 2;
  proxy.fall_silent();
  const auto took =
      time_of([&] { EXPECT_THROW(store.commit(changes), UnavailableError) << "it may have been done"; });
  EXPECT_LT(took, test::patient(std::chrono::seconds(5)));
  store.rollback();
  proxy.speak();
  EXPECT_TRUE(test::eventually([&] {
    try {
      store.check_writable();
      return true;
    } catch (const UnavailableError&) {
      return false;
    }
  }));
  EXPECT_THAT(recorded.lines(),
              ElementsAre("warn: the database connection is lost", "info: the database is back"));
}

TEST_F(BrokenConnection, ATransactionThatLostItsConnectionIsAConflict) {
  store.begin({});
  shared_postgres().cut_connections(PostgresServer::with_port(url, shared_postgres().port()));
  ledger::LedgerChanges changes;
  changes.events.push_back({{}, events::flight_updated, {}, "{}"});
  changes.now = now;
  EXPECT_THROW(store.commit(changes), ledger::LedgerConflict);
  store.rollback();
}

TEST_F(BrokenConnection, IsNotSeenByTheNextBatch) {
  PostgresLedgerReader reader(url, recorded);
  for (std::uint32_t n = 1; n <= 3; ++n) {
    shared_postgres().cut_connections(url);
    EXPECT_TRUE(apply(store, place_booking(booking_id(n), flight_1), now).has_value());
    shared_postgres().cut_connections(url);
    EXPECT_EQ(count_flights(reader), 1U);
    shared_postgres().cut_connections(url);
    EXPECT_NO_THROW(store.claim_events(now, now, 1));
    shared_postgres().cut_connections(url);
    EXPECT_NO_THROW(store.check_writable());
  }
}

// ---- What the server says of a transaction ----

class LookingUp : public test::PostgresDatabase {
 protected:
  CommitVerdict verdict_on(const std::string& transaction, const ledger::LedgerChanges& written) {
    if (!std::exchange(prepared, true)) {
      for (const Statement& statement : sql.all()) connection.prepare(statement);
      connection.finish(Deadline(std::chrono::seconds(20)));
    }
    CommitLookup lookup(sql, transaction, probe.backend_pid(), written);
    CommitVerdict verdict = CommitVerdict::ask_again;
    test::eventually([&] {
      verdict = lookup.ask(connection, Deadline(std::chrono::seconds(20)));
      return verdict != CommitVerdict::ask_again;
    });
    return verdict;
  }
  std::string in_transaction(const std::string& end) {
    probe.execute("BEGIN");
    std::string id = probe.column("SELECT pg_current_xact_id()").at(0);
    probe.execute(end);
    return id;
  }

  const StoreStatements sql = store_statements();
  Connection connection{connection_settings(url, Purpose::writing), Deadline(std::chrono::seconds(20))};
  bool prepared = false;
  PostgresSession probe{url};
  ledger::LedgerChanges changes;
};

TEST_F(LookingUp, ACommittedTransactionIsDone) {
  EXPECT_EQ(verdict_on(in_transaction("COMMIT"), changes), CommitVerdict::done);
}

TEST_F(LookingUp, ItsRowsMustBeThere) {
  changes.inserted_bookings.resize(1);
  EXPECT_EQ(verdict_on(in_transaction("COMMIT"), changes), CommitVerdict::conflict);
}

// One that a failover lost, whose number another one got since: a booking that is known is not locked, so its
// row may be of another writer, whose clock may be ahead.
TEST_F(LookingUp, ANewerRowThatCannotFollowIsNotOfThisTransaction) {
  PostgresLedgerStore store{url, log};
  apply(store, add_flight(1, 10), now).value();
  ledger::Booking row = *apply(store, place_booking(booking_id(1), flight_1), now).value().booking;
  const ledger::SettlePayment declined = test::payment_failed(row.id, flight_1);
  apply(store, declined, now + std::chrono::seconds(5)).value();
  for (const auto status : {ledger::BookingStatus::confirmed, ledger::BookingStatus::cancelled}) {
    row.status = status;
    changes.updated_bookings = {row};
    EXPECT_EQ(verdict_on(in_transaction("COMMIT"), changes), CommitVerdict::conflict) << to_string(status);
  }
  for (const auto status : {ledger::BookingStatus::pending, ledger::BookingStatus::failed}) {
    row.status = status;
    changes.updated_bookings = {row};
    EXPECT_EQ(verdict_on(in_transaction("COMMIT"), changes), CommitVerdict::done) << to_string(status);
  }
}

TEST_F(LookingUp, AnAbortedOneIsDecidedAnew) {
  EXPECT_EQ(verdict_on(in_transaction("ROLLBACK"), changes), CommitVerdict::conflict);
}

TEST_F(LookingUp, SoIsOneThatThisServerHasNeverSeen) {
  EXPECT_EQ(verdict_on("4000000000", changes), CommitVerdict::conflict);
}

TEST_F(LookingUp, OneThatStaysOpenIsEnded) {
  EXPECT_EQ(verdict_on(in_transaction("SELECT 1"), changes), CommitVerdict::conflict);
  EXPECT_THROW(probe.execute("COMMIT"), std::runtime_error);
}

// ---- Servers ----

template <class Work>
bool works_again(Work work) {
  return test::eventually(
      [&] {
        try {
          work();
          return true;
        } catch (const UnavailableError&) {
          return false;
        }
      },
      std::chrono::seconds(60));
}

class BrokenServer : public ::testing::Test {
 protected:
  BrokenServer() {
    migrate(url, now);
    store.emplace(url, recorded);
    reader.emplace(url, recorded);
    apply(*store, add_flight(1, 10), now).value();
    EXPECT_EQ(count_flights(*reader), 1U);
  }

  RecordingLog recorded;
  PostgresServer server;
  const std::string url = server.make_database();
  Instant now = test::world_start;
  std::optional<PostgresLedgerStore> store;
  std::optional<PostgresLedgerReader> reader;
};

TEST_F(BrokenServer, OneThatFreezesIsUnavailableInTimeAndWorksAgain) {
  const auto limit = test::patient(std::chrono::seconds(5));
  server.freeze();
  EXPECT_LT(time_of([&] {
              EXPECT_THROW(apply(*store, place_booking(booking_id(1), flight_1), now), UnavailableError);
            }),
            limit);
  EXPECT_LT(time_of([&] { EXPECT_THROW(count_flights(*reader), UnavailableError); }), limit);
  EXPECT_LT(time_of([&] { EXPECT_THROW(store->check_writable(), UnavailableError); }), limit);
  server.go_on();
  EXPECT_TRUE(works_again([&] { apply(*store, place_booking(booking_id(1), flight_1), now).value(); }));
  EXPECT_TRUE(works_again([&] { count_flights(*reader); }));
  PostgresSession probe(url);
  EXPECT_EQ(probe.number("SELECT available_seats FROM flights"), 9);
  EXPECT_EQ(test::broken_flights(probe), 0);
}

// Such as when its table was given to another owner. It is still the right server, and does other work.
TEST_F(BrokenServer, OneThatTakesNoBookingsIsNotLostAgainAndAgain) {
  PostgresSession admin(url);
  admin.execute("CREATE ROLE narrow LOGIN PASSWORD 'narrow'");
  admin.execute("GRANT SELECT, UPDATE ON ALL TABLES IN SCHEMA public TO narrow");
  PostgresLedgerStore narrow("postgresql://narrow:narrow" + url.substr(url.find('@')), recorded);
  for (int i = 0; i < 3; ++i) {
    EXPECT_THROW(narrow.check_writable(), UnavailableError);
    narrow.claim_unfinished(now, now, 1);
  }
  EXPECT_THAT(recorded.lines(), ::testing::IsEmpty());
  admin.execute("GRANT INSERT ON bookings TO narrow");
  narrow.check_writable();
}

TEST_F(BrokenServer, OneThatFreezesInACommitIsUnavailableInTime) {
  ledger::LedgerKeys keys;
  keys.flights = {flight_1};
  ledger::LedgerChanges changes;
  changes.updated_flights = store->begin(keys).flights;
  server.freeze();
  EXPECT_LT(time_of([&] { EXPECT_THROW(store->commit(changes), UnavailableError); }),
            test::patient(std::chrono::seconds(5)));
  store->rollback();
  server.go_on();
  EXPECT_TRUE(works_again([&] { apply(*store, place_booking(booking_id(1), flight_1), now).value(); }));
}

TEST_F(BrokenServer, OneThatCrashesWorksAgainAndHasLostNothing) {
  apply(*store, place_booking(booking_id(1), flight_1), now).value();
  server.stop_immediately();
  EXPECT_THROW(apply(*store, place_booking(booking_id(2), flight_1), now), UnavailableError);
  EXPECT_THROW(count_flights(*reader), UnavailableError);
  EXPECT_EQ(recorded.lines().size(), 2U) << "a line for each connection, not for each call";
  for (int call = 0; call < 5; ++call) EXPECT_THROW(store->check_writable(), UnavailableError);
  EXPECT_EQ(recorded.lines().size(), 2U);
  server.start();
  EXPECT_TRUE(works_again([&] { apply(*store, place_booking(booking_id(2), flight_1), now).value(); }));
  EXPECT_TRUE(works_again([&] { EXPECT_EQ(count_flights(*reader), 1U); }));
  EXPECT_THAT(recorded.lines(), Contains("info: the database is back").Times(2));
  PostgresSession probe(url);
  EXPECT_EQ(probe.number("SELECT count(*) FROM bookings"), 2);
  EXPECT_EQ(probe.number("SELECT available_seats FROM flights"), 8);
}

TEST_F(BrokenServer, WhileItIsAwayCallsFailAtOnce) {
  server.stop_immediately();
  EXPECT_THROW(store->check_writable(), UnavailableError);
  // The pauses between attempts grow to a second; most of a thousand calls fall into them.
  EXPECT_LT(time_of([&] {
              for (int call = 0; call < 1000; ++call) EXPECT_THROW(store->begin({}), UnavailableError);
            }),
            test::patient(std::chrono::seconds(10)));
}

TEST_F(BrokenServer, OneThatTakesNoWritesIsNotWritable) {
  PostgresSession probe(url);
  const std::string database = url.substr(url.rfind('/') + 1);
  probe.execute("ALTER DATABASE " + database + " SET default_transaction_read_only = on");
  server.cut_connections(server.url_of("nothing"));
  EXPECT_NO_THROW(store->check_writable()) << "for those that are connected nothing has changed";
  PostgresLedgerStore late(url, recorded);
  EXPECT_THROW(late.check_writable(), UnavailableError);
  EXPECT_THROW(apply(late, place_booking(booking_id(1), flight_1), now), UnavailableError);
  PostgresSession(server.url_of("postgres")).execute("ALTER DATABASE " + database + " RESET ALL");
  EXPECT_TRUE(works_again([&] { late.check_writable(); })) << "it connects anew, perhaps elsewhere";
}

TEST_F(BrokenServer, OfSeveralTheOneThatAnswersIsUsed) {
  const std::uint16_t nobody = test::free_port();
  TcpProxy hung(server.port());
  hung.fall_silent();
  std::string several = url;
  const std::string place = "127.0.0.1:" + std::to_string(server.port());
  several.replace(
      several.find(place), place.size(),
      "127.0.0.1:" + std::to_string(nobody) + ",127.0.0.1:" + std::to_string(hung.port()) + "," + place);
  PostgresLedgerReader other(test::with_options(several, "target_session_attrs=read-write"), recorded);
  EXPECT_EQ(count_flights(other), 1U);
}

// ---- The way in ----

TEST(PostgresAccess, AWrongPasswordIsNotTold) {
  std::string url = shared_postgres().url_of("postgres");
  const std::string in_url = "pass%2Fword";
  ASSERT_THAT(url, HasSubstr(in_url));
  url.replace(url.find(in_url), in_url.size(), "wr0ng-secret");
  test::SilentLog log;
  for (const std::string& refusal :
       {refusal_of([&] { migrate(url, Instant{}); }), refusal_of([&] { PostgresLedgerStore(url, log); }),
        refusal_of([&] { PostgresLedgerReader(url, log); })}) {
    EXPECT_THAT(refusal, HasSubstr("password authentication failed"));
    EXPECT_THAT(refusal, Not(HasSubstr("wr0ng-secret")));
    EXPECT_THAT(refusal, Not(HasSubstr("\n")));
  }
}

TEST(PostgresAccess, NobodyThereIsSaidAtOnce) {
  test::SilentLog log;
  const std::string url = PostgresServer::with_port(shared_postgres().url_of("postgres"), test::free_port());
  EXPECT_THAT(refusal_of([&] { PostgresLedgerStore(url, log); }), HasSubstr("Connection refused"));
  EXPECT_THAT(refusal_of([&] { migrate(url, Instant{}); }), HasSubstr("Connection refused"));
}

TEST(PostgresAccess, ADatabaseWithoutSchemaIsRefused) {
  test::SilentLog log;
  const std::string url = shared_postgres().make_database();
  EXPECT_THAT(refusal_of([&] { PostgresLedgerStore(url, log); }), HasSubstr("does not exist"));
  shared_postgres().drop_database(url);
}

// A key and a certificate for 127.0.0.1, signed by itself, readable by the account of PostgreSQL.
class Certificate {
 public:
  Certificate() {
    test::Subprocess openssl(
        {"/usr/bin/openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
         "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key(), "-out", certificate()},
        {}, folder_.path(), folder_ / "log", folder_ / "log");
    if (openssl.wait(test::patient(std::chrono::seconds(60))) != std::optional<int>(0)) {
      throw std::runtime_error("openssl failed: " + test::read_text(folder_ / "log"));
    }
    if (::geteuid() != 0) return;
    const test::Account account = test::account_named("postgres");
    for (const std::string& path : {folder_.path().string(), key(), certificate()}) {
      if (::chown(path.c_str(), account.user, account.group) != 0) throw std::runtime_error("chown " + path);
    }
  }
  std::string key() const { return (folder_ / "server.key").string(); }
  std::string certificate() const { return (folder_ / "server.crt").string(); }

 private:
  test::TemporaryDirectory folder_;
};

TEST(PostgresAccess, GoesThroughTlsWhenTheUrlSaysSo) {
  const Certificate certificate;
  PostgresServer server({"ssl = on", "ssl_cert_file = '" + certificate.certificate() + "'",
                         "ssl_key_file = '" + certificate.key() + "'"});
  const std::string plain = server.make_database();
  test::SilentLog log;
  for (const std::string& query :
       {"sslmode=require"s, "sslmode=verify-full&sslrootcert=" + certificate.certificate()}) {
    const std::string url = test::with_options(plain, query);
    migrate(url, Instant{});
    PostgresLedgerStore store(url, log);
    PostgresLedgerReader reader(url, log);
    apply(store, add_flight(1, 5), test::world_start).value();
    EXPECT_EQ(count_flights(reader), 1U);
    PostgresSession probe(plain);
    EXPECT_EQ(probe.number("SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) "
                           "WHERE application_name = 'flightdeck' AND ssl"),
              2);
  }
  const std::string stranger = test::with_options(plain, "sslmode=verify-full&sslrootcert=/dev/null");
  EXPECT_THAT(refusal_of([&] { PostgresLedgerStore(stranger, log); }), Not("none"));
}

}  // namespace
}  // namespace flightdeck::postgres
