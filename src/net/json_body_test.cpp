#include "net/json_body.h"

#include <gmock/gmock.h>

#include <limits>

#include "core/limits.h"

namespace flightdeck::net {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

std::vector<std::string> wrong(JsonBody& body) {
  std::vector<std::string> names;
  for (const FieldError& error : body.errors().take().fields) names.push_back(error.field);
  return names;
}

JsonBody parsed(std::string_view text) {
  Result<JsonBody> body = JsonBody::parse(text);
  if (!body) throw std::runtime_error(body.error().detail);
  return std::move(*body);
}

TEST(JsonBody, ReadsFields) {
  JsonBody body = parsed(R"( {"name": "a\"\u00e9\nb", "count": -12, "yes": true, "no": false, "none": null,
      "price": 199.10, "text_price": "5.5", "id": "01970000-0000-7000-8000-000000000001"} )");
  EXPECT_EQ(body.text("name"), "a\"\xc3\xa9\nb");
  EXPECT_EQ(body.integer("count"), -12);
  EXPECT_TRUE(body.boolean("yes"));
  EXPECT_FALSE(body.boolean("no"));
  EXPECT_EQ(body.optional_text("none"), "");
  EXPECT_EQ(body.optional_text("absent"), "");
  EXPECT_EQ(body.decimal("price"), "199.1");
  EXPECT_EQ(body.decimal("text_price"), "5.5");
  EXPECT_EQ(body.id<FlightId>("id").str(), "01970000-0000-7000-8000-000000000001");
  body.refuse_others();
  EXPECT_TRUE(body.errors().empty());
}

TEST(JsonBody, WritesNumbersOutWithoutRounding) {
  const std::vector<std::pair<std::string, std::string>> numbers = {
      {"0.10000000000000000000001", "0.10000000000000000000001"},
      {"123456789012345678901234567890", "123456789012345678901234567890"},
      {"12", "12"},
      {"199.00", "199"},
      {"-0.50", "-0.5"},
      {"0.0", "0"},
      {"1.5e2", "150"},
      {"1995E-1", "199.5"},
      {"1e-3", "0.001"},
      {"12e+1", "120"},
      {"1e400", "1e400"},
      {"1e-400", "1e-400"},
      {"0e400", "0"},
      {"1000000000000000000000000e-24", "1"},
      {"1e99999999999999999999", "1e99999999999999999999"}};
  for (const auto& [written, read] : numbers) {
    std::string text = R"({"n": )";
    text.append(written).append(R"(, "s": ")").append(written).append(R"("})");
    JsonBody body = parsed(text);
    EXPECT_EQ(body.decimal("n"), read) << written;
    EXPECT_EQ(body.decimal("s"), written) << "a string is as it is";
  }
}

TEST(JsonBody, NamesEverythingThatIsWrong) {
  JsonBody body = parsed(R"({"text": 1, "id": "x", "id2": 5, "count": "2", "flag": 0, "price": true, "opt": 3,
                            "void": "", "extra": {"deep": [1, "x", null]}, "more": []})");
  body.text("text");
  body.id<FlightId>("id");
  body.id<FlightId>("id2");
  body.integer("count");
  body.boolean("flag");
  body.decimal("price");
  body.optional_text("opt");
  body.optional_text("void");
  body.text("missing");
  body.refuse_others();
  EXPECT_THAT(wrong(body), UnorderedElementsAre("text", "id", "id2", "count", "flag", "price", "opt", "void",
                                                "missing", "extra", "more"));
}

TEST(JsonBody, AWholeNumberMayBeWrittenInAnyForm) {
  const std::string thirty(30, '0');
  const std::vector<std::pair<std::string, std::int64_t>> numbers = {
      {"10", 10},
      {"10.0", 10},
      {"10.000", 10},
      {"1e1", 10},
      {"1E+1", 10},
      {"0.1e2", 10},
      {"100e-1", 10},
      {"1.0e1", 10},
      {"-2.0", -2},
      {"0.0", 0},
      {"-0", 0},
      {"-0.0", 0},
      {"0e99999999999999999999", 0},
      {"0.000e-5", 0},
      {"1" + thirty + "e-30", 1},
      {"0." + thirty + "1e31", 1},
      {"9223372036854775807.0", 9223372036854775807},
      {"9.223372036854775807e18", 9223372036854775807},
      {"-9223372036854775808.0", std::numeric_limits<std::int64_t>::min()}};
  for (const auto& [written, value] : numbers) {
    JsonBody body = parsed(R"({"n": )" + written + "}");
    EXPECT_EQ(body.integer("n"), value) << written;
    EXPECT_TRUE(body.errors().empty()) << written;
  }
}

