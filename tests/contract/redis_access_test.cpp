// Who may connect: passwords, users with the rights that docs/redis.md asks for, TLS.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <set>
#include <sstream>

#include "contract/redis_loop.h"
#include "doubles/booking_world.h"
#include "redis/redis_event_sink.h"
#include "redis/redis_flight_index.h"
#include "redis/redis_seat_gate.h"
#include "support/subprocess.h"

namespace flightdeck::redis {
namespace {

using test::RedisLoop;
using test::RedisServer;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

std::string at(std::string_view scheme_and_user, std::uint16_t port, std::string_view rest = {}) {
  return std::string(scheme_and_user) + "127.0.0.1:" + std::to_string(port) + std::string(rest);
}

RedisEndpoint endpoint_at(const std::string& url) { return parse_redis_url(url).value(); }

// Everything the program ever asks of Redis.
void use_everything(RedisConnection& connection, RedisLoop& loop, const std::string& prefix) {
  RedisSeatGate gate(connection, prefix);
  RedisFlightIndex index(connection, prefix);
  RedisEventSink sink(connection, prefix);
  flights::Flight flight =
      flights::make_flight(FlightId{make_uuid_v5(Uuid{}, "1")}, test::flight_draft(5), test::world_start);
  booking::SeatUpdate updates;
  updates.flight = flight.id;
  updates.count = booking::SeatUpdate::Count{1, 5};
  EXPECT_TRUE(loop.finish(gate.sync({updates})));
  EXPECT_TRUE(loop.finish(index.update({flight}, test::world_start)));
  EXPECT_EQ(loop.finish(index.begin_rebuild()), flights::RebuildStart::begun);
  EXPECT_TRUE(loop.finish(index.complete_rebuild()));
  EXPECT_EQ(loop.finish(index.begin_rebuild()), flights::RebuildStart::unneeded);
  const BookingId booking{make_uuid_v5(Uuid{}, "2")};
  EXPECT_EQ(loop.finish(gate.reserve(flight.id, booking, 2, test::world_start)),
            booking::ReserveAnswer::held);
  EXPECT_EQ(loop.finish(gate.sellable(flight.id)), 3);
  EXPECT_EQ(loop.finish(gate.stale_holds(test::world_start + Milliseconds{1}, 10)).size(), 1U);
  updates.count = booking::SeatUpdate::Count{2, 3};
  updates.holds_to_drop = {booking};
  EXPECT_TRUE(loop.finish(gate.sync({updates})));
  flight.version = 2;
  flight.destination = "CDG";
  flight.available_seats = 3;
  EXPECT_TRUE(loop.finish(index.update({flight}, test::world_start)));
  flights::SearchQuery query;
  query.source = "jfk";
  query.destination = "cdg";
  query.date = flight.date;
  const auto page = loop.finish(index.search(query, test::world_start));
  ASSERT_TRUE(page);
  ASSERT_EQ(page->flights.size(), 1U);
  EXPECT_EQ(page->flights.front().available_seats, 3);
  EXPECT_EQ(loop.finish(index.drop_departed(flight.departure)).size(), 1U);
  updates.off_sale = true;
  EXPECT_TRUE(loop.finish(gate.sync({updates})));
  const events::Event event{Uuid{}, events::booking_confirmed, Uuid{}, "{}"};
  const std::vector<events::OutboxRow> rows{{1, events::outbox_row(std::span(&event, 1))}};
  EXPECT_TRUE(loop.finish(sink.publish(rows)));
}

TEST(RedisAccess, APasswordInTheUrl) {
  RedisServer server({"--requirepass", "se cret/@"});
  RedisLoop loop(endpoint_at(at("redis://:se%20cret%2F%40@", server.port())));
  use_everything(loop.connection(), loop, "");
}

TEST(RedisAccess, ADatabaseInTheUrl) {
  RedisServer server;
  RedisLoop loop(endpoint_at(at("redis://", server.port(), "/3")));
  loop.finish(loop.connection().call({Command("SET").add("where").add("3")}));
  test::RedisProbe probe(server.port());
  EXPECT_EQ(probe.text({"GET", "where"}), "");
  probe.command({"SELECT", "3"});
  EXPECT_EQ(probe.text({"GET", "where"}), "3");

  RedisLoop none(endpoint_at(at("redis://", server.port(), "/999")), false);
  ASSERT_TRUE(none.run_until([&none] { return !none.log().lines.empty(); }));
  EXPECT_THAT(none.log().lines, Contains(HasSubstr("DB index is out of range")));
  EXPECT_FALSE(none.connection().up());
}

// docs/redis.md has them.
std::vector<std::string> documented_rights() {
  std::istringstream words(
      "+hello +select +ping +script|load +evalsha +scan +get +set +del +decrby +hset +hsetnx +hget +hmget "
      "+hgetall "
      "+hvals +hexists +hincrby +hdel +zadd +zrem +zrange +zscore +xadd +time +type +client|tracking");
  std::vector<std::string> rights;
  for (std::string right; words >> right;) rights.push_back(right);
  return rights;
}

void make_user(test::RedisProbe& probe, const std::string& name, const std::vector<std::string>& rights) {
  std::vector<std::string> words{"ACL", "SETUSER", name, "reset", "on", ">pass word", "~shop:*"};
  words.insert(words.end(), rights.begin(), rights.end());
  probe.command(words);
}

TEST(RedisAccess, AUserWithTheDocumentedRightsOnly) {
  RedisServer server;
  test::RedisProbe probe(server.port());
  make_user(probe, "flightdeck", documented_rights());
  RedisLoop loop(endpoint_at(at("redis://flightdeck:pass%20word@", server.port())), true,
                 test::patient(std::chrono::seconds(10)), "shop:");
  use_everything(loop.connection(), loop, "shop:");
  EXPECT_EQ(loop.connection().condition(), RedisCondition::well);
  EXPECT_THAT(loop.log().lines, IsEmpty());
}

TEST(RedisAccess, EachRightThatIsMissingIsNamedOnceAndWhenItIsGiven) {
  RedisServer server;
  test::RedisProbe probe(server.port());
  for (const std::string& right : documented_rights()) {
    // HELLO needs no right, and the others are not asked for here.
    if (right == "+hello" || right == "+select" || right == "+client|tracking") continue;
    SCOPED_TRACE(right);
    const std::string command = right.substr(1);
    std::vector<std::string> rights = documented_rights();
    rights.push_back("-" + command);
    make_user(probe, "weak", rights);
    const bool connects = right != "+ping" && right != "+script|load";
    RedisLoop loop(endpoint_at(at("redis://weak:pass%20word@", server.port())), connects,
                   test::patient(std::chrono::seconds(10)), "shop:");
    ASSERT_TRUE(loop.run_until([&loop] { return !loop.log().lines.empty(); }));
    if (connects) {
      EXPECT_EQ(loop.connection().condition(), RedisCondition::refusing);
      const bool lags = loop.lag().possible(std::chrono::steady_clock::now());
      EXPECT_EQ(lags, right != "+xadd");
      EXPECT_THAT(loop.log().lines,
                  ElementsAre(AllOf(StartsWith("warn Redis refuses a command"), HasSubstr("refusal=NOPERM"),
                                    HasSubstr("command=" + command + " "))));
    } else {
      EXPECT_THAT(loop.log().lines, ElementsAre(AllOf(HasSubstr("NOPERM"), HasSubstr(command))));
    }
    make_user(probe, "weak", documented_rights());
    const bool well =
        loop.run_until([&loop] { return loop.connection().condition() == RedisCondition::well; });
    EXPECT_TRUE(well);
    EXPECT_THAT(loop.log().lines, SizeIs(2));
  }
}

// While it runs: `ACL SETUSER` is at once true of connections that are open.
TEST(RedisAccess, ARightThatIsTakenAwayIsNamedByWhoeverNeedsIt) {
  RedisServer server;
  test::RedisProbe probe(server.port());
  for (const std::string command : {"hset", "decrby", "zadd", "xadd", "evalsha"}) {
    SCOPED_TRACE(command);
    make_user(probe, "weak", documented_rights());
    RedisLoop loop(endpoint_at(at("redis://weak:pass%20word@", server.port())), true,
                   test::patient(std::chrono::seconds(10)), "shop:");
    EXPECT_EQ(loop.connection().condition(), RedisCondition::well);
    probe.command({"ACL", "SETUSER", "weak", "-" + command});
    RedisSeatGate gate(loop.connection(), "shop:");
    RedisFlightIndex index(loop.connection(), "shop:");
    RedisEventSink sink(loop.connection(), "shop:");
    flights::Flight flight = flights::make_flight(FlightId{make_uuid_v5(Uuid{}, command)},
                                                  test::flight_draft(5), test::world_start);
    booking::SeatUpdate updates;
    updates.flight = flight.id;
    updates.count = booking::SeatUpdate::Count{1, 5};
    loop.finish(gate.sync({updates}));
    loop.finish(gate.reserve(flight.id, BookingId{make_uuid_v5(Uuid{}, "2")}, 2, test::world_start));
    loop.finish(index.update({flight}, test::world_start));
    const events::Event event{Uuid{}, events::booking_confirmed, Uuid{}, "{}"};
    const std::vector<events::OutboxRow> rows{{1, events::outbox_row(std::span(&event, 1))}};
    loop.finish(sink.publish(rows));
    ASSERT_TRUE(loop.run_until([&loop] { return !loop.log().lines.empty(); }));
    EXPECT_THAT(loop.log().lines, ElementsAre(HasSubstr("command=" + command + " ")));
  }
}

TEST(RedisAccess, ARightThatIsTakenAwayIsNoticedWithoutAnyCall) {
  RedisServer server;
  test::RedisProbe probe(server.port());
  make_user(probe, "weak", documented_rights());
  RedisLoop loop(endpoint_at(at("redis://weak:pass%20word@", server.port())), true,
                 test::patient(std::chrono::seconds(10)), "shop:");
  probe.command({"ACL", "SETUSER", "weak", "-hset"});
  ASSERT_TRUE(loop.run_until([&loop] { return !loop.log().lines.empty(); }));
  EXPECT_THAT(loop.log().lines, ElementsAre(HasSubstr("command=hset ")));
  EXPECT_TRUE(loop.lag().possible(std::chrono::steady_clock::now()));
  EXPECT_THAT(probe.command({"KEYS", "*"}), IsEmpty()) << "trying leaves nothing behind";
}

TEST(RedisAccess, AKeyThatIsOutOfBoundsIsNamedByTheCommand) {
  RedisServer server;
  test::RedisProbe probe(server.port());
  std::vector<std::string> rights = documented_rights();
  rights.insert(rights.begin(), {"resetkeys", "~shop:flight*", "~shop:search:*"});
  make_user(probe, "weak", rights);
  RedisLoop loop(endpoint_at(at("redis://weak:pass%20word@", server.port())), true,
                 test::patient(std::chrono::seconds(10)), "shop:");
  RedisEventSink sink(loop.connection(), "shop:");
  const events::Event event{Uuid{}, events::booking_confirmed, Uuid{}, "{}"};
  const std::vector<events::OutboxRow> rows{{1, events::outbox_row(std::span(&event, 1))}};
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(loop.finish(sink.publish(rows)));
  EXPECT_THAT(loop.log().lines, ElementsAre(AllOf(HasSubstr("NOPERM"), HasSubstr("command=xadd "))));
}

// Redis answers each call, and with an error where the user has no right to a key.
TEST(RedisAccess, WhatItMayNotReadIsNotTakenForAbsent) {
  RedisServer server;
  test::RedisProbe probe(server.port());
  make_user(probe, "weak", documented_rights());
  RedisLoop loop(endpoint_at(at("redis://weak:pass%20word@", server.port())), true,
                 test::patient(std::chrono::seconds(10)), "shop:");
  RedisSeatGate gate(loop.connection(), "shop:");
  RedisFlightIndex index(loop.connection(), "shop:");
  const flights::Flight flight =
      flights::make_flight(FlightId{make_uuid_v5(Uuid{}, "1")}, test::flight_draft(5), test::world_start);
  booking::SeatUpdate updates;
  updates.flight = flight.id;
  updates.count = booking::SeatUpdate::Count{1, 5};
  ASSERT_TRUE(loop.finish(gate.sync({updates})));
  ASSERT_TRUE(loop.finish(index.update({flight}, test::world_start)));
  ASSERT_TRUE(loop.finish(index.complete_rebuild()));
  ASSERT_EQ(loop.finish(gate.reserve(flight.id, BookingId{make_uuid_v5(Uuid{}, "2")}, 1, test::world_start)),
            booking::ReserveAnswer::held);
  flights::SearchQuery query;
  query.source = "jfk";
  query.destination = "lhr";
  query.date = flight.date;
  const auto stale = [&] {
    return loop.finish(gate.stale_holds(test::world_start + Milliseconds{1}, 10)).size();
  };
  const auto with_keys = [&probe](const std::vector<std::string>& keys) {
    std::vector<std::string> words{"ACL", "SETUSER", "weak", "resetkeys"};
    words.insert(words.end(), keys.begin(), keys.end());
    probe.command(words);
  };

  // Not the hash of a flight.
  with_keys({"~shop:flight_*", "~shop:search:*"});
  EXPECT_FALSE(loop.finish(index.search(query, test::world_start))) << "no page without the flight";
  EXPECT_FALSE(loop.finish(index.inspect({flight}, test::world_start)))
      << "the index is not known to lack it";
  EXPECT_THAT(loop.finish(index.versions({flight.id})), IsEmpty());
  EXPECT_FALSE(loop.finish(gate.inspect({flight.id})));
  // Not the orders.
  with_keys({"~shop:flight*"});
  EXPECT_FALSE(loop.finish(index.search(query, test::world_start)));
  EXPECT_FALSE(loop.finish(index.inspect({flight}, test::world_start))) << "nor to lack its places";
  with_keys(
      // Not the holds.
      {"~shop:flight:*", "~shop:flight_index", "~shop:flight_seats:*", "~shop:search:*"});
  EXPECT_EQ(stale(), 0U);

  with_keys({"~shop:*"});
  EXPECT_EQ(loop.finish(index.search(query, test::world_start)).value().flights.size(), 1U);
  EXPECT_EQ(loop.finish(index.inspect({flight}, test::world_start)).value().flights.front().missing, 0U);
  EXPECT_EQ(stale(), 1U);
}

// Whoever has no call refused knows it, too: another process may have.
TEST(RedisAccess, KeysOutOfReachAreNoticedWithoutACallAndNamedOnce) {
  RedisServer server;
  test::RedisProbe probe(server.port());
  probe.command({"ACL", "SETUSER", "weak", "on", ">pw", "+@all", "~shop:*"});
  RedisLoop loop(endpoint_at(at("redis://weak:pw@", server.port())), true,
                 test::patient(std::chrono::seconds(10)), "shop:");
  const auto becomes = [&loop](RedisCondition expected) {
    return loop.run_until([&loop, expected] { return loop.connection().condition() == expected; });
  };
  ASSERT_TRUE(becomes(RedisCondition::well));
  for (const auto& [kept, missing] : std::vector<std::pair<std::string, std::string>>{
           {"~shop:flight_*", "set flight "}, {"~shop:flight:*", "set flight_seats "}}) {
    loop.log().lines.clear();
    probe.command({"ACL", "SETUSER", "weak", "resetkeys", kept, "~shop:flight_never_there",
                   "~shop:flight_index", "~shop:search:*", "~shop:booking*"});
    ASSERT_TRUE(becomes(RedisCondition::refusing));
    EXPECT_TRUE(loop.lag().possible(std::chrono::steady_clock::now())) << "the gate may not be believed";
    for (int i = 0; i < 3; ++i)
      loop.run_until([] { return false; }, Milliseconds(limits::redis_health_interval));
    EXPECT_EQ(loop.connection().condition(), RedisCondition::refusing);
    EXPECT_THAT(loop.log().lines,
                ::testing::Contains(AllOf(HasSubstr("NOPERM"), HasSubstr("command=" + missing))));
    EXPECT_THAT(loop.log().lines, Each(StartsWith("warn Redis refuses a command"))) << "it is not over";
    EXPECT_EQ(std::set<std::string>(loop.log().lines.begin(), loop.log().lines.end()).size(),
              loop.log().lines.size())
        << "each once";
    probe.command({"ACL", "SETUSER", "weak", "~shop:*"});
    ASSERT_TRUE(becomes(RedisCondition::well));
  }
}

TEST(RedisAccess, AKeyThatIsWithinReachAgainNeedsNoCall) {
  RedisServer server;
  test::RedisProbe probe(server.port());
  probe.command({"ACL", "SETUSER", "weak", "on", ">pw", "+@all", "~shop:*"});
  RedisLoop loop(endpoint_at(at("redis://weak:pw@", server.port())), true,
                 test::patient(std::chrono::seconds(10)), "shop:");
  RedisFlightIndex index(loop.connection(), "shop:");
  flights::SearchQuery query;
  query.source = "jfk";
  query.destination = "lhr";
  // A key of one route alone, which no look touches.
  probe.command(
      {"ACL", "SETUSER", "weak", "resetkeys", "~shop:flight*", "~shop:search::*", "~shop:booking*"});
  ASSERT_FALSE(loop.finish(index.search(query, test::world_start)));
  ASSERT_EQ(loop.connection().condition(), RedisCondition::refusing);
  probe.command({"ACL", "SETUSER", "weak", "~shop:*"});
  EXPECT_TRUE(loop.run_until([&loop] { return loop.connection().condition() == RedisCondition::well; }));
}

TEST(RedisAccess, AMissingRightIsNamedInTheLog) {
  RedisServer server;
  test::RedisProbe(server.port()).command({"ACL", "SETUSER", "weak", "on", ">pw", "~*", "+hello", "+ping"});
  RedisLoop loop(endpoint_at(at("redis://weak:pw@", server.port())), false);
  ASSERT_TRUE(loop.run_until([&loop] { return !loop.log().lines.empty(); }));
  EXPECT_THAT(loop.log().lines, Each(AllOf(HasSubstr("NOPERM"), HasSubstr("script"))));
}

TEST(RedisAccess, AWrongPasswordIsAwayAndNeverLogged) {
  RedisServer server({"--requirepass", "right"});
  RedisServer open_to_all;
  for (const std::string& url :
       {at("redis://:wr0ng@", server.port()), at("redis://us3r:wr0ng@", server.port()),
        at("redis://", server.port()), at("redis://us3r:wr0ng@", open_to_all.port())}) {
    RedisLoop loop(endpoint_at(url), false);
    const auto ever_up = [&loop] { return loop.connection().up(); };
    EXPECT_FALSE(loop.run_until(ever_up, Milliseconds{700})) << url << ": whatever it tries";
    EXPECT_EQ(loop.connection().generation(), 0U);
    EXPECT_EQ(loop.log().lines.size(), 1U);
    EXPECT_THAT(loop.log().lines,
                Each(AllOf(HasSubstr("warn Redis is away"), HasSubstr("password refused"))));
    EXPECT_THAT(loop.log().lines, Each(Not(HasSubstr("wr0ng"))));
  }
}

TEST(RedisAccess, APasswordThatBecomesRightIsTaken) {
  RedisServer server({"--requirepass", "old"});
  RedisLoop loop(endpoint_at(at("redis://:new@", server.port())), false);
  ASSERT_TRUE(loop.run_until([&loop] { return !loop.log().lines.empty(); }));
  test::RedisProbe probe(server.port());
  probe.command({"AUTH", "old"});
  probe.command({"CONFIG", "SET", "requirepass", "new"});
  EXPECT_TRUE(loop.run_until([&loop] { return loop.connection().up(); }));
}

class RedisTls : public ::testing::Test {
 protected:
  RedisTls() {
    const auto log = folder_ / "log";
    test::Subprocess openssl({"/usr/bin/openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days",
                              "2", "-subj", "/CN=redis", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
                              key().string(), "-out", certificate().string()},
                             {}, folder_.path(), log, log);
    EXPECT_EQ(openssl.wait(test::patient(std::chrono::seconds(60))), 0) << test::read_text(log);
    port_ = test::free_port();
    server_.emplace(std::vector<std::string>{"--tls-port", std::to_string(port_), "--tls-cert-file",
                                             certificate().string(), "--tls-key-file", key().string(),
                                             "--tls-auth-clients", "no"});
  }
  ~RedisTls() override { ::unsetenv("SSL_CERT_FILE"); }

