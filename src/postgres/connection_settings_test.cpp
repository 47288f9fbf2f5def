#include "postgres/connection_settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <stdexcept>

namespace flightdeck::postgres {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

using Map = std::map<std::string, std::string>;

Map settings_of(const std::string& url, Purpose purpose = Purpose::writing) {
  const ConnectionSettings settings = connection_settings(url, purpose);
  return {settings.begin(), settings.end()};
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
    EXPECT_THAT(settings_of("postgresql://db/flights", purpose)["options"], HasSubstr("enable_seqscan=off"));
  }
  EXPECT_THAT(settings_of("postgresql://db/flights", Purpose::migration)["options"],
              Not(HasSubstr("enable_seqscan")));
  const std::string options =
      settings_of("postgresql://db/flights?options=-c%20enable_seqscan%3Don")["options"];
  EXPECT_THAT(options, HasSubstr("enable_seqscan=off"));
  EXPECT_THAT(options, EndsWith(" -c enable_seqscan=on"));
}

TEST(ConnectionSettings, ACommitIsNotCutShortByTheServer) {
  // It would stop waiting for its standby, and report success.
  EXPECT_THAT(settings_of("postgresql://db/flights", Purpose::writing)["options"],
              Not(HasSubstr("statement_timeout")));
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
    Map map(one.begin(), one.end());
    EXPECT_EQ(map["target_session_attrs"], "read-write");
    places.push_back(map["host"] + ":" + map["port"]);
  }
  EXPECT_THAT(places, ElementsAre("a:1", "b:2", "c:3"));
  const auto one_port =
      one_for_each_server(connection_settings("host=a,b port=5433 dbname=flights", Purpose::writing));
  ASSERT_EQ(one_port.size(), 2U);
  EXPECT_EQ(Map(one_port[1].begin(), one_port[1].end())["port"], "5433");
}

}  // namespace
}  // namespace flightdeck::postgres
