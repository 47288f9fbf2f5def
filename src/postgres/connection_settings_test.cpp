#include "postgres/connection_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <stdexcept>

namespace flightdeck::postgres {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

using Map = std::map<std::string, std::string>;

Map settings_of(const std::string& url, Purpose purpose = Purpose::writing) {
  const ConnectionSettings settings = connection_settings(url, purpose);
  return {settings.connect.begin(), settings.connect.end()};
}

Map session_of(const std::string& url, Purpose purpose = Purpose::writing) {
  const ConnectionSettings settings = connection_settings(url, purpose);
  EXPECT_EQ(Map(settings.session.begin(), settings.session.end()).size(), settings.session.size())
      << "each once";
  return {settings.session.begin(), settings.session.end()};
}

TEST(ConnectionSettings, TakeTheUrlApart) {
  Map settings = settings_of("postgresql://me:a%2Fb%40c@db.example:5433/flights?sslmode=verify-full");
  EXPECT_EQ(settings["user"], "me");
  EXPECT_EQ(settings["password"], "a/b@c");
  EXPECT_EQ(settings["host"], "db.example");
  EXPECT_EQ(settings["port"], "5433");
  EXPECT_EQ(settings["dbname"], "flights");
  EXPECT_EQ(settings["sslmode"], "verify-full");
}

TEST(ConnectionSettings, AddWhatTheUrlLeavesOpen) {
  Map settings = settings_of("postgresql://db/flights");
  EXPECT_EQ(settings["keepalives_idle"], "5");
  EXPECT_EQ(settings["tcp_user_timeout"], "5000");
  EXPECT_EQ(settings_of("postgresql://db/flights?tcp_user_timeout=7")["tcp_user_timeout"], "7");
}

TEST(ConnectionSettings, PinThePlannerAndLetTheUrlHaveTheLastWord) {
  for (const Purpose purpose : {Purpose::writing, Purpose::reading}) {
    EXPECT_EQ(session_of("postgresql://db/flights", purpose)["enable_seqscan"], "off");
  }
  EXPECT_EQ(session_of("postgresql://db/flights", Purpose::migration).count("enable_seqscan"), 0U);
  Map session = session_of("postgresql://db/flights?options=-c%20Enable_SeqScan%3Don%20--work-mem%3D8MB");
  EXPECT_EQ(session.count("enable_seqscan"), 0U);
  EXPECT_EQ(session["Enable_SeqScan"], "on");
  EXPECT_EQ(session["work_mem"], "8MB");
  EXPECT_EQ(session["enable_hashjoin"], "off");
}

// PgBouncer refuses a connection that asks for them in its first packet.
TEST(ConnectionSettings, NothingIsAskedForInTheStartupPacket) {
  for (const std::string url :
       {"postgresql://db/flights", "postgresql://db/flights?options=-c%20work_mem%3D8MB"}) {
    EXPECT_EQ(settings_of(url).count("options"), 0U);
  }
}

TEST(ConnectionSettings, OptionsAreReadAsPostgresqlReadsThem) {
  using Pair = std::pair<std::string, std::string>;
  EXPECT_THAT(
      parse_options("-c a=1 -cb=2\t--c-d=3\n  -c e=x\\ y\\\\z -c f="),
      ElementsAre(Pair("a", "1"), Pair("b", "2"), Pair("c_d", "3"), Pair("e", "x y\\z"), Pair("f", "")));
  EXPECT_THAT(parse_options(" "), ElementsAre());
  for (const char* odd : {"-c", "-c a", "a=1", "-e", "-S 64", "--a", "-c =1", "--=1", "-c a=1 b"}) {
    EXPECT_THROW(parse_options(odd), std::runtime_error) << odd;
    EXPECT_THROW(session_of(std::string("host=db options='") + odd + "'"), std::runtime_error) << odd;
  }
}

TEST(ConnectionSettings, ACommitIsNotCutShortByTheServer) {
  // It would stop waiting for its standby, and report success.
  EXPECT_EQ(session_of("postgresql://db/flights", Purpose::writing).count("statement_timeout"), 0U);
}

TEST(ConnectionSettings, AUrlThatCannotBeReadIsNotQuoted) {
  for (const std::string url : {"postgresql://me:secret%zz@db/flights", "postgresql://me:secret@db:x/f?y",
                                "nonsense secret", "postgresql://me:secret@db/flights?novel=1"}) {
    try {
      connection_settings(url, Purpose::writing);
      FAIL() << url;
    } catch (const std::runtime_error& error) {
      EXPECT_THAT(error.what(), Not(HasSubstr("secret"))) << url;
    }
  }
}

TEST(ConnectionSettings, ServersAreTriedOneByOne) {
  const auto all = one_for_each_server(connection_settings(
      "postgresql://a:1,b:2,c:3/flights?target_session_attrs=read-write", Purpose::writing));
  std::vector<std::string> places;
  for (const ConnectionSettings& one : all) {
    Map map(one.connect.begin(), one.connect.end());
    EXPECT_EQ(map["target_session_attrs"], "read-write");
    places.push_back(map["host"] + ":" + map["port"]);
  }
  EXPECT_THAT(places, ElementsAre("a:1", "b:2", "c:3"));
  const auto one_port =
      one_for_each_server(connection_settings("host=a,b port=5433 dbname=flights", Purpose::writing));
  ASSERT_EQ(one_port.size(), 2U);
  EXPECT_EQ(Map(one_port[1].connect.begin(), one_port[1].connect.end())["port"], "5433");
}

TEST(ConnectionSettings, WhatMayBeASecretIsNotSaid) {
  struct Case {
    const char* url;
    const char* said;
    const char* shown;
  };
  for (const Case& one : {
           Case{"postgresql://ann:pw@db/x", R"(server at "db": user "ann" and pw)",
                R"(server at "db": user "ann" and ***)"},
           Case{"postgresql://s3cret@db/x", R"(no such user: s3cret; role "s3cret")",
                R"(no such user: ***; role "***")"},
           Case{"postgresql://ann:s3@cret@db/x", R"(host name "cret@db")", R"(host name "***")"},
           Case{"postgresql://ann:s3/cret@db/x", R"(value "s3" for "port"; database "cret@db/x")",
                R"(value "***" for "port"; database "***")"},
           Case{"host=db user=me password=pw", R"(time of "me", pwd and spw: pw)",
                R"(time of "me", pwd and spw: ***)"},
       }) {
    EXPECT_EQ(without_secrets(one.said, connection_settings(one.url, Purpose::writing).connect), one.shown)
        << one.url;
  }
}

}  // namespace
}  // namespace flightdeck::postgres
