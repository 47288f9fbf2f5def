#include "redis/refusals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/limits.h"
#include "redis/scripts.h"

namespace flightdeck::redis {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Reply error(std::string text) {
  Reply reply;
  reply.kind = Reply::Kind::error;
  reply.text = std::move(text);
  return reply;
}

Reply list(std::vector<std::string> texts) {
  Reply reply;
  reply.kind = Reply::Kind::list;
  reply.texts = std::move(texts);
  return reply;
}

Refusal refusal(const std::string& text) { return refusal_of(error(text)).value(); }

// As Redis 7.0, 7.2, Valkey 8 and Redis 6.2 say it, for a command and for what a script called.
TEST(Refusal, IsKnownByItsWord) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"OOM command not allowed when used memory > 'maxmemory'.", "OOM"},
      {"OOM command not allowed when used memory > 'maxmemory'. script: 891a, on @user_script:3.", "OOM"},
      {"ERR Error running script (call to f_89): @user_script:3: @user_script: 3: -OOM command not allowed "
       "when "
       "used memory > 'maxmemory'.",
       "OOM"},
      {"MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.",
       "MISCONF"},
      {"READONLY You can't write against a read only replica.", "READONLY"},
      {"ERR Error running script: -READONLY You can't write against a read only replica", "READONLY"},
      {"NOREPLICAS Not enough good replicas to write.", "NOREPLICAS"},
      {"MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.", "MASTERDOWN"},
      {"LOADING Redis is loading the dataset in memory", "LOADING"},
      {"MOVED 3999 127.0.0.1:6381", "MOVED"},
      {"CLUSTERDOWN The cluster is down", "CLUSTERDOWN"},
      {"BUSY Redis is busy running a script.", "BUSY"},
      {"NOPERM this user has no permissions to run the 'xadd' command", "NOPERM"},
      {"NOPERM User shop has no permissions to run the 'xadd' command", "NOPERM"},
      {"ERR The user executing the script can't run this command or subcommand script: 2b, on "
       "@user_script:1.",
       "NOPERM"},
      {"ERR ACL failure in script: User shop has no permissions to run the 'hset' command script: 2b",
       "NOPERM"},
      {"ERR The user executing the script can't access at least one of the keys mentioned in the command",
       "NOPERM"},
      {"ERR unknown command 'XADD', with args beginning with: 's' ", "ERR"},
      {"ERR Unknown Redis command called from script script: 2b, on @user_script:1.", "ERR"},
  };
  for (const auto& [text, word] : cases) {
    const auto found = refusal_of(error(text));
    ASSERT_TRUE(found) << text;
    EXPECT_EQ(found->word, word) << text;
    EXPECT_EQ(found->is_general(), word != "NOPERM" && word != "ERR") << text;
  }
}

TEST(Refusal, IsNotWhatAKeyOrAScriptIsToBlameFor) {
  for (const char* text :
       {"WRONGTYPE Operation against a key holding the wrong kind of value",
        "ERR Error running script: -WRONGTYPE Operation against a key",
        "ERR value is not an integer or out of range", "ERR hash value is not an integer",
        "ERR increment or decrement would overflow",
        "ERR user_script:7: attempt to compare nil with number script: 2b", "NOSCRIPT No matching script.",
        "ERR value is not a valid float", "ERR syntax error"})
    EXPECT_FALSE(refusal_of(error(text))) << text;
  EXPECT_FALSE(refusal_of(list({"OOM"})));
}

TEST(Refusal, OnlyOfSomeSaysThatAnotherIsThePrimary) {
  EXPECT_TRUE(is_not_primary(refusal("READONLY You can't write against a read only replica.")));
  EXPECT_TRUE(is_not_primary(refusal("MASTERDOWN Link with MASTER is down")));
  EXPECT_TRUE(is_not_primary(refusal("LOADING Redis is loading the dataset in memory")));
  EXPECT_FALSE(is_not_primary(refusal("OOM command not allowed")));
  EXPECT_FALSE(is_not_primary(refusal("MISCONF Errors writing to the AOF file")));
  EXPECT_FALSE(is_not_primary(refusal("NOPERM this user has no permissions to run the 'set' command")));
}

TEST(Refusal, NamesTheCommand) {
  const Refusal right = refusal("NOPERM this user has no permissions to run the 'x' command");
  const Refusal inner =
      refusal("ERR The user executing the script can't run this command or subcommand script: 2b");
  EXPECT_EQ(name_of(Command("XADD").add("k"), right), "xadd");
  EXPECT_EQ(name_of(Command("PING"), right), "ping");
  EXPECT_EQ(name_of(Command("SCRIPT").add("LOAD").add("return 1"), right), "script|load");
  EXPECT_EQ(name_of(Command("CLIENT").add("TRACKING").add("ON"), right), "client|tracking");
  EXPECT_EQ(name_of(script_call(reserve_script, {"k"}), right), "evalsha");
  EXPECT_EQ(name_of(script_call(reserve_script, {"k"}), inner), "evalsha reserve");
  EXPECT_EQ(name_of(script_call(sync_seats_script, {"k"}), refusal("OOM no memory")), "evalsha sync_seats");
}

class RefusalsTest : public ::testing::Test {
 protected:
  using Time = Refusals::Time;
  bool refuse(const std::string& name, const std::string& text, Time at) {
    return refusals.refused({name, refusal(text)}, at);
  }
  static std::vector<std::string> names(const std::vector<RefusedCommand>& some) {
    std::vector<std::string> names;
    for (const RefusedCommand& one : some) names.push_back(one.name);
    return names;
  }
  std::vector<std::string> look(const Reply& reply, Time asked_at) {
    return names(refusals.looked(parse_trial(script_call(try_commands_script, {"k"}), reply), asked_at));
  }

