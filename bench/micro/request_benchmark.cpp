// From the bytes of a request to what its handler is given. An item is a request.
#include <benchmark/benchmark.h>

#include <cstring>
#include <stdexcept>
#include <string>

#include "api/query_fields.h"
#include "api/routes.h"
#include "http/header_values.h"
#include "http/request_reader.h"
#include "http/router.h"
#include "micro/cost.h"
#include "micro/samples.h"
#include "net/json_body.h"

namespace flightdeck::bench {
namespace {

using http::Method;

constexpr std::string_view search_query =
    "source=JFK&destination=LHR&date=2030-01-02&sort=price&limit=20&seats=2";

std::string booking_body() {
  const ledger::Booking booking = pending_booking(1, flight(1).id);
  return R"({"user_id": ")" + booking.user.str() + R"(", "flight_id": ")" + booking.flight.str() +
         R"(", "seats": 2})";
}

std::string with_usual_headers(const std::string& request_line, const std::string& rest) {
  return request_line +
         " HTTP/1.1\r\nHost: flights.example.org\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) "
         "Firefox/128.0\r\n"
         "Accept: application/json\r\nAccept-Encoding: gzip, deflate, br\r\nAccept-Language: en\r\n" +
         rest;
}

std::string post_booking() {
  const std::string body = booking_body();
  return with_usual_headers(
      "POST /booking", "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
                           "\r\nIdempotency-Key: 7d0b6a6e-6a0f-4d7b-9f0e-0c5d2b1f7a10\r\n"
                           "Prefer: wait=5\r\n\r\n" +
                           body);
}

std::string get_search() { return with_usual_headers("GET /search?" + std::string(search_query), "\r\n"); }

// One connection that sends the same request over and over. Copying it into the reader's memory stands for
// the socket.
void read_again_and_again(benchmark::State& state, const std::string& bytes) {
  http::Request request;
  http::RequestReader reader(request);
  Cost cost(state);
  for (auto _ : state) {
    const auto space = reader.space();
    std::memcpy(space.data(), bytes.data(), bytes.size());
    reader.received(bytes.size());
    if (reader.parse() != http::RequestReader::State::complete) throw std::logic_error("the request is bad");
    benchmark::DoNotOptimize(&request);
    benchmark::ClobberMemory();
    reader.next();
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes.size()));
}

void ReadRequest_PostBooking(benchmark::State& state) { read_again_and_again(state, post_booking()); }
BENCHMARK(ReadRequest_PostBooking);

void ReadRequest_GetSearch(benchmark::State& state) { read_again_and_again(state, get_search()); }
BENCHMARK(ReadRequest_GetSearch);

// The handlers are named by the table, and never called.
void match_again_and_again(benchmark::State& state, Method method, std::string_view path) {
  const api::RouteTable routes = api::contract_routes({true, true, true, true});
  const http::Router& router = routes.router();
  if (!router.match(method, path).route) throw std::logic_error("there is no such route");
  Cost cost(state);
  for (auto _ : state) {
    benchmark::DoNotOptimize(path);
    const http::RouteMatch match = router.match(method, path);
    benchmark::DoNotOptimize(&match);
    benchmark::ClobberMemory();
  }
}

void RouterMatch_PostBooking(benchmark::State& state) {
  match_again_and_again(state, Method::post, "/booking");
}
BENCHMARK(RouterMatch_PostBooking);

void RouterMatch_GetSearch(benchmark::State& state) { match_again_and_again(state, Method::get, "/search"); }
BENCHMARK(RouterMatch_GetSearch);

void RouterMatch_GetOneBooking(benchmark::State& state) {
  match_again_and_again(state, Method::get, "/booking/" + pending_booking(1, {}).id.str());
}
BENCHMARK(RouterMatch_GetOneBooking);

void JsonBody_Booking(benchmark::State& state) {
  const std::string text = booking_body();
  Cost cost(state);
  for (auto _ : state) {
    auto body = net::JsonBody::parse(text);
    benchmark::DoNotOptimize(body->id<UserId>("user_id"));
    benchmark::DoNotOptimize(body->id<FlightId>("flight_id"));
    benchmark::DoNotOptimize(body->integer("seats", 1, 9));
    body->refuse_others();
    if (!body->errors().empty()) throw std::logic_error("the body is bad");
  }
}
BENCHMARK(JsonBody_Booking);

// 58 KB of members that no request has.
void JsonBody_TooManyMembers(benchmark::State& state) {
  std::string text = "{\"0\":0";
  for (int i = 1; i < 7270; ++i) text += ",\"" + std::to_string(i % 10) + "\":0";
  text += "}";
  Cost cost(state);
  for (auto _ : state) {
    auto body = net::JsonBody::parse(text);
    if (body) body->refuse_others();
    benchmark::DoNotOptimize(&body);
    benchmark::ClobberMemory();
  }
}
BENCHMARK(JsonBody_TooManyMembers);

void QueryFields_Search(benchmark::State& state) {
  Cost cost(state);
  for (auto _ : state) {
    api::QueryFields fields(search_query);
    for (const char* name : {"source", "destination", "date"}) fields.require(name);
    benchmark::DoNotOptimize(fields.place("source"));
    benchmark::DoNotOptimize(fields.place("destination"));
    benchmark::DoNotOptimize(fields.date("date"));
    benchmark::DoNotOptimize(fields.text("sort"));
    benchmark::DoNotOptimize(fields.limit());
    benchmark::DoNotOptimize(fields.integer("seats", 0, 9, 1));
    benchmark::DoNotOptimize(fields.text("cursor"));
    if (!fields.errors().empty()) throw std::logic_error("the query is bad");
  }
}
BENCHMARK(QueryFields_Search);

void HeaderValues_Booking(benchmark::State& state) {
  std::string_view type = "application/json";
  std::string_view prefer = "wait=5";
  std::string_view key = "7d0b6a6e-6a0f-4d7b-9f0e-0c5d2b1f7a10";
  Cost cost(state);
  for (auto _ : state) {
    benchmark::DoNotOptimize(type);
    benchmark::DoNotOptimize(http::is_json_media_type(type));
    benchmark::DoNotOptimize(prefer);
    benchmark::DoNotOptimize(http::preferred_wait(prefer));
    benchmark::DoNotOptimize(key);
    benchmark::DoNotOptimize(http::is_idempotency_key(key));
  }
}
BENCHMARK(HeaderValues_Booking);

}  // namespace
}  // namespace flightdeck::bench
