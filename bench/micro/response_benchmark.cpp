// From what a handler knows to the bytes of its answer. An item is a flight, a booking or an answer.
#include <benchmark/benchmark.h>

#include <string>

#include "api/flight_json.h"
#include "core/json_writer.h"
#include "http/problem.h"
#include "http/response.h"
#include "micro/cost.h"
#include "micro/samples.h"

namespace flightdeck::bench {
namespace {

constexpr std::size_t page_flights = 20;

flights::SearchPage page() {
  flights::SearchPage page;
  for (std::size_t i = 0; i < page_flights; ++i) page.flights.push_back(flight(i));
  page.more = true;
  return page;
}

std::string page_json(const flights::SearchPage& page) {
  std::string body;
  JsonWriter json(body);
  json.begin_object();
  api::append_page(json, body, page, flights::SortOrder::price, "search:jfk:lhr:2030-01-01:price:1");
  json.member("count", static_cast<std::int64_t>(page.flights.size())).end_object();
  return body;
}

void FlightJson(benchmark::State& state) {
  const flights::Flight one = flight(1);
  std::string out;
  Cost cost(state);
  for (auto _ : state) {
    out.clear();
    flights::append_flight_json(out, one);
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
}
BENCHMARK(FlightJson);

void FlightPage(benchmark::State& state) {
  const flights::SearchPage flights = page();
  Cost cost(state, page_flights);
  for (auto _ : state) benchmark::DoNotOptimize(page_json(flights));
}
BENCHMARK(FlightPage);

// As an answer's body: into an empty string.
void BookingJson(benchmark::State& state) {
  ledger::Booking booking = pending_booking(1, flight(1).id);
  booking.status = ledger::BookingStatus::confirmed;
  booking.payment_ref = "pay-" + booking.id.str();
  Cost cost(state);
  for (auto _ : state) {
    std::string out;
    ledger::append_booking_json(out, booking);
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
}
BENCHMARK(BookingJson);

void Problem_OutOfStock(benchmark::State& state) {
  const Error error{ErrorCode::out_of_stock, "Not enough seats are left.", {}};
  const std::string request_id = format_uuid(id_of(1));
  Cost cost(state);
  for (auto _ : state) benchmark::DoNotOptimize(http::problem_response(error, request_id));
}
BENCHMARK(Problem_OutOfStock);

// Into the memory of a connection that has answered before.
void append_again_and_again(benchmark::State& state, const http::Response& response) {
  const std::string request_id = format_uuid(id_of(1));
  const http::ResponseFrame frame{request_id, "Tue, 01 Jan 2030 00:00:00 GMT"};
  std::string out;
  Cost cost(state);
  for (auto _ : state) {
    out.clear();
    http::append_response(out, response, frame);
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
}

void AppendResponse_Booking(benchmark::State& state) {
  const ledger::Booking booking = pending_booking(1, flight(1).id);
  http::Response response = http::json_response(202, {});
  ledger::append_booking_json(response.body, booking);
  response.add_header("Location", "/booking/" + booking.id.str());
  append_again_and_again(state, response);
}
BENCHMARK(AppendResponse_Booking);

void AppendResponse_Page(benchmark::State& state) {
  append_again_and_again(state, http::json_response(200, page_json(page())));
}
BENCHMARK(AppendResponse_Page);

}  // namespace
}  // namespace flightdeck::bench
