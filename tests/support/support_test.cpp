// The real servers of the tests themselves: that they start, do as they are told, and that the probes read
// them.
#include <gtest/gtest.h>
#include <libpq-fe.h>

#include "support/deadline.h"
#include "support/postgres_probe.h"
#include "support/postgres_server.h"
#include "support/redis_server.h"

namespace flightdeck::test {
namespace {

constexpr Milliseconds kAnswerWithin = std::chrono::seconds(10);

using Texts = std::vector<std::string>;

// A session that may write, for what a test needs to find.
class Session {
 public:
  explicit Session(const std::string& url) : connection_(PQconnectdb(url.c_str())) {}
  ~Session() { PQfinish(connection_); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  bool works() { return execute("SELECT 1"); }
  bool execute(const std::string& sql) {
    PGresult* result = PQexec(connection_, sql.c_str());
    const ExecStatusType status = PQresultStatus(result);
    PQclear(result);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
  }
  // Sends it without waiting; `answered` tells whether there is an answer by now.
  void ask() { ASSERT_EQ(PQsendQuery(connection_, "SELECT 1"), 1); }
  bool answered() { return PQconsumeInput(connection_) == 1 && PQisBusy(connection_) == 0; }

 private:
  PGconn* connection_;
};

PostgresProbe probe_of(const std::string& url) { return {url, {shared_redis().port(), "no-stream"}}; }

TEST(PostgresServerTest, DatabasesAreMadeCopiedAndDropped) {
  PostgresServer& server = shared_postgres();
  const std::string first = server.make_database();
  const std::string second = server.make_database();
  EXPECT_NE(first, second);
  EXPECT_TRUE(Session(first).execute("CREATE TABLE things AS SELECT 7 AS size"));
  EXPECT_FALSE(Session(second).execute("SELECT size FROM things"));
  const std::string copy = server.make_database(first);
  EXPECT_EQ(probe_of(copy).number("SELECT size FROM things"), 7);
  server.drop_database(copy);
  EXPECT_FALSE(Session(copy).works());
  EXPECT_TRUE(Session(first).works());
}

TEST(PostgresServerTest, ItsDurabilityIsNotWeakened) {
  PostgresServer server;
  const PostgresProbe probe = probe_of(server.make_database());
  EXPECT_EQ(probe.column("SHOW fsync"), Texts{"on"});
  EXPECT_EQ(probe.column("SHOW synchronous_commit"), Texts{"on"});
}

TEST(PostgresServerTest, CutsTheConnectionsToOneDatabase) {
  PostgresServer& server = shared_postgres();
  const std::string url = server.make_database();
  Session cut(url);
  Session other(server.make_database());
  ASSERT_TRUE(cut.works());
  server.cut_connections(url);
  EXPECT_TRUE(eventually([&] { return !cut.works(); }));
  EXPECT_TRUE(other.works());
  EXPECT_TRUE(Session(url).works());
}

TEST(PostgresServerTest, KeepsItsPortAndItsDataWhenItIsStopped) {
  PostgresServer server;
  const std::uint16_t port = server.port();
  const std::string url = server.make_database();
  ASSERT_TRUE(Session(url).execute("CREATE TABLE things AS SELECT 7 AS size"));
  const PostgresProbe probe = probe_of(url);
  server.stop_immediately();
  EXPECT_FALSE(Session(url).works());
  server.start();
  EXPECT_EQ(server.port(), port);
  EXPECT_EQ(probe.number("SELECT size FROM things"), 7) << "the probe connects again";
  server.stop();
  EXPECT_FALSE(Session(url).works());
  server.start();
  EXPECT_EQ(probe.number("SELECT size FROM things"), 7);
}

TEST(PostgresServerTest, StandsStillWhileItIsFrozen) {
  PostgresServer& server = shared_postgres();
  Session session(server.make_database());
  ASSERT_TRUE(session.works());
  server.freeze();
  session.ask();
  EXPECT_FALSE(eventually([&] { return session.answered(); }, Milliseconds(300)));
  server.go_on();
  EXPECT_TRUE(eventually([&] { return session.answered(); }));
}

TEST(PostgresServerTest, AnotherPortMayStandInFrontOfIt) {
  PostgresServer& server = shared_postgres();
  const std::string url = server.url_of("postgres");
  EXPECT_EQ(PostgresServer::with_port(url, server.port()), url);
  EXPECT_NE(PostgresServer::with_port(url, 1).find("@127.0.0.1:1/postgres"), std::string::npos);
}

TEST(PostgresProbeTest, GivesTextsNumbersMoneyAndInstants) {
  const std::string url = shared_postgres().make_database();
  ASSERT_TRUE(Session(url).execute(
      "CREATE TABLE things (id UUID, price NUMERIC(10,2), day DATE, at TIMESTAMPTZ, name TEXT);"
      "INSERT INTO things VALUES ('0197a000-0000-7000-8000-000000000001', 199.05, '2030-01-02', "
      "'2030-01-02T03:04:05.678+01:00', 'it''s')"));
  const PostgresProbe probe = probe_of(url);
  const std::string id = "0197a000-0000-7000-8000-000000000001";
  const auto rows =
      probe.rows("SELECT id, day, name, NULL, " + probe.money("price") + ", " + probe.unix_ms("at") +
                 " FROM things WHERE name = " + text_literal("it's") + " AND id = " + probe.id_literal(id));
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0], (Texts{id, "2030-01-02", "it's", "", "19905", "1893549845678"}));
  EXPECT_EQ(probe.number("SELECT SUM(price) FROM things WHERE price < 0"), 0);
  EXPECT_EQ(probe.number("SELECT " + probe.money("SUM(price)") + " FROM things"), 19905);
  EXPECT_THROW(probe.rows("DELETE FROM things"), std::runtime_error) << "it only reads";
  EXPECT_THROW(probe.number("SELECT 1.5"), std::runtime_error);
}

TEST(PostgresProbeTest, SeesEventsInTheOutboxAndInTheStreamOnce) {
  const std::string url = shared_postgres().make_database();
  ASSERT_TRUE(Session(url).execute(
      "CREATE TABLE events (seq BIGSERIAL, data JSON);"
      R"(INSERT INTO events (data) VALUES ('[{"id": "e1", "type": "made", "subject": "s1", "data": {}},)"
      R"({"id": "e2", "type": "sold", "subject": "s1", "data": {}}]'))"));
  RedisProbe redis(shared_redis().port());
  const auto publish = [&](const std::string& id, const std::string& type, const std::string& subject) {
    redis.text({"XADD", "a-stream", "*", "id", id, "type", type, "subject", subject, "data", "{\"a\":1}"});
  };
  publish("e0", "made", "s0");
  publish("e0", "made", "s0");
  publish("e1", "made", "s1");
  const PostgresProbe probe(url, {shared_redis().port(), "a-stream"});
  EXPECT_EQ(probe.events().size(), 3U);
  EXPECT_EQ(events_of(probe, "made"), 2);
  EXPECT_EQ(events_of(probe, "made", "s0"), 1);
  EXPECT_EQ(events_of(probe, "sold", "s1"), 1);
  EXPECT_EQ(events_of(probe, "sold", "s0"), 0);
}

TEST(RedisServerTest, AnswersOfEveryKindAreRead) {
  RedisProbe redis(shared_redis().port());
  EXPECT_EQ(redis.text({"PING"}), "PONG");
  const std::string odd = "a\r\nb\r\n\r\n";
  EXPECT_EQ(redis.text({"SET", "kinds", odd}), "OK");
  EXPECT_EQ(redis.text({"GET", "kinds"}), odd);
  EXPECT_EQ(redis.text({"GET", "nothing"}), "");
  EXPECT_EQ(redis.text({"DEL", "kinds"}), "1");
  EXPECT_EQ(redis.command({"LRANGE", "nothing", "0", "-1"}), Texts{});
  redis.command({"RPUSH", "list", "x", "", std::string(100000, 'y')});
  EXPECT_EQ(redis.command({"LRANGE", "list", "0", "-1"}), (Texts{"x", "", std::string(100000, 'y')}));
  EXPECT_THROW(redis.command({"GET", "list"}), std::runtime_error);
  EXPECT_EQ(redis.text({"PING"}), "PONG");
}

TEST(RedisServerTest, IsEmptyAfterARestartAndKeepsItsPort) {
  RedisServer server;
  const std::uint16_t port = server.port();
  EXPECT_EQ(RedisProbe(port).text({"SET", "a", "1"}), "OK");
  server.stop();
  EXPECT_THROW(RedisProbe{port}, std::runtime_error);
  server.start();
  EXPECT_EQ(server.port(), port);
  EXPECT_EQ(RedisProbe(port).text({"GET", "a"}), "");
}

TEST(RedisServerTest, StandsStillWhileItIsFrozen) {
  RedisServer server;
  Socket session = Socket::connect_loopback(server.port());
  server.freeze();
  session.send_all("PING\r\n", Deadline(kAnswerWithin));
  EXPECT_FALSE(eventually([&] { return session.readable_now(); }, Milliseconds(300)));
  server.go_on();
  EXPECT_TRUE(eventually([&] { return session.readable_now(); }));
}

TEST(RedisServerTest, TakesArguments) {
  RedisServer server({"--requirepass", "secret"});
  RedisProbe redis(server.port());
  EXPECT_THROW(redis.command({"GET", "a"}), std::runtime_error);
  EXPECT_EQ(redis.text({"AUTH", "secret"}), "OK");
}

}  // namespace
}  // namespace flightdeck::test
