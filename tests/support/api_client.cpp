#include "support/api_client.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <regex>
#include <stdexcept>

namespace flightdeck::test {
namespace {

json::value expect_json(const Reply& reply, int status, const std::string& what) {
  if (reply.status != status) {
    throw std::runtime_error(what + ": status " + std::to_string(reply.status) + " instead of " +
                             std::to_string(status) + ": " + reply.body);
  }
  return reply.json();
}

std::uint64_t next_number() {
  static std::atomic<std::uint64_t> last{1000};
  return ++last;
}

bool final_status(const json::value& booking) { return text(booking, "status") != "PENDING"; }

}  // namespace

Route fresh_route() {
  const std::string number = std::to_string(next_number());
  return {"Field " + number + " North", "Field " + number + " South"};
}

std::string fresh_uuid() {
  // Unique in one run: the process, then a counter.
  std::array<char, 64> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%08x-0000-4000-8000-%012llx",
                static_cast<unsigned>(::getpid()), static_cast<unsigned long long>(next_number()));
  return buffer.data();
}

FlightDraft::FlightDraft() {
  const Route route = fresh_route();
  flight_number = "FD" + std::to_string(next_number());
  source = route.source;
  destination = route.destination;
}

json::object FlightDraft::json() const {
  json::object document{{"source", source},
                        {"destination", destination},
                        {"departure_ts", departure_ts},
                        {"total_seats", total_seats},
                        {"price", price}};
  if (flight_number) document["flight_number"] = *flight_number;
  if (arrival_ts) document["arrival_ts"] = *arrival_ts;
  return document;
}

json::value ApiClient::add_flight(const FlightDraft& draft) {
  return expect_json(http_.post("/admin/flights", draft.json()), 201, "add flight");
}

std::string ApiClient::add_flight_id(std::int64_t total_seats) {
  FlightDraft draft;
  draft.total_seats = total_seats;
  return text(add_flight(draft), "flight_id");
}

json::value ApiClient::admin_flight(const std::string& flight_id) {
  return expect_json(http_.get("/admin/flights/" + flight_id), 200, "admin flight");
}

json::value ApiClient::seat_counts(const std::string& flight_id) {
  return field(admin_flight(flight_id), "seats");
}

json::value ApiClient::booking(const std::string& booking_id) {
  return expect_json(http_.get("/booking/" + booking_id), 200, "booking");
}

json::value ApiClient::search(const Route& route, const std::string& date, const std::string& more) {
  return expect_json(http_.get(search_target(route, date, more)), 200, "search");
}

json::value ApiClient::book_to_the_end(const std::string& flight_id, std::int64_t seats,
                                       const std::string& user_id) {
  return expect_json(try_book(flight_id, seats, user_id, {{"Prefer", "wait=30"}}), 200, "book and wait");
}

json::value ApiClient::book(const std::string& flight_id, std::int64_t seats, const std::string& user_id) {
  return expect_json(try_book(flight_id, seats, user_id), 202, "book");
}

json::value ApiClient::cancel(const std::string& booking_id) {
  return expect_json(try_cancel(booking_id), 200, "cancel");
}

Reply ApiClient::try_book(const std::string& flight_id, std::int64_t seats, const std::string& user_id,
                          const Headers& headers) {
  const json::object body{{"user_id", user_id}, {"flight_id", flight_id}, {"seats", seats}};
  return http_.post("/booking", body, headers);
}

Reply ApiClient::try_cancel(const std::string& booking_id) {
  return http_.request("POST", "/booking/" + booking_id + "/cancel");
}

Reply ApiClient::callback(const std::string& booking_id, std::string_view status,
                          const std::string& payment_ref) {
  const json::object body{{"booking_id", booking_id}, {"status", status}, {"payment_ref", payment_ref}};
  return http_.post("/payment/callback", body);
}

