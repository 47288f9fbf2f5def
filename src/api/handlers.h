// The handlers of the route table, by the file they are in.
#pragma once

#include <optional>

#include "api/api.h"
#include "core/task.h"
#include "http/request.h"
#include "http/response.h"

namespace flightdeck::api {

// admin_routes.cpp
Task<http::Response> add_flight(Api& api, const http::Request& request);
Task<http::Response> show_flight(Api& api, const http::Request& request);
Task<http::Response> list_flights(Api& api, const http::Request& request);
Task<http::Response> replace_flight(Api& api, const http::Request& request);
Task<http::Response> remove_flight(Api& api, const http::Request& request);
Task<http::Response> reinstate_flight(Api& api, const http::Request& request);

// audit_routes.cpp
Task<http::Response> audit_everything(Api& api, const http::Request& request);

// search_routes.cpp
Task<http::Response> search_flights(Api& api, const http::Request& request);

// booking_routes.cpp
std::optional<http::Response> refuse_under_overload(Api& api, const http::Request& request);
Task<http::Response> book_seats(Api& api, const http::Request& request);
Task<http::Response> show_booking(Api& api, const http::Request& request);
Task<http::Response> list_bookings(Api& api, const http::Request& request);
Task<http::Response> cancel_booking(Api& api, const http::Request& request);

// payment_routes.cpp
Task<http::Response> take_payment_callback(Api& api, const http::Request& request);

// mock_payment_routes.cpp
Task<http::Response> mock_pay(Api& api, const http::Request& request);
Task<http::Response> mock_show_payment(Api& api, const http::Request& request);
Task<http::Response> mock_refund(Api& api, const http::Request& request);

// root_routes.cpp
Task<http::Response> show_root(Api& api, const http::Request& request);

// health_routes.cpp
Task<http::Response> show_health(Api& api, const http::Request& request);
Task<http::Response> show_live(Api& api, const http::Request& request);
Task<http::Response> show_ready(Api& api, const http::Request& request);
Task<http::Response> show_metrics(Api& api, const http::Request& request);

}  // namespace flightdeck::api
