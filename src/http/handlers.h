// The handlers of the route table, by the file they are in.
#pragma once

#include <optional>

#include "core/task.h"
#include "http/api.h"
#include "http/request.h"
#include "http/response.h"

namespace flightdeck::http {

// admin_routes.cpp
Task<Response> add_flight(Api& api, const Request& request);
Task<Response> show_flight(Api& api, const Request& request);
Task<Response> list_flights(Api& api, const Request& request);
Task<Response> replace_flight(Api& api, const Request& request);
Task<Response> remove_flight(Api& api, const Request& request);
Task<Response> reinstate_flight(Api& api, const Request& request);

// audit_routes.cpp
Task<Response> audit_everything(Api& api, const Request& request);

// search_routes.cpp
Task<Response> search_flights(Api& api, const Request& request);

// booking_routes.cpp
std::optional<Response> refuse_under_overload(Api& api, const Request& request);
Task<Response> book_seats(Api& api, const Request& request);
Task<Response> show_booking(Api& api, const Request& request);
Task<Response> list_bookings(Api& api, const Request& request);
Task<Response> cancel_booking(Api& api, const Request& request);

// payment_routes.cpp
Task<Response> take_payment_callback(Api& api, const Request& request);

// mock_payment_routes.cpp
Task<Response> mock_pay(Api& api, const Request& request);
Task<Response> mock_show_payment(Api& api, const Request& request);
Task<Response> mock_refund(Api& api, const Request& request);

// root_routes.cpp
Task<Response> show_root(Api& api, const Request& request);

// health_routes.cpp
Task<Response> show_health(Api& api, const Request& request);
Task<Response> show_live(Api& api, const Request& request);
Task<Response> show_ready(Api& api, const Request& request);
Task<Response> show_metrics(Api& api, const Request& request);

}  // namespace flightdeck::http