json::value ApiClient::wait_until(const std::string& booking_id,
                                  const std::function<bool(const json::value&)>& holds) {
  json::value last;
  const bool reached = eventually(
      [&] {
        last = booking(booking_id);
        return holds(last);
      },
      std::chrono::seconds(30));
  EXPECT_TRUE(reached) << "still " << json::serialize(last);
  return last;
}

json::value ApiClient::wait_for_status(const std::string& booking_id, std::string_view status) {
  return wait_until(booking_id, [&](const json::value& now) { return text(now, "status") == status; });
}

json::value ApiClient::wait_until_final(const std::string& booking_id) {
  return wait_until(booking_id, final_status);
}

json::value ApiClient::wait_for_refund(const std::string& booking_id) {
  return wait_until(booking_id, [](const json::value& now) { return !is_null(now, "refund_ref"); });
}

void ApiClient::wait_for_gate(const std::string& flight_id, std::int64_t seats) {
  json::value last;
  const bool reached = eventually([&] {
    last = seat_counts(flight_id);
    return number(last, "gate") == seats;
  });
  EXPECT_TRUE(reached) << "still " << json::serialize(last) << ", not " << seats << " at the gate";
}

std::string search_target(const Route& route, const std::string& date, const std::string& more) {
  return "/search?source=" + percent_encoded(route.source) +
         "&destination=" + percent_encoded(route.destination) + "&date=" + date + more;
}

json::array all_pages(HttpClient& client, const std::string& target, std::string_view name,
                      std::size_t limit) {
  constexpr int kMostPages = 1000;
  json::array all;
  std::string page_target = target + "&limit=" + std::to_string(limit);
  for (int page = 0; page < kMostPages; ++page) {
    const json::value document = expect_json(client.get(page_target), 200, page_target);
    const json::array& elements = list(document, name);
    EXPECT_LE(elements.size(), limit) << page_target;
    all.insert(all.end(), elements.begin(), elements.end());
    if (is_null(document, "next_cursor")) return all;
    page_target = target + "&limit=" + std::to_string(limit) +
                  "&cursor=" + percent_encoded(text(document, "next_cursor"));
  }
  ADD_FAILURE() << "the pages do not end: " << target;
  return all;
}

void expect_problem(const Reply& reply, int status, std::string_view code) {
  EXPECT_EQ(reply.status, status) << reply.body;
  const std::string type = reply.header("Content-Type").value_or("");
  EXPECT_TRUE(type.starts_with("application/problem+json")) << type;
  const json::value problem = reply.json();
  EXPECT_FALSE(text(problem, "type").empty());
  EXPECT_FALSE(text(problem, "title").empty());
  EXPECT_NO_THROW(text(problem, "detail"));
  EXPECT_EQ(number(problem, "status"), reply.status);
  EXPECT_EQ(text(problem, "request_id"), reply.header("X-Request-Id").value_or("(none)"));
  if (code.empty()) {
    EXPECT_FALSE(text(problem, "code").empty());
  } else {
    EXPECT_EQ(text(problem, "code"), code) << reply.body;
  }
}

void expect_wrong_fields(const Reply& reply, const std::set<std::string>& fields) {
  expect_problem(reply, 422, "VALIDATION_FAILED");
  if (reply.status != 422) return;
  std::set<std::string> named;
  const json::value problem = reply.json();
  for (const json::value& error : list(problem, "errors")) {
    named.insert(text(error, "field"));
    EXPECT_FALSE(text(error, "message").empty()) << reply.body;
  }
  EXPECT_EQ(named, fields) << reply.body;
}

std::int64_t minor_units(std::string_view price) {
  static const std::regex two_digits("-?[0-9]+\\.[0-9]{2}");
  if (!std::regex_match(price.begin(), price.end(), two_digits)) {
    throw std::runtime_error("not an amount with two digits: " + std::string(price));
  }
  std::string digits(price);
  digits.erase(digits.size() - 3, 1);
  return std::stoll(digits);
}

bool looks_like_uuid(std::string_view text) {
  static const std::regex uuid("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
  return std::regex_match(text.begin(), text.end(), uuid);
}

}  // namespace flightdeck::test
