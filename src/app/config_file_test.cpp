#include "app/config_file.h"

#include <gtest/gtest.h>

#include <map>

namespace flightdeck::app {
namespace {

std::map<std::string, std::string> parsed_file(std::string_view text) {
  const auto entries = parse_config_file(text, "f.toml");
  EXPECT_TRUE(entries) << entries.error().detail;
  std::map<std::string, std::string> values;
  for (const ConfigFileEntry& entry : *entries) values[entry.key] = entry.value;
  return values;
}

std::string complaint(std::string_view text) {
  const auto entries = parse_config_file(text, "f.toml");
  return entries ? "" : entries.error().detail;
}

TEST(ConfigFile, HoldsKeysAndValues) {
  const auto values = parsed_file(
      "\xEF\xBB\xBF# a comment\n"
      "\n"
      "listen = \"0.0.0.0:80\"   # another\r\n"
      "log_level='warn'\n"
      "  threads\t=\t4\n"
      "mock-success-rate = 0.5\n"
      "seats-per-flight-max = 1_000_000\n"
      "access-log = false\n"
      "redis-prefix = \"\"");
  EXPECT_EQ(values, (std::map<std::string, std::string>{{"listen", "0.0.0.0:80"},
                                                        {"log-level", "warn"},
                                                        {"threads", "4"},
                                                        {"mock-success-rate", "0.5"},
                                                        {"seats-per-flight-max", "1000000"},
                                                        {"access-log", "false"},
                                                        {"redis-prefix", ""}}));
}

TEST(ConfigFile, KeepsSpecialCharactersOfStrings) {
  EXPECT_EQ(parsed_file(R"(a = "p#ss=\"w\\\t\u00e9\U0001F6EB" # no)")["a"], "p#ss=\"w\\\t\u00e9\U0001F6EB");
  EXPECT_EQ(parsed_file(R"(a = 'C:\x#"y"')")["a"], R"(C:\x#"y")");
}

TEST(ConfigFile, KnowsTheLineOfEachKey) {
  const auto entries = parse_config_file("\n\na = 1\n#\nb = 2\n", "f.toml");
  ASSERT_TRUE(entries);
  ASSERT_EQ(entries->size(), 2U);
  EXPECT_EQ((*entries)[0].line, 3U);
  EXPECT_EQ((*entries)[1].line, 5U);
}

TEST(ConfigFile, SaysWhatIsWrongAndWhere) {
  const std::string one_value = ": the value must be a string, a number, true or false";
  EXPECT_EQ(complaint("a = 1\n[serve]\nb = 2\n"), "f.toml:2: serve" + one_value);
  EXPECT_EQ(complaint("a = [1]\n"), "f.toml:1: a" + one_value);
  EXPECT_EQ(complaint("a = 2026-01-01\n"), "f.toml:1: a" + one_value);
  EXPECT_EQ(complaint("a_b = 1\na-b = 2\n"), "f.toml:2: a-b: is set a second time");
  for (const std::string_view line :
       {"a", "= 1", "a = ", "a = warn", "a = \"x", "a = 'x", R"(a = "\x")", "a = 1 2", "z = 1"}) {
    const std::string text = "z = 0\n" + std::string(line) + "\n";
    EXPECT_EQ(complaint(text).substr(0, 10), "f.toml:2: ") << line;
    EXPECT_EQ(complaint(text).find('\n'), std::string::npos) << line;
  }
}

TEST(ConfigFile, SaysWhenItCannotBeRead) {
  EXPECT_EQ(read_config_file("/nonexistent/f.toml").error().detail,
            "/nonexistent/f.toml: cannot be read: No such file or directory");
  EXPECT_EQ(read_config_file("/").error().detail, "/: cannot be read");
}

}  // namespace
}  // namespace flightdeck::app
