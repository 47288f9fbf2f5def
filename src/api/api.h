// Everything that handlers reach, on one thread.
#pragma once

#include <string>
#include <vector>

#include "api/health.h"
#include "api/route_groups.h"
#include "audit/auditor.h"
#include "booking/booking_service.h"
#include "booking/manage_flights.h"
#include "booking/search_flights.h"
#include "core/log.h"
#include "core/task.h"
#include "flights/flight.h"
#include "net/http_url.h"
#include "payment/payment_provider.h"

namespace flightdeck::api {

// Port: the numbers of the program in Prometheus' text format. The task may wait for what must be asked
// elsewhere. Thread-safe; a task resumes on the thread that awaits it.
class MetricsText {
 public:
  virtual ~MetricsText() = default;
  virtual Task<std::string> render() = 0;
};

// One per I/O thread, as are the services in it. It outlives the thread's Server. What no served route needs
// may be null: see RouteGroups.
struct Api {
  Log& log;
  const Health& health;
  MetricsText& metrics;
  // Booking.
  booking::BookingService* bookings = nullptr;
  // Admin.
  booking::ManageFlights* manage_flights = nullptr;
  // Admin.
  audit::Auditor* auditor = nullptr;
  // Search.
  booking::SearchFlights* search_flights = nullptr;
  // mock_payment.
  payment::PaymentProvider* mock_payments = nullptr;
  // That the mock may call back under; null: none.
  const std::vector<net::HttpUrl>* callback_bases = nullptr;
  flights::FlightRules flight_rules = {};
  // Those that are served.
  RouteGroups groups = {};
};

}  // namespace flightdeck::api
