#include "core/json_writer.h"

#include <gtest/gtest.h>

#include <limits>

#include "core/utf8.h"

namespace flightdeck {
namespace {

std::string text_of(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

TEST(JsonString, EscapesWhatJsonDemands) {
  EXPECT_EQ(text_of(""), "\"\"");
  EXPECT_EQ(text_of("say \"hi\" \\ /"), R"("say \"hi\" \\ /")");
  EXPECT_EQ(text_of("a\nb\rc\td"), R"("a\nb\rc\td")");
  EXPECT_EQ(text_of(std::string_view("\0\x01\x1f\x7f", 4)), R"("\u0000\u0001\u001f\u007f")");
}

TEST(JsonString, KeepsUtf8) {
  const std::string text = "Z\xC3\xBCrich \xE6\x9D\xB1 \xF0\x9F\x9B\xAB";
  EXPECT_EQ(text_of(text), '"' + text + '"');
}

TEST(JsonString, ReplacesEveryByteThatIsNoUtf8) {
  const std::string bad = "\xEF\xBF\xBD";
  EXPECT_EQ(text_of("a\x80z"), "\"a" + bad + "z\"");
  EXPECT_EQ(text_of("\xC3"), '"' + bad + '"');
  EXPECT_EQ(text_of("\xC0\xAF"), '"' + bad + bad + '"');
  EXPECT_EQ(text_of("\xED\xA0\x80"), '"' + bad + bad + bad + '"');
  EXPECT_EQ(text_of("\xE6\x9D\""), '"' + bad + bad + "\\\"\"");
}

TEST(JsonString, AnyBytesGiveUtf8WithoutRawControls) {
  for (std::uint64_t seed = 1; seed <= 2'000; ++seed) {
    SeededRandom random(seed);
    std::string text;
    for (auto left = random.next() % 40; left > 0; --left) text.push_back(static_cast<char>(random.next()));
    const std::string out = text_of(text);
    ASSERT_TRUE(is_utf8(out)) << "seed " << seed;
    ASSERT_GE(out.size(), 2U);
    bool escaped = false;
    for (std::size_t i = 1; i + 1 < out.size(); ++i) {
      ASSERT_GE(static_cast<unsigned char>(out[i]), 0x20) << "seed " << seed;
      if (!escaped) {
        ASSERT_NE(out[i], '"') << "seed " << seed;
      }
      escaped = !escaped && out[i] == '\\';
    }
    ASSERT_FALSE(escaped) << "seed " << seed;
  }
}

TEST(JsonWriter, WritesNestedValuesWithTheirCommas) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().member("a", 1).key("list").begin_array();
  json.value("x").begin_object().end_object().begin_array().end_array().null().value(true);
  json.end_array().member("b", false).key("c").begin_object().member("d", "e").end_object();
  json.key("raw").raw("[1,2]").key("none").value_or_null("").key("some").value_or_null("s").end_object();
  EXPECT_EQ(
      out,
      R"({"a":1,"list":["x",{},[],null,true],"b":false,"c":{"d":"e"},"raw":[1,2],"none":null,"some":"s"})");
}

TEST(JsonWriter, WritesEveryKindOfValue) {
  std::string out;
  JsonWriter json(out);
  json.begin_array()
      .value(std::numeric_limits<std::int64_t>::min())
      .value(std::numeric_limits<std::int64_t>::max());
  json.value(0.5)
      .value(std::numeric_limits<double>::infinity())
      .value(std::numeric_limits<double>::quiet_NaN());
  json.value(Money{19900}).value(*parse_date("2026-12-01")).value(from_unix_ms(0)).value(from_unix_ms(1));
  json.value(FlightId{}).value(std::string("text")).end_array();
  EXPECT_EQ(
      out,
      R"([-9223372036854775808,9223372036854775807,0.5,null,null,"199.00","2026-12-01",)"
      R"("1970-01-01T00:00:00Z","1970-01-01T00:00:00.001Z","00000000-0000-0000-0000-000000000000","text"])");
}

TEST(JsonWriter, EscapesKeys) {
  std::string out;
  JsonWriter(out).begin_object().member("a\"b", 1).member(std::string_view("c\\d"), 2).end_object();
  EXPECT_EQ(out, R"({"a\"b":1,"c\\d":2})");
}

}  // namespace
}  // namespace flightdeck