  void trust_it() const { ::setenv("SSL_CERT_FILE", certificate().c_str(), 1); }
  std::filesystem::path certificate() const { return folder_ / "certificate.pem"; }
  std::filesystem::path key() const { return folder_ / "key.pem"; }
  static void expect_refused(RedisEndpoint endpoint, const std::string& why) {
    RedisLoop loop(std::move(endpoint), false);
    ASSERT_TRUE(loop.run_until([&loop] { return !loop.log().lines.empty(); }));
    EXPECT_THAT(loop.log().lines, Each(HasSubstr(why)));
    EXPECT_FALSE(loop.connection().up());
  }

  test::TemporaryDirectory folder_;
  std::uint16_t port_ = 0;
  std::optional<RedisServer> server_;
};

TEST_F(RedisTls, ATrustedCertificateOfThatHost) {
  trust_it();
  RedisLoop loop(endpoint_at(at("rediss://", port_)));
  use_everything(loop.connection(), loop, "");
  server_->stop();
  ASSERT_TRUE(loop.run_until([&loop] { return !loop.connection().up(); }));
  server_->start();
  EXPECT_TRUE(loop.run_until([&loop] { return loop.connection().up(); })) << "again after a loss";
}

TEST_F(RedisTls, AnotherCertificateIsRefused) {
  expect_refused(endpoint_at(at("rediss://", port_)), "certificate verify failed");
}

TEST_F(RedisTls, ACertificateOfAnotherHostIsRefused) {
  trust_it();
  expect_refused(RedisEndpoint{.host = "localhost", .port = port_, .tls = true}, "certificate verify failed");
}

}  // namespace
}  // namespace flightdeck::redis
