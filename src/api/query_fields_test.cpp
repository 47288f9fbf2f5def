#include "api/query_fields.h"

#include <gmock/gmock.h>

#include "core/limits.h"

namespace flightdeck::api {
namespace {

using testing::ElementsAre;

std::vector<std::string> wrong(QueryFields& fields) {
  std::vector<std::string> names;
  for (const FieldError& error : fields.errors().take().fields) names.push_back(error.field);
  return names;
}

TEST(QueryFields, ReadsParameters) {
  QueryFields fields("source=New+York%21&date=2026-12-01&limit=7&cancel_bookings=true&&empty=&bare");
  EXPECT_EQ(fields.text("source"), "New York!");
  EXPECT_EQ(fields.text("empty"), "");
  EXPECT_EQ(fields.text("bare"), "");
  EXPECT_EQ(fields.text("absent"), std::nullopt);
  EXPECT_EQ(fields.date("date"), std::chrono::year(2026) / 12 / 1);
  EXPECT_EQ(fields.limit(), 7U);
  EXPECT_TRUE(fields.flag("cancel_bookings"));
  EXPECT_FALSE(fields.flag("absent"));
  EXPECT_EQ(fields.place("source"), "new york!");
  EXPECT_EQ(fields.integer("absent", 0, 9, 4), 4);
  EXPECT_TRUE(fields.errors().empty());
}

TEST(QueryFields, NamesEverythingThatIsWrong) {
  QueryFields fields("date=tomorrow&limit=0&limit2=x&seats=1.0&place=a:b&flag=yes&bad=%zz&twice=1&twice=1");
  EXPECT_EQ(fields.date("date"), std::nullopt);
  EXPECT_EQ(fields.limit(), 20U);
  fields.integer("seats", 0, 9, 1);
  EXPECT_EQ(fields.place("place"), std::nullopt);
  EXPECT_FALSE(fields.flag("flag"));
  EXPECT_EQ(fields.text("bad"), std::nullopt);
  EXPECT_EQ(fields.text("twice"), std::nullopt);
  EXPECT_EQ(fields.required_text("missing"), std::nullopt);
  EXPECT_THAT(wrong(fields),
              ElementsAre("date", "limit", "seats", "place", "flag", "bad", "twice", "missing"));
}

TEST(QueryFields, DecodesNamesAsItDecodesValues) {
  QueryFields fields("%73ource=J%46K&li%6Dit=7&a+b=c");
  EXPECT_EQ(fields.text("source"), "JFK");
  EXPECT_EQ(fields.place("source"), "jfk");
  EXPECT_EQ(fields.limit(), 7U);
  EXPECT_EQ(fields.text("a b"), "c");
  EXPECT_TRUE(fields.errors().empty());
}

TEST(QueryFields, ANameGivenTwiceIsOneHoweverItIsWritten) {
  QueryFields fields("source=JFK&%73ource=JFK");
  EXPECT_EQ(fields.text("source"), std::nullopt);
  EXPECT_THAT(wrong(fields), ElementsAre("source"));
}

TEST(QueryFields, RefusesNamesThatAreNotEncodedProperly) {
  QueryFields fields("%zz=1&limit%=1&%4=2");
  EXPECT_THAT(wrong(fields), ElementsAre("query"));
}

TEST(QueryFields, HasAtMostSoManyParameters) {
  const auto query = [](std::size_t count) {
    std::string text = "limit=7";
    for (std::size_t i = 1; i < count; ++i) text += "&&x=%zz";
    return text;
  };
  const std::string most = query(limits::query_parameters);
  QueryFields all(most);
  EXPECT_EQ(all.limit(), 7U);
  EXPECT_TRUE(all.errors().empty());
  const std::string more = query(limits::query_parameters + 1) + "&limit=7";
  QueryFields fields(more);
  EXPECT_EQ(fields.limit(), 7U) << "what is behind the limit is not read";
  EXPECT_THAT(wrong(fields), ElementsAre("query"));
}

TEST(QueryFields, RefusesNumbersThatAreNot) {
  for (const char* query :
       {"limit=101", "limit=-1", "limit=", "limit=1x", "limit=+1", "limit=99999999999999999999"}) {
    QueryFields fields(query);
    fields.limit();
    EXPECT_THAT(wrong(fields), ElementsAre("limit")) << query;
  }
}

}  // namespace
}  // namespace flightdeck::api