TEST(JsonBody, IntegersHaveNoFractionAndFit) {
  for (const char* number :
       {"1.5", "10.5", "1e-1", "15e-1", "0.9999999999999999999999", "1.0000000000000000000001",
        "9223372036854775808", "9223372036854775807.5", "9223372036854775808.0", "-9223372036854775809",
        "1e19", "1e400", "1e99999999999999999999", "1e-99999999999999999999", "\"1\"", "\"1.0\"", "true",
        "null", "[1]"}) {
    JsonBody body = parsed(std::string(R"({"n": )") + number + "}");
    EXPECT_EQ(body.integer("n"), 0);
    EXPECT_THAT(wrong(body), ElementsAre("n")) << number;
  }
  JsonBody body = parsed(R"({"n": 10, "m": 9})");
  body.integer("n", 1, 9);
  EXPECT_EQ(body.integer("m", 1, 9), 9);
  EXPECT_THAT(wrong(body), ElementsAre("n"));
}

TEST(JsonBody, AFieldGivenTwiceIsWrong) {
  JsonBody body = parsed(R"({"a": 1, "b": 2, "a": 1, "\u0062": 3})");
  body.integer("a");
  body.integer("b");
  EXPECT_THAT(wrong(body), ElementsAre("a", "b"));
}

TEST(JsonBody, WhatIsNestedIsNoFieldOfTheBody) {
  JsonBody body = parsed(R"({"a": {"b": "inner"}, "b": "outer", "c": [{"b": 1}]})");
  EXPECT_EQ(body.text("b"), "outer");
}

TEST(JsonBody, RefusesWhatIsNotJson) {
  for (const char* text : {"", " ", "{", "{\"a\": }", "nonsense", "{} trailing", "{}{}", "{\"a\": 1,}",
                           "\"\xff\xfe\"", "{'a': 1}", "{\"a\": 01}", "{\"a\": .5}", "{\"a\": NaN}",
                           "// x\n{}", "{\"a\": \"\n\"}", "\xef\xbb\xbf{}"}) {
    const Result<JsonBody> body = JsonBody::parse(text);
    ASSERT_FALSE(body) << text;
    EXPECT_EQ(body.error().code, ErrorCode::malformed_json) << text;
  }
}

TEST(JsonBody, RefusesWhatIsNoObject) {
  for (const char* text : {"[]", "1", "\"text\"", "null", "true", "[{\"a\": 1}]", "1.5"}) {
    const Result<JsonBody> body = JsonBody::parse(text);
    ASSERT_FALSE(body) << text;
    EXPECT_EQ(body.error().code, ErrorCode::validation_failed) << text;
    EXPECT_EQ(body.error().fields.size(), 1U);
  }
}

TEST(JsonBody, RefusesDeepNesting) {
  const auto nested = [](std::size_t depth) {
    return R"({"a": )" + std::string(depth, '[') + std::string(depth, ']') + "}";
  };
  EXPECT_TRUE(JsonBody::parse(nested(10)));
  EXPECT_FALSE(JsonBody::parse(nested(20)));
  EXPECT_FALSE(JsonBody::parse(nested(30'000)));
}

std::string object_of(std::size_t members) {
  std::string text = "{";
  for (std::size_t i = 0; i < members; ++i) text += (i == 0 ? "\"m" : ",\"m") + std::to_string(i) + "\":0";
  return text + "}";
}

TEST(JsonBody, AnObjectOfTooManyMembersIsRefusedWhileItIsRead) {
  JsonBody whole = parsed(object_of(limits::json_members));
  whole.refuse_others();
  EXPECT_EQ(wrong(whole).size(), limits::json_members);
  const std::string more = object_of(limits::json_members + 1);
  for (const std::string& text : {more, object_of(7270), R"({"a": [)" + more + "]}",
                                  more.substr(0, more.rfind('"')) + "nothing behind it is read"}) {
    const Result<JsonBody> body = JsonBody::parse(text);
    ASSERT_FALSE(body);
    EXPECT_EQ(body.error().code, ErrorCode::validation_failed);
    EXPECT_EQ(body.error().fields.size(), 1U);
  }
  EXPECT_TRUE(JsonBody::parse(R"({"a": [{"b": 1}, )" + object_of(limits::json_members) + "]}"))
      << "members are counted for each object";
}

TEST(JsonBody, AnyCutOfABodyIsMalformedJson) {
  const std::string whole = R"({"user_id": "x\u00e9", "seats": 12, "deep": [1.5e3, {"a": null}], "t": true})";
  ASSERT_TRUE(JsonBody::parse(whole));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Result<JsonBody> body = JsonBody::parse(std::string_view(whole).substr(0, size));
    ASSERT_FALSE(body) << size;
    EXPECT_EQ(body.error().code, ErrorCode::malformed_json);
  }
}

}  // namespace
}  // namespace flightdeck::net
