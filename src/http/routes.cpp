#include "http/routes.h"

#include <algorithm>
#include <iterator>
#include <stdexcept>

#include "http/handlers.h"

namespace flightdeck::http {

namespace {

struct Row {
  bool RouteGroups::*group = nullptr;  // null: always served
  Route route;
};

constexpr bool json = true;
constexpr auto admin = &RouteGroups::admin;
constexpr auto search = &RouteGroups::search;
constexpr auto booking_group = &RouteGroups::booking;
constexpr auto mock = &RouteGroups::mock_payment;

constexpr Row table[] = {
    {admin, {Method::post, "/admin/flights", add_flight, json}},
    {admin, {Method::get, "/admin/flights", list_flights}},
    {admin, {Method::get, "/admin/flights/{flight_id}", show_flight}},
    {admin, {Method::put, "/admin/flights/{flight_id}", replace_flight, json}},
    {admin, {Method::del, "/admin/flights/{flight_id}", remove_flight}},
    {admin, {Method::post, "/admin/flights/{flight_id}/reinstate", reinstate_flight}},

    {admin, {Method::get, "/admin/audit", audit_everything}},

    {search, {Method::get, "/search", search_flights}},

    {booking_group, {Method::post, "/booking", book_seats, json, refuse_under_overload}},
    {booking_group, {Method::get, "/booking/{booking_id}", show_booking}},
    {booking_group, {Method::del, "/booking/{booking_id}", cancel_booking}},
    {booking_group, {Method::post, "/booking/{booking_id}/cancel", cancel_booking}},
    {booking_group, {Method::get, "/bookings", list_bookings}},
    {booking_group, {Method::post, "/payment/callback", take_payment_callback, json}},

    {mock, {Method::post, "/mock_payment/pay", mock_pay, json}},
    {mock, {Method::get, "/mock_payment/payments/{booking_id}", mock_show_payment}},
    {mock, {Method::post, "/mock_payment/refund", mock_refund, json}},

    {nullptr, {Method::get, "/", show_root}},
    {nullptr, {Method::get, "/health", show_health}},
    {nullptr, {Method::get, "/health/live", show_live}},
    {nullptr, {Method::get, "/health/ready", show_ready}},
    {nullptr, {Method::get, "/metrics", show_metrics}},
};

}  // namespace

void check_api(const Api& api, RouteGroups groups) {
  const bool complete = (!groups.admin || (api.manage_flights && api.auditor)) &&
                        (!groups.search || api.search_flights) && (!groups.booking || api.bookings) &&
                        (!groups.mock_payment || api.mock_payments);
  if (!complete) throw std::logic_error("a group of routes is served without the part that it needs");
}

std::vector<Route> contract_routes(RouteGroups groups) {
  std::vector<Route> routes;
  for (const Row& row : table) {
    if (!row.group || groups.*row.group) routes.push_back(row.route);
  }
  return routes;
}

}  // namespace flightdeck::http
