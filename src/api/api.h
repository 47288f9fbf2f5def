// Everything that handlers of one thread use.
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

// Port: the metrics of the program in Prometheus' text format. The task may have to wait, since some of them
// come from elsewhere. Thread-safe; a task resumes on the thread that awaits it.
class MetricsText {
 public:
  virtual ~MetricsText() = default;
  virtual Task<std::string> render() = 0;
};

// One for each I/O thread, like the services in it. It outlives the thread's Server. A service that no served
// route needs may be null; see RouteGroups.
struct Api {
  Log& log;
  const Health& health;
  MetricsText& metrics;
  // Needed by RouteGroups::booking.
  booking::BookingService* bookings = nullptr;
  // Needed by RouteGroups::admin.
  booking::ManageFlights* manage_flights = nullptr;
  // Needed by RouteGroups::admin.
  audit::Auditor* auditor = nullptr;
  // Needed by RouteGroups::search.
  booking::SearchFlights* search_flights = nullptr;
  // Needed by RouteGroups::mock_payment.
  payment::PaymentProvider* mock_payments = nullptr;
  // The URLs that the mock may call back under. Null: none.
  const std::vector<net::HttpUrl>* callback_bases = nullptr;
  flights::FlightRules flight_rules = {};
  // The groups that are served.
  RouteGroups groups = {};
};

}  // namespace flightdeck::api
