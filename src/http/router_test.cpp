#include "http/router.h"

#include <gmock/gmock.h>

#include <stdexcept>

namespace flightdeck::http {
namespace {

constexpr Route routes[] = {{Method::get, "/things"},
                            {Method::post, "/things", true},
                            {Method::get, "/things/{id}"},
                            {Method::get, "/things/special"},
                            {Method::post, "/things/{id}/stop"}};

class RouterTest : public testing::Test {
 protected:
  std::string_view pattern(Method method, std::string_view path) {
    const RouteMatch match = router.match(method, path);
    return match.route ? match.route->pattern : "none";
  }
  std::optional<Response> answer(Method method, std::string_view path, std::string_view content_type = "") {
    request.clear();
    request.method = method;
    request.set_target(path);
    if (!content_type.empty()) request.add_header(Header::content_type, content_type);
    return answer_without_handler(router.match(method, request.path), request);
  }
  static std::string allow(const Response& response) {
    for (const auto& [name, value] : response.headers) {
      if (name == "Allow") return value;
    }
    return "(none)";
  }

  Router router{routes};
  Request request;
};

TEST_F(RouterTest, FindsRoutes) {
  EXPECT_EQ(pattern(Method::get, "/things"), "/things");
  EXPECT_EQ(pattern(Method::get, "/things/42"), "/things/{id}");
  EXPECT_EQ(pattern(Method::post, "/things/42/stop"), "/things/{id}/stop");
  EXPECT_EQ(router.match(Method::get, "/things/42").parameter, "42");
  EXPECT_EQ(router.match(Method::post, "/things/42/stop").parameter, "42");
}

TEST_F(RouterTest, AFixedPathWinsOverAParameter) {
  EXPECT_EQ(pattern(Method::get, "/things/special"), "/things/special");
}

TEST_F(RouterTest, HeadGoesWhereGetGoes) {
  EXPECT_EQ(pattern(Method::head, "/things/42"), "/things/{id}");
  EXPECT_EQ(pattern(Method::head, "/things/42/stop"), "none");
}

TEST_F(RouterTest, UnknownPathsMatchNothing) {
  for (const char* path : {"", "/", "/thing", "/things/", "/things//stop", "/things/1/2", "/things/1/2/stop",
                           "/things/1/stop/", "things", "/THINGS"}) {
    EXPECT_TRUE(router.match(Method::get, path).allow.empty()) << path;
    EXPECT_EQ(answer(Method::get, path)->status, 404) << path;
  }
}

TEST_F(RouterTest, TheWrongMethodIsToldTheRightOnes) {
  const auto response = answer(Method::del, "/things");
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 405);
  EXPECT_EQ(allow(*response), "GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(allow(*answer(Method::patch, "/things/1/stop")), "POST, OPTIONS");
}

TEST_F(RouterTest, AMethodThatNoPathHasIsNotImplemented) {
  for (const char* path : {"/things", "/things/1/stop", "/nowhere", "*", "/%74hings"}) {
    EXPECT_EQ(answer(Method::other, path)->status, 501) << path;
  }
}

TEST_F(RouterTest, AParameterIsNotReachedByAnotherWayToWriteThePath) {
  for (const char* path : {"/things/..", "/things/%2e%2e", "/things/a%2Fb", "/things/1;x", "/things/%31",
                           "/things/./stop", "//things/1", "/things/1/"}) {
    EXPECT_EQ(answer(Method::del, path)->status, 404) << path;
  }
  EXPECT_EQ(answer(Method::del, "/things/1")->status, 405);
}

TEST_F(RouterTest, OptionsIsAnsweredForEveryPath) {
  const auto response = answer(Method::options, "/things/1");
  ASSERT_TRUE(response);
  EXPECT_EQ(response->status, 204);
  EXPECT_TRUE(response->body.empty());
  EXPECT_EQ(allow(*response), "GET, HEAD, OPTIONS");
  EXPECT_EQ(answer(Method::options, "*")->status, 204);
  EXPECT_EQ(allow(*answer(Method::options, "*")), "GET, HEAD, POST, OPTIONS");
  EXPECT_EQ(answer(Method::options, "/nowhere")->status, 404);
  EXPECT_EQ(answer(Method::get, "*")->status, 400);
}

TEST_F(RouterTest, ABodyMustBeJson) {
  EXPECT_EQ(answer(Method::post, "/things", "text/plain")->status, 415);
  EXPECT_EQ(answer(Method::post, "/things")->status, 415);
  EXPECT_FALSE(answer(Method::post, "/things", "application/json"));
  EXPECT_FALSE(answer(Method::get, "/things", "text/plain"));
  EXPECT_FALSE(answer(Method::post, "/things/1/stop"));
}

TEST_F(RouterTest, RefusesPatternsItCannotKeepTo) {
  for (const char* pattern : {"/a/{b}/{c}", "/a{b}", "/a/{b", "/a/{b}c"}) {
    const Route route{Method::get, pattern};
    EXPECT_THROW(Router(std::span(&route, 1)), std::logic_error) << pattern;
  }
}

}  // namespace
}  // namespace flightdeck::http
