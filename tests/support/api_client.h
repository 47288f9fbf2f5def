// The calls of the HTTP contract, as the tests make them, and what they expect of an error.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "support/http_client.h"
#include "support/json.h"
#include "support/test_times.h"

namespace flightdeck::test {

// What an admin sends. The defaults are a good flight, on a route and with a number of its own.
struct FlightDraft {
  FlightDraft();

  std::optional<std::string> flight_number;
  std::string source;
  std::string destination;
  std::string departure_ts = instant_ahead(30, "12:00:00Z");
  std::optional<std::string> arrival_ts = instant_ahead(30, "15:30:00Z");
  std::int64_t total_seats = 180;
  std::string price = "199.00";

  // Nothing for the fields that are nullopt.
  json::object json() const;
};

struct Route {
  std::string source;
  std::string destination;
};

// Never given out before by this process.
Route fresh_route();
std::string fresh_uuid();

// A client of the API. One connection: one thread.
class ApiClient {
 public:
  explicit ApiClient(std::uint16_t port, Milliseconds answer_within = std::chrono::seconds(40))
      : http_(port, answer_within) {}

  HttpClient& http() { return http_; }

  // These throw, with the answer, when the status is not the one of success.
  json::value add_flight(const FlightDraft& draft = {});
  std::string add_flight_id(std::int64_t total_seats);
  json::value admin_flight(const std::string& flight_id);
  // The `seats` object of the admin's view.
  json::value seat_counts(const std::string& flight_id);
  json::value booking(const std::string& booking_id);
  json::value search(const Route& route, const std::string& date, const std::string& more = {});
  // Books and waits (up to 30 s) for the final state, which it expects to be reached.
  json::value book_to_the_end(const std::string& flight_id, std::int64_t seats = 1,
                              const std::string& user_id = fresh_uuid());
  // Books without waiting; the 202's booking.
  json::value book(const std::string& flight_id, std::int64_t seats = 1,
                   const std::string& user_id = fresh_uuid());
  json::value cancel(const std::string& booking_id);

  // Asks until the seat gate would sell that many: it is told after the commit, so it may lag for a moment.
  void wait_for_gate(const std::string& flight_id, std::int64_t seats);

  // These give any answer.
  Reply try_book(const std::string& flight_id, std::int64_t seats = 1,
                 const std::string& user_id = fresh_uuid(), const Headers& headers = {});
  Reply try_cancel(const std::string& booking_id);
  Reply callback(const std::string& booking_id, std::string_view status, const std::string& payment_ref);

  // Asks until the booking has that status or the patience ends; the last answer.
  json::value wait_for_status(const std::string& booking_id, std::string_view status);
  // Asks until it is no longer PENDING.
  json::value wait_until_final(const std::string& booking_id);
  // Asks until there is a refund_ref.
  json::value wait_for_refund(const std::string& booking_id);

 private:
  json::value wait_until(const std::string& booking_id, const std::function<bool(const json::value&)>& holds);

  HttpClient http_;
};

std::string search_target(const Route& route, const std::string& date, const std::string& more = {});

// Follows `next_cursor` from page to page: all elements of `name` ("flights", "bookings") in order. Fails the
// test when a page is larger than `limit` or the pages do not end.
json::array all_pages(HttpClient& client, const std::string& target, std::string_view name,
                      std::size_t limit);

// EXPECTs a problem+json document with that status and code (any code when it is empty).
void expect_problem(const Reply& reply, int status, std::string_view code);
// EXPECTs 422 VALIDATION_FAILED naming exactly these fields.
void expect_wrong_fields(const Reply& reply, const std::set<std::string>& fields);
// "199.00" is 19900.
std::int64_t minor_units(std::string_view price);
bool looks_like_uuid(std::string_view text);

}  // namespace flightdeck::test
