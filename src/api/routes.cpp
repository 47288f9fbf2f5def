#include "api/routes.h"

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "api/handlers.h"

namespace flightdeck::api {

namespace {

struct Row {
  // Null: always served.
  bool RouteGroups::*group = nullptr;
  Route route;
};

constexpr bool json = true;
constexpr auto admin = &RouteGroups::admin;
constexpr auto search = &RouteGroups::search;
constexpr auto booking_group = &RouteGroups::booking;
constexpr auto mock = &RouteGroups::mock_payment;

constexpr Row table[] = {
    {admin, {{http::Method::post, "/admin/flights", json}, add_flight}},
    {admin, {{http::Method::get, "/admin/flights"}, list_flights}},
    {admin, {{http::Method::get, "/admin/flights/{flight_id}"}, show_flight}},
    {admin, {{http::Method::put, "/admin/flights/{flight_id}", json}, replace_flight}},
    {admin, {{http::Method::del, "/admin/flights/{flight_id}"}, remove_flight}},
    {admin, {{http::Method::post, "/admin/flights/{flight_id}/reinstate"}, reinstate_flight}},

    {admin, {{http::Method::get, "/admin/audit"}, audit_everything}},

    {search, {{http::Method::get, "/search"}, search_flights}},

    {booking_group, {{http::Method::post, "/booking", json}, book_seats, refuse_under_overload}},
    {booking_group, {{http::Method::get, "/booking/{booking_id}"}, show_booking}},
    {booking_group, {{http::Method::del, "/booking/{booking_id}"}, cancel_booking}},
    {booking_group, {{http::Method::post, "/booking/{booking_id}/cancel"}, cancel_booking}},
    {booking_group, {{http::Method::get, "/bookings"}, list_bookings}},
    {booking_group, {{http::Method::post, "/payment/callback", json}, take_payment_callback}},

    {mock, {{http::Method::post, "/mock_payment/pay", json}, mock_pay}},
    {mock, {{http::Method::get, "/mock_payment/payments/{booking_id}"}, mock_show_payment}},
    {mock, {{http::Method::post, "/mock_payment/refund", json}, mock_refund}},

    {nullptr, {{http::Method::get, "/"}, show_root}},
    {nullptr, {{http::Method::get, "/health"}, show_health}},
    {nullptr, {{http::Method::get, "/health/live"}, show_live}},
    {nullptr, {{http::Method::get, "/health/ready"}, show_ready}},
    {nullptr, {{http::Method::get, "/metrics"}, show_metrics}},
};

std::vector<http::Route> paths_of(const std::vector<Route>& routes) {
  std::vector<http::Route> paths;
  for (const Route& route : routes) paths.push_back(route.path);
  return paths;
}

}  // namespace

void check_api(const Api& api, RouteGroups groups) {
  const bool complete = (!groups.admin || (api.manage_flights && api.auditor)) &&
                        (!groups.search || api.search_flights) && (!groups.booking || api.bookings) &&
                        (!groups.mock_payment || api.mock_payments);
  if (!complete) throw std::logic_error("a group of routes is served without the part that it needs");
}

RouteTable::RouteTable(std::vector<Route> routes) : routes_(std::move(routes)), router_(paths_of(routes_)) {}

RouteTable contract_routes(RouteGroups groups) {
  std::vector<Route> routes;
  for (const Row& row : table) {
    if (!row.group || groups.*row.group) routes.push_back(row.route);
  }
  return RouteTable(std::move(routes));
}

}  // namespace flightdeck::api
