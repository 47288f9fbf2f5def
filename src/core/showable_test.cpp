#include "core/showable.h"

#include <gtest/gtest.h>

namespace flightdeck {
namespace {

TEST(Showable, ASecretIsKnownByItsName) {
  for (const char* name : {"database-url", "redis-url", "callback-base-url", "url", "webhook-secret",
                           "api-key", "key", "admin-password", "token"}) {
    EXPECT_TRUE(is_secret(name)) << name;
    EXPECT_EQ(but_given(name, "1.5"), "") << name;
  }
  for (const char* name : {"listen", "port-file", "redis-prefix", "monkey", "curl", ""})
    EXPECT_FALSE(is_secret(name)) << name;
}

TEST(Showable, NothingThatMayHoldAPasswordIsShown) {
  for (const char* text : {"redis://:pw@h", "host=db password=pw", "redis:app:pw@h", "http://h", "a\nb",
                           "\x01", "password=pw"}) {
    EXPECT_EQ(showable(text), "(not shown)") << text;
    EXPECT_EQ(but_given("listen", text), "") << text;
  }
  EXPECT_EQ(showable(std::string(257, 'x')), "(not shown)");
  for (const char* text : {"", "1.5", "127.0.0.1:80", "/var/lib/flights data.csv", "Z\xC3\xBCrich"})
    EXPECT_EQ(showable(text), text);
  EXPECT_EQ(but_given("threads", "many"), ", not \"many\"");
}

TEST(Showable, ANameIsOfSmallLettersAndHyphens) {
  EXPECT_EQ(showable_name("threds"), "threds");
  EXPECT_EQ(showable_name("redis-url"), "redis-url");
  for (const char* name : {"", "s3cret", "redis://x", "A"}) EXPECT_EQ(showable_name(name), "(not shown)");
}

TEST(Showable, OfAFlagItsName) {
  EXPECT_EQ(flag_name("--databse-url=postgresql://ann:pw@h"), "--databse-url");
  EXPECT_EQ(flag_name("--no-such-flag"), "--no-such-flag");
  for (const char* word :
       {"postgresql://ann:pw@h", "-p", "--", "--=x", "--s3cret", "--redis-url:pw", "password=pw"})
    EXPECT_EQ(flag_name(word), "") << word;
}

}  // namespace
}  // namespace flightdeck