  const std::string no_right = "NOPERM this user has no permissions to run the 'x' command";
  const std::string no_right_inside =
      "ERR The user executing the script can't run this command or subcommand script: 2";
  const Time start{std::chrono::hours(1)};
  Refusals refusals;
};

TEST_F(RefusalsTest, OfTheServerLastUntilALookIsTakenAndAWhileIsQuiet) {
  EXPECT_FALSE(refusals.any());
  EXPECT_TRUE(refuse("evalsha reserve", "OOM no", start));
  EXPECT_FALSE(refuse("evalsha reserve", "OOM no", start + milliseconds(500))) << "named once";
  EXPECT_TRUE(refusals.any_general() && refusals.of_gate_or_index());
  refusals.carried_out(script_call(reserve_script, {"k"}));
  EXPECT_TRUE(refusals.any()) << "some of it goes through with no memory, too";
  look(list({}), start + milliseconds(600));
  EXPECT_TRUE(refusals.any()) << "it was refused just now";
  look(error("OOM no"), start + milliseconds(1700));
  EXPECT_TRUE(refusals.any());
  look(list({}), start + milliseconds(1800));
  look(list({}), start + milliseconds(2800));
  EXPECT_FALSE(refusals.any());
}

TEST_F(RefusalsTest, ALookThatBeganBeforeSaysNothing) {
  refuse("xadd", no_right, start);
  look(list({}), start - milliseconds(1));
  EXPECT_TRUE(refusals.any());
  look(list({}), start + milliseconds(1));
  EXPECT_FALSE(refusals.any());
}

TEST_F(RefusalsTest, OfARightAreNamedByTheCommandThatTheScriptCalled) {
  EXPECT_FALSE(refuse("evalsha sync_seats", no_right_inside, start)) << "it is not known yet which command";
  EXPECT_THAT(look(list({"HSET", no_right_inside, "ZADD", no_right_inside}), start + milliseconds(1)),
              ElementsAre("hset", "zadd"));
  EXPECT_THAT(look(list({"HSET", no_right_inside}), start + milliseconds(2)), IsEmpty()) << "named once";
  EXPECT_TRUE(refusals.of_gate_or_index());
  EXPECT_FALSE(refusals.any_general());
  look(list({}), start + milliseconds(3));
  EXPECT_FALSE(refusals.any()) << "the right was given";
}

TEST_F(RefusalsTest, ALookThatIsRefusedByTheServerSaysNothingOfRights) {
  EXPECT_THAT(look(list({"HSET", no_right_inside}), start), ElementsAre("hset"));
  EXPECT_THAT(look(list({"SET", "OOM no"}), start + milliseconds(1)), ElementsAre("set"));
  EXPECT_THAT(look(list({"HSET", no_right_inside}), start + std::chrono::seconds(5)), IsEmpty());
  EXPECT_FALSE(refusals.any_general());
  EXPECT_TRUE(refusals.any());
}

TEST_F(RefusalsTest, OfAKindOfKeysAreNamedByTheKind) {
  const std::string text = "NOPERM No permissions to access a key script: 2b, on @user_script:1.";
  EXPECT_FALSE(refuse("evalsha sync_seats", text, start));
  for (int i = 1; i < 20; ++i) {
    const auto named = look(list({"SET flight", text}), start + std::chrono::seconds(i));
    EXPECT_EQ(named.size(), i == 1 ? 1U : 0U);
    EXPECT_TRUE(refusals.of_gate_or_index());
  }
  look(list({}), start + std::chrono::seconds(20));
  EXPECT_FALSE(refusals.any()) << "the right was given";
}

TEST_F(RefusalsTest, OfAKeyAreNamedByTheScriptAndEndWithIt) {
  const std::string text =
      "ERR The user executing the script can't access at least one of the keys mentioned in the "
      "command arguments script: 2b, on @user_script:1.";
  EXPECT_FALSE(refuse("evalsha sync_seats", text, start));
  EXPECT_THAT(look(list({}), start + std::chrono::seconds(1)), ElementsAre("evalsha sync_seats"));
  EXPECT_THAT(look(list({}), start + std::chrono::seconds(2)), IsEmpty());
  EXPECT_TRUE(refusals.any()) << "a look does not touch that key";
  refusals.carried_out(script_call(sync_seats_script, {"k"}));
  EXPECT_FALSE(refusals.any());
  refuse("evalsha sync_seats", text, start);
  look(list({}), start + limits::redis_refused_key_quiet);
  EXPECT_FALSE(refusals.any()) << "nobody may call it while it is refused, so it is tried again";
}

TEST_F(RefusalsTest, OfPublishingMakesNobodyDoubtTheIndex) {
  EXPECT_TRUE(refuse("xadd", no_right, start));
  EXPECT_TRUE(refusals.any());
  EXPECT_FALSE(refusals.of_gate_or_index());
  EXPECT_TRUE(refuse("xadd", "OOM no", start));
  EXPECT_TRUE(refusals.of_gate_or_index()) << "everything is";
}

TEST_F(RefusalsTest, ALookNamesWhatItWasRefusedItself) {
  EXPECT_THAT(look(error("NOPERM this user has no permissions to run the 'evalsha' command"), start),
              ElementsAre("evalsha"));
  EXPECT_THAT(look(list({"SET", "MISCONF Redis is configured to save RDB snapshots"}), start),
              ElementsAre("set"));
  refusals.forget();
  EXPECT_FALSE(refusals.any());
}

}  // namespace
}  // namespace flightdeck::redis
