// The mock payment service over HTTP: the payment provider port, as HttpPaymentProvider asks it.
#include <algorithm>
#include <string>

#include "api/handlers.h"
#include "core/json_writer.h"
#include "core/limits.h"
#include "http/problem.h"
#include "net/http_url.h"
#include "net/json_body.h"

namespace flightdeck::api {

namespace {

std::string_view to_string(payment::PaymentStatus status) {
  switch (status) {
    case payment::PaymentStatus::success: return "success";
    case payment::PaymentStatus::failure: return "failure";
    case payment::PaymentStatus::pending: break;
  }
  return "pending";
}

// Whoever may ask the mock must not reach through it what he could not reach himself.
bool may_be_called(const Api& api, const net::HttpUrl& url) {
  return api.callback_bases &&
         std::any_of(api.callback_bases->begin(), api.callback_bases->end(),
                     [&](const net::HttpUrl& base) { return net::is_under(url, base); });
}

Result<payment::ChargeRequest> read_charge(const Api& api, const std::string& text) {
  Result<net::JsonBody> body = net::JsonBody::parse(text);
  if (!body) return body.error();
  payment::ChargeRequest charge;
  charge.booking = body->id<BookingId>("booking_id");
  const std::optional<Money> amount = parse_money(body->decimal("amount"));
  if (!amount || amount->minor < 0) {
    body->errors().add("amount",
                       "must be a decimal of at least 0.00 with at most two digits after the point");
  }
  charge.amount = amount.value_or(Money{});
  charge.callback_url = body->optional_text("callback_url");
  if (!charge.callback_url.empty()) {
    const Result<net::HttpUrl> url = net::parse_http_url(charge.callback_url);
    if (!url) {
      body->errors().add("callback_url",
                         "must be an http:// URL of at most " + std::to_string(limits::url_bytes) + " bytes");
    } else if (!may_be_called(api, *url)) {
      body->errors().add("callback_url", "must be under callback-base-url or one of mock-callback-urls");
    }
  }
  body->refuse_others();
  if (!body->errors().empty()) return body->errors().take();
  return charge;
}

Result<payment::RefundRequest> read_refund(const std::string& text) {
  Result<net::JsonBody> body = net::JsonBody::parse(text);
  if (!body) return body.error();
  payment::RefundRequest refund;
  refund.booking = body->id<BookingId>("booking_id");
  refund.payment_id = body->optional_text("payment_id");
  body->refuse_others();
  if (!body->errors().empty()) return body->errors().take();
  return refund;
}

void add_payment(JsonWriter& json, const payment::Payment& payment) {
  json.member("payment_id", std::string_view(payment.payment_id));
  json.member("status", to_string(payment.status)).key("amount");
  if (payment.amount) {
    json.value(*payment.amount);
  } else {
    json.null();
  }
  json.member("refunded", payment.refunded);
}

}  // namespace

Task<http::Response> mock_pay(Api& api, const http::Request& request) {
  Result<payment::ChargeRequest> charge = read_charge(api, request.body);
  if (!charge) co_return http::problem_response(charge.error(), request.request_id);
  const Result<payment::Payment> paid = co_await api.mock_payments->charge(*std::move(charge));
  if (!paid) co_return http::problem_response(paid.error(), request.request_id);
  http::Response response;
  if (paid->status == payment::PaymentStatus::pending) response.status = 202;
  JsonWriter json(response.body);
  json.begin_object();
  add_payment(json, *paid);
  json.end_object();
  co_return response;
}

Task<http::Response> mock_show_payment(Api& api, const http::Request& request) {
  const auto id = BookingId::parse(request.parameter);
  const Error unknown{ErrorCode::not_found, "There is no payment of this booking.", {}};
  if (!id) co_return http::problem_response(unknown, request.request_id);
  const Result<payment::Payment> found = co_await api.mock_payments->find(*id);
  if (!found) co_return http::problem_response(found.error(), request.request_id);
  http::Response response;
  JsonWriter json(response.body);
  json.begin_object();
  add_payment(json, *found);
  json.end_object();
  co_return response;
}

Task<http::Response> mock_refund(Api& api, const http::Request& request) {
  Result<payment::RefundRequest> asked = read_refund(request.body);
  if (!asked) co_return http::problem_response(asked.error(), request.request_id);
  const Result<payment::Refund> refund = co_await api.mock_payments->refund(*std::move(asked));
  if (!refund) co_return http::problem_response(refund.error(), request.request_id);
  http::Response response;
  JsonWriter json(response.body);
  json.begin_object().member("refund_id", std::string_view(refund->refund_id)).end_object();
  co_return response;
}

}  // namespace flightdeck::api
