#include <string>

#include "api/cursor.h"
#include "api/flight_json.h"
#include "api/handlers.h"
#include "api/preconditions.h"
#include "api/query_fields.h"
#include "core/json_writer.h"
#include "http/problem.h"
#include "net/json_body.h"

namespace flightdeck::api {

namespace {

Error no_such_flight() { return Error{ErrorCode::not_found, "There is no such flight."}; }

// Wrong types, missing and unknown fields together with what the flight rules say of the rest, and with what
// is wrong besides the body.
Result<flights::FlightDraft> read_draft(const std::string& text, const flights::FlightRules& rules,
                                        net::FieldErrors others = {}) {
  Result<net::JsonBody> body = net::JsonBody::parse(text);
  if (!body) return body.error();
  flights::FlightInput input;
  input.flight_number = body->optional_text("flight_number");
  input.source = body->text("source");
  input.destination = body->text("destination");
  input.departure_ts = body->text("departure_ts");
  input.arrival_ts = body->optional_text("arrival_ts");
  input.total_seats = body->integer("total_seats");
  const std::string price = body->decimal("price");
  input.price = price;
  body->refuse_others();
  Result<flights::FlightDraft> draft = flights::check_flight(input, rules);
  if (!draft) body->errors().add(draft.error().fields);
  if (!others.empty()) body->errors().add(others.take().fields);
  if (!body->errors().empty()) return body->errors().take();
  return draft;
}

http::Response flight_response(int status, const flights::Flight& flight) {
  http::Response response = http::json_response(status, {});
  flights::append_flight_json(response.body, flight);
  response.add_header("ETag", version_tag(flight.version));
  return response;
}

// The list of a query, as its cursors are bound to it.
std::string list_name(const ledger::FlightListQuery& query) {
  std::string name = "flights:" + query.source.value_or("") + ":" + query.destination.value_or("") + ":";
  if (query.date) append_date(name, *query.date);
  return name;
}

}  // namespace

Task<http::Response> add_flight(Api& api, const http::Request& request) {
  Result<flights::FlightDraft> draft = read_draft(request.body, api.flight_rules);
  if (!draft) co_return http::problem_response(draft.error(), request.request_id);
  const Result<flights::Flight> added = co_await api.manage_flights->add(*std::move(draft));
  if (!added) co_return http::problem_response(added.error(), request.request_id);
  http::Response response = flight_response(201, *added);
  response.add_header("Location", "/admin/flights/" + added->id.str());
  co_return response;
}

Task<http::Response> show_flight(Api& api, const http::Request& request) {
  const auto id = FlightId::parse(request.parameter);
  if (!id) co_return http::problem_response(no_such_flight(), request.request_id);
  net::FieldErrors errors;
  const Preconditions asked = read_preconditions(request, errors);
  if (!errors.empty()) co_return http::problem_response(errors.take(), request.request_id);
  const std::optional<booking::FlightWithSeats> found = co_await api.manage_flights->find(*id);
  if (!found) co_return http::problem_response(no_such_flight(), request.request_id);
  const std::string tag = version_tag(found->flight.version);
  const ReadVerdict verdict = judge_read(asked, tag);
  if (verdict == ReadVerdict::failed)
    co_return http::problem_response(http::other_tag(tag), request.request_id);
  if (verdict == ReadVerdict::not_modified) {
    http::Response response = http::empty_response(304);
    response.add_header("ETag", tag);
    co_return response;
  }

  http::Response response = flight_response(200, found->flight);
  // Goes on after the flight's last member.
  response.body.pop_back();
  response.body.append(R"(,"seats":)");
  JsonWriter json(response.body);
  json.begin_object().member("total", found->flight.total_seats);
  json.member("available", found->flight.available_seats);
  json.member("pending", found->counts.pending).member("confirmed", found->counts.confirmed).key("gate");
  if (found->gate) {
    json.value(*found->gate);
  } else {
    json.null();
  }
  json.end_object();
  response.body.push_back('}');
  co_return response;
}

Task<http::Response> list_flights(Api& api, const http::Request& request) {
  ledger::FlightListQuery query;
  QueryFields fields(request.query);
  query.source = fields.place("source");
  query.destination = fields.place("destination");
  query.date = fields.date("date");
  query.limit = fields.limit();
  if (const auto cursor = fields.text("cursor")) {
    query.after = read_cursor(*cursor, list_name(query), flights::parse_cursor, fields.errors());
  }
  if (!fields.errors().empty()) co_return http::problem_response(fields.errors().take(), request.request_id);

  const std::string list = list_name(query);
  const flights::SearchPage page = co_await api.manage_flights->list(std::move(query));
  http::Response response;
  JsonWriter json(response.body);
  json.begin_object();
  append_page(json, response.body, page, flights::SortOrder::departure, list);
  json.end_object();
  co_return response;
}

Task<http::Response> replace_flight(Api& api, const http::Request& request) {
  const auto id = FlightId::parse(request.parameter);
  if (!id) co_return http::problem_response(no_such_flight(), request.request_id);
  net::FieldErrors errors;
  std::shared_ptr<const ledger::Precondition> condition = of_versions(read_preconditions(request, errors));
  Result<flights::FlightDraft> draft = read_draft(request.body, api.flight_rules, std::move(errors));
  if (!draft) co_return http::problem_response(draft.error(), request.request_id);
  const Result<flights::Flight> replaced =
      co_await api.manage_flights->replace(*id, *std::move(draft), std::move(condition));
  if (!replaced) co_return http::problem_response(replaced.error(), request.request_id);
  co_return flight_response(200, *replaced);
}

Task<http::Response> remove_flight(Api& api, const http::Request& request) {
  const auto id = FlightId::parse(request.parameter);
  if (!id) co_return http::problem_response(no_such_flight(), request.request_id);
  QueryFields fields(request.query);
  const bool cancel_bookings = fields.flag("cancel_bookings");
  std::shared_ptr<const ledger::Precondition> condition =
      of_versions(read_preconditions(request, fields.errors()));
  if (!fields.errors().empty()) co_return http::problem_response(fields.errors().take(), request.request_id);
  const Result<void> removed =
      co_await api.manage_flights->remove(*id, cancel_bookings, std::move(condition));
  if (!removed) co_return http::problem_response(removed.error(), request.request_id);
  co_return http::empty_response(204);
}

Task<http::Response> reinstate_flight(Api& api, const http::Request& request) {
  const auto id = FlightId::parse(request.parameter);
  if (!id) co_return http::problem_response(no_such_flight(), request.request_id);
  net::FieldErrors errors;
  std::shared_ptr<const ledger::Precondition> condition = of_versions(read_preconditions(request, errors));
  if (!errors.empty()) co_return http::problem_response(errors.take(), request.request_id);
  const Result<flights::Flight> reinstated =
      co_await api.manage_flights->reinstate(*id, std::move(condition));
  if (!reinstated) co_return http::problem_response(reinstated.error(), request.request_id);
  co_return flight_response(200, *reinstated);
}

}  // namespace flightdeck::api
