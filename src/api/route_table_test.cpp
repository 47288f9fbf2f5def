#include <gtest/gtest.h>

#include "api/routes.h"

namespace flightdeck::api {
namespace {

TEST(ContractRoutes, AreThoseOfTheRole) {
  const RouteTable everything = contract_routes({true, true, true, true});
  const http::Router& all = everything.router();
  const RouteTable of_mock = contract_routes({.mock_payment = true});
  const http::Router& mock = of_mock.router();
  EXPECT_TRUE(all.match(http::Method::post, "/booking").route);
  EXPECT_TRUE(all.match(http::Method::post, "/payment/callback").route);
  EXPECT_TRUE(all.match(http::Method::del, "/admin/flights/x").route);
  EXPECT_TRUE(mock.match(http::Method::post, "/mock_payment/pay").route);
  EXPECT_TRUE(mock.match(http::Method::get, "/health/ready").route);
  EXPECT_TRUE(mock.match(http::Method::get, "/metrics").route);
  EXPECT_TRUE(all.match(http::Method::get, "/").route);
  EXPECT_TRUE(mock.match(http::Method::get, "/").route);
  EXPECT_EQ(all.match(http::Method::options, "*").allow, "GET, HEAD, POST, PUT, DELETE, OPTIONS");
  EXPECT_TRUE(mock.match(http::Method::post, "/booking").allow.empty());
  EXPECT_TRUE(mock.match(http::Method::get, "/search").allow.empty());
}

}  // namespace
}  // namespace flightdeck::api
