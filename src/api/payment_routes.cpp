#include <string>

#include "api/handlers.h"
#include "core/limits.h"
#include "http/problem.h"
#include "net/json_body.h"
#include "payment/payment_ref.h"

namespace flightdeck::api {

namespace {

Result<booking::PaymentVerdict> read_verdict(const std::string& text) {
  Result<net::JsonBody> body = net::JsonBody::parse(text);
  if (!body) return body.error();
  booking::PaymentVerdict verdict;
  verdict.booking = body->id<BookingId>("booking_id");
  const std::string_view status = body->text("status");
  verdict.success = status == "success";
  if (!verdict.success && status != "failure") body->errors().add("status", "must be success or failure");
  verdict.payment_ref = body->text("payment_ref");
  if (!payment::is_payment_ref(verdict.payment_ref)) {
    body->errors().add("payment_ref", "must be 1 to " + std::to_string(limits::payment_ref_chars) +
                                          " printable ASCII characters, not blanks alone");
  }
  if (const std::optional<std::string> amount = body->optional_decimal("amount")) {
    verdict.amount = parse_money(*amount);
    if (!verdict.amount || verdict.amount->minor < 0) {
      body->errors().add(
          "amount",
          "must be a decimal of at least 0.00 with at most two digits after the point, or left out");
    }
  }
  body->refuse_others();
  if (!body->errors().empty()) return body->errors().take();
  return verdict;
}

}  // namespace

Task<http::Response> take_payment_callback(Api& api, const http::Request& request) {
  Result<booking::PaymentVerdict> verdict = read_verdict(request.body);
  if (!verdict) co_return http::problem_response(verdict.error(), request.request_id);
  const Result<ledger::Booking> settled = co_await api.bookings->settle(*std::move(verdict));
  if (!settled) co_return http::problem_response(settled.error(), request.request_id);
  http::Response response;
  ledger::append_booking_json(response.body, *settled);
  co_return response;
}

}  // namespace flightdeck::api
