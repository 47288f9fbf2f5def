#include <string>

#include "api/cursor.h"
#include "api/flight_json.h"
#include "api/handlers.h"
#include "api/preconditions.h"
#include "api/query_fields.h"
#include "core/limits.h"
#include "http/problem.h"

namespace flightdeck::api {

namespace {

// About.
constexpr std::size_t flight_json_bytes = 512;

flights::SortOrder read_sort(QueryFields& fields) {
  const std::optional<std::string_view> given = fields.text("sort");
  if (!given) return flights::SortOrder::price;
  const std::optional<flights::SortOrder> sort = flights::parse_sort_order(*given);
  if (!sort) fields.errors().add("sort", "must be price, fastest or departure");
  return sort.value_or(flights::SortOrder::price);
}

// The list of a query, as its cursors are bound to it.
std::string list_name(const flights::SearchQuery& query) {
  std::string name = "search:" + flights::route_key(query.source, query.destination, query.date) + ":";
  return name.append(to_string(query.sort)).append(":").append(std::to_string(query.seats));
}

}  // namespace

void append_page(JsonWriter& json, std::string& out, const flights::SearchPage& page, flights::SortOrder sort,
                 std::string_view list) {
  out.reserve(out.size() + 128 + page.flights.size() * flight_json_bytes);
  json.key("flights").begin_array();
  std::string one;
  for (const flights::Flight& flight : page.flights) {
    one.clear();
    flights::append_flight_json(one, flight);
    json.raw(one);
  }
  json.end_array().key("next_cursor");
  if (page.more && !page.flights.empty()) {
    const std::string position = flights::format_cursor(flights::position_of(page.flights.back(), sort));
    json.value(std::string_view(seal_cursor(position, list)));
  } else {
    json.null();
  }
}

std::string render_search_page(const flights::SearchQuery& query, const flights::SearchPage& page) {
  std::string body;
  JsonWriter json(body);
  json.begin_object();
  append_page(json, body, page, query.sort, page.more ? list_name(query) : std::string());
  json.member("count", static_cast<std::int64_t>(page.flights.size())).end_object();
  return body;
}

Task<http::Response> search_flights(Api& api, const http::Request& request) {
  flights::SearchQuery query;
  QueryFields fields(request.query);
  for (const char* name : {"source", "destination", "date"}) fields.require(name);
  query.source = fields.place("source").value_or(std::string());
  query.destination = fields.place("destination").value_or(std::string());
  query.date = fields.date("date").value_or(Date{});
  query.sort = read_sort(fields);
  query.limit = fields.limit();
  query.seats = fields.integer("seats", 0, limits::seats_per_flight_ceiling, 1);
  if (const auto cursor = fields.text("cursor")) {
    query.after = read_cursor(*cursor, list_name(query), flights::parse_cursor, fields.errors());
  }
  const Preconditions asked = read_preconditions(request, fields.errors());
  if (!fields.errors().empty()) co_return http::problem_response(fields.errors().take(), request.request_id);

  booking::SearchFlights::Page page = api.search_flights->find(query);
  if (!page) page = co_await api.search_flights->search(std::move(query));
  const ReadVerdict verdict = judge_read(asked, page->tag);
  if (verdict == ReadVerdict::failed)
    co_return http::problem_response(http::other_tag(page->tag), request.request_id);
  http::Response response;
  if (verdict == ReadVerdict::not_modified) response = http::empty_response(304);
  response.cache_control = http::revalidate;
  response.etag = page->tag;
  const std::string& body = page->body;
  response.shared_body = std::shared_ptr<const std::string>(std::move(page), &body);
  co_return response;
}

}  // namespace flightdeck::api
