#include "api/preconditions.h"

#include <gmock/gmock.h>

#include "core/limits.h"

namespace flightdeck::api {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Unmet = ledger::Precondition::Unmet;

std::vector<std::string> listed(std::string_view value) {
  const auto tags = parse_entity_tags(value);
  if (!tags) return {"malformed"};
  std::vector<std::string> texts;
  if (tags->any) texts.emplace_back("*");
  for (const EntityTag& tag : tags->listed)
    texts.push_back((tag.weak ? "weak " : "") + std::string(tag.text));
  return texts;
}

TEST(EntityTags, AreAListOrAStar) {
  EXPECT_THAT(listed("*"), ElementsAre("*"));
  EXPECT_THAT(listed(R"("3")"), ElementsAre(R"("3")"));
  EXPECT_THAT(listed(R"("99", "1")"), ElementsAre(R"("99")", R"("1")"));
  EXPECT_THAT(listed("\"a\",\"b\"\t ,  W/\"c\""), ElementsAre(R"("a")", R"("b")", R"(weak "c")"));
  EXPECT_THAT(listed(R"("a,b", "", "W/", "*", "\")"),
              ElementsAre(R"("a,b")", R"("")", R"("W/")", R"("*")", R"("\")"));
  EXPECT_THAT(listed("\"\xC3\xA9\""), ElementsAre("\"\xC3\xA9\""));
  EXPECT_THAT(listed(R"(, ,"1",, "2" ,)"), ElementsAre(R"("1")", R"("2")")) << "empty elements are none";
  EXPECT_THAT(listed(""), IsEmpty());
  EXPECT_THAT(listed(" , "), IsEmpty());
}

TEST(EntityTags, MalformedOnes) {
  for (const char* value :
       {"3",  "\"",       "\"3",      "3\"",         "'3'",        "w/\"3\"",   "W/3",      "W/",
        "W",  "W /\"3\"", "W/ \"3\"", "\"3\" \"4\"", "\"3\"\"4\"", "\"3\";q=1", "*, \"3\"", "\"3\", *",
        "**", "* *",      "\"a b\"",  "\"a\tb\"",    "\"\x7f\"",   "\"1\", 2"}) {
    EXPECT_THAT(listed(value), ElementsAre("malformed")) << value;
  }
}

TEST(EntityTags, AreAtMostSoMany) {
  std::string value;
  for (std::size_t i = 0; i < limits::entity_tags; ++i) value += "\"" + std::to_string(i) + "\",";
  EXPECT_EQ(listed(value).size(), limits::entity_tags);
  EXPECT_THAT(listed(value + "\"x\""), ElementsAre("malformed"));
}

class PreconditionsTest : public testing::Test {
 protected:
  void ask(std::string_view if_match, std::string_view if_none_match) {
    request.clear();
    if (!if_match.empty()) request.add_header(http::Header::if_match, if_match);
    if (!if_none_match.empty()) request.add_header(http::Header::if_none_match, if_none_match);
    asked = read_preconditions(request, errors);
  }
  ReadVerdict read(std::string_view if_match, std::string_view if_none_match) {
    ask(if_match, if_none_match);
    return judge_read(asked, R"("3")");
  }
  Unmet write(std::string_view if_match, std::string_view if_none_match) {
    ask(if_match, if_none_match);
    const auto condition = of_versions(asked);
    return condition ? condition->unmet_by(3) : Unmet::none;
  }

  http::Request request;
  net::FieldErrors errors;
  Preconditions asked;
};

TEST_F(PreconditionsTest, OfReads) {
  EXPECT_EQ(read("", ""), ReadVerdict::proceed);
  EXPECT_EQ(read(R"("3")", ""), ReadVerdict::proceed);
  EXPECT_EQ(read(R"("99", "3")", ""), ReadVerdict::proceed);
  EXPECT_EQ(read("*", ""), ReadVerdict::proceed);
  EXPECT_EQ(read(R"("4")", ""), ReadVerdict::failed);
  EXPECT_EQ(read(R"(W/"3")", ""), ReadVerdict::failed) << "a weak tag never matches strongly";
  EXPECT_EQ(read("", R"("4")"), ReadVerdict::proceed);
  EXPECT_EQ(read("", R"("4", "3")"), ReadVerdict::not_modified);
  EXPECT_EQ(read("", R"(W/"3")"), ReadVerdict::not_modified);
  EXPECT_EQ(read("", "*"), ReadVerdict::not_modified);
  EXPECT_EQ(read(R"("4")", R"("3")"), ReadVerdict::failed) << "If-Match is asked first";
  EXPECT_EQ(read(R"("3")", R"("3")"), ReadVerdict::not_modified);
  EXPECT_TRUE(errors.empty());
}

TEST_F(PreconditionsTest, OfWrites) {
  EXPECT_EQ(write("", ""), Unmet::none);
  EXPECT_EQ(write(R"("99", "3")", ""), Unmet::none);
  EXPECT_EQ(write("*", ""), Unmet::none);
  for (const char* other : {R"("4")", R"(W/"3")", R"("03")", R"("")", R"("x")", R"("+3")", R"("-3")",
                            R"("3.0")", R"("9223372036854775808")", ","}) {
    EXPECT_EQ(write(other, ""), Unmet::if_match) << other;
    if (std::string_view(other) != R"(W/"3")") {
      EXPECT_EQ(write("", other), Unmet::none) << other;
    }
  }
  EXPECT_EQ(write("", R"(W/"3")"), Unmet::if_none_match);
  EXPECT_EQ(write("", R"("1", "3")"), Unmet::if_none_match);
  EXPECT_EQ(write("", "*"), Unmet::if_none_match);
  EXPECT_EQ(write("*", R"("3")"), Unmet::if_none_match);
  EXPECT_EQ(write(R"("4")", R"("3")"), Unmet::if_match);
}

TEST_F(PreconditionsTest, SeveralLinesAreOneList) {
  request.add_header(http::Header::if_match, R"("99")");
  request.add_header(http::Header::if_match, R"("3")");
  EXPECT_EQ(judge_read(read_preconditions(request, errors), R"("3")"), ReadVerdict::proceed);
  request.add_header(http::Header::if_match, "*");
  EXPECT_TRUE(errors.empty());
  read_preconditions(request, errors);
  EXPECT_TRUE(errors.names("If-Match"));
}

TEST_F(PreconditionsTest, NamesEachMalformedField) {
  ask("3", "\"3");
  EXPECT_TRUE(errors.names("If-Match"));
  EXPECT_TRUE(errors.names("If-None-Match"));
  EXPECT_EQ(of_versions(asked), nullptr);
}

}  // namespace
}  // namespace flightdeck::api
