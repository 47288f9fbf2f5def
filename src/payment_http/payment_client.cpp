#include "payment_http/payment_client.h"

#include <utility>

#include "core/json_writer.h"
#include "net/json_body.h"
#include "payment/payment_ref.h"

namespace flightdeck::payment_http {

namespace {

constexpr std::string_view post = "POST";
constexpr std::string_view get = "GET";

Error unreadable() { return Error{ErrorCode::unavailable, "The payment service's answer cannot be read."}; }

Error refused(int status) {
  return Error{ErrorCode::unavailable, "The payment service answered " + std::to_string(status) + '.'};
}

std::optional<payment::PaymentStatus> parse_status(std::string_view text) {
  if (text == "success") return payment::PaymentStatus::success;
  if (text == "failure") return payment::PaymentStatus::failure;
  if (text == "pending") return payment::PaymentStatus::pending;
  return std::nullopt;
}

// Members `payment_id` and `status`.
Result<payment::Payment> read_payment(net::JsonBody& body) {
  payment::Payment payment;
  payment.payment_id = body.text("payment_id");
  const auto status = parse_status(body.text("status"));
  if (!status || !payment::is_payment_ref(payment.payment_id)) return unreadable();
  payment.status = *status;
  return payment;
}

// Members `amount` and `refunded`. False: it does not state both, and nothing is changed.
bool read_what_was_paid(net::JsonBody& body, payment::Payment& payment) {
  const std::optional<Money> amount = parse_money(body.decimal("amount"));
  const bool refunded = body.boolean("refunded");
  if (!amount || !body.errors().empty()) return false;
  payment.amount = amount;
  payment.refunded = refunded;
  return true;
}

}  // namespace

HttpPaymentProvider::HttpPaymentProvider(net::EventLoop& loop, net::HttpUrl base,
                                         net::HttpClientOptions options)
    : base_(std::move(base)), client_(loop, options) {}

net::HttpCall HttpPaymentProvider::call(std::string_view method, std::string_view path,
                                        std::string json) const {
  net::HttpCall call;
  call.method = method;
  call.url = base_;
  call.url.target.append(path);
  call.json = std::move(json);
  return call;
}

Task<Result<payment::Payment>> HttpPaymentProvider::charge(payment::ChargeRequest request) {
  std::string text;
  JsonWriter json(text);
  json.begin_object().member("booking_id", request.booking).member("amount", request.amount);
  if (!request.callback_url.empty()) json.member("callback_url", std::string_view(request.callback_url));
  json.end_object();
  net::HttpCall pay = call(post, "/mock_payment/pay", std::move(text));
  const Result<net::HttpReply> reply = co_await client_.send(std::move(pay));
  if (!reply) co_return reply.error();
  if (reply->status == 409) {
    co_return Error{ErrorCode::invalid_state, "The booking has a payment of another amount."};
  }
  if (reply->status != 200 && reply->status != 202) co_return refused(reply->status);
  Result<net::JsonBody> body = net::JsonBody::parse(reply->body);
  if (!body) co_return unreadable();
  Result<payment::Payment> payment = read_payment(*body);
  // What it does not state is asked for: it may have been paid before, by whomever.
  if (payment) read_what_was_paid(*body, *payment);
  co_return payment;
}

Task<Result<payment::Payment>> HttpPaymentProvider::find(BookingId booking) {
  net::HttpCall look = call(get, "/mock_payment/payments/" + booking.str(), {});
  const Result<net::HttpReply> reply = co_await client_.send(std::move(look));
  if (!reply) co_return reply.error();
  if (reply->status == 404) co_return Error{ErrorCode::not_found, "There is no payment of this booking."};
  if (reply->status != 200) co_return refused(reply->status);
  Result<net::JsonBody> body = net::JsonBody::parse(reply->body);
  if (!body) co_return unreadable();
  Result<payment::Payment> payment = read_payment(*body);
  if (!payment) co_return payment;
  if (!read_what_was_paid(*body, *payment)) co_return unreadable();
  co_return payment;
}

Task<Result<payment::Refund>> HttpPaymentProvider::refund(payment::RefundRequest request) {
  std::string text;
  JsonWriter json(text);
  json.begin_object().member("booking_id", request.booking);
  if (!request.payment_id.empty()) json.member("payment_id", std::string_view(request.payment_id));
  json.end_object();
  net::HttpCall give_back = call(post, "/mock_payment/refund", std::move(text));
  const Result<net::HttpReply> reply = co_await client_.send(std::move(give_back));
  if (!reply) co_return reply.error();
  if (reply->status == 404) co_return Error{ErrorCode::not_found, "There is no payment of this booking."};
  if (reply->status == 409) co_return Error{ErrorCode::invalid_state, "The booking was never paid."};
  if (reply->status != 200) co_return refused(reply->status);
  Result<net::JsonBody> body = net::JsonBody::parse(reply->body);
  if (!body) co_return unreadable();
  payment::Refund refund{std::string(body->text("refund_id"))};
  if (!payment::is_payment_ref(refund.refund_id)) co_return unreadable();
  co_return refund;
}

Task<bool> HttpCallbackSender::send(payment::CallbackMessage message) {
  Result<net::HttpUrl> url = net::parse_http_url(message.url);
  if (!url) co_return false;
  net::HttpCall call;
  call.method = post;
  call.url = *std::move(url);
  JsonWriter json(call.json);
  json.begin_object().member("booking_id", message.booking);
  json.member("status", message.status == payment::PaymentStatus::success ? "success" : "failure");
  json.member("payment_ref", std::string_view(message.payment_ref));
  if (message.amount) json.member("amount", *message.amount);
  json.end_object();
  const Result<net::HttpReply> reply = co_await client_.send(std::move(call));
  co_return reply && reply->status / 100 == 2;
}

}  // namespace flightdeck::payment_http
