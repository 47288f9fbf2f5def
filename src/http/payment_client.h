// The payment service over HTTP, and callbacks to whoever wants them.
#pragma once

#include <string>

#include "http/http_client.h"
#include "http/http_url.h"
#include "payment/callback.h"
#include "payment/payment_provider.h"

namespace flightdeck::http {

// 1 to limits::payment_ref_chars printable ASCII characters, not blanks alone: what every database can hold.
bool is_payment_ref(std::string_view text);

// Speaks the contract's mock payment calls. Any answer but those of the contract is `unavailable`: the outcome is then
// unknown. One instance per thread, on its loop.
class HttpPaymentProvider final : public payment::PaymentProvider {
 public:
  // `base` as parse_base_url makes it.
  HttpPaymentProvider(EventLoop& loop, HttpUrl base, HttpClientOptions options = {});

  Task<Result<payment::Payment>> charge(payment::ChargeRequest request) override;
  Task<Result<payment::Payment>> find(BookingId booking) override;
  Task<Result<payment::Refund>> refund(payment::RefundRequest request) override;

  // Every call, now and from now on, is `unavailable`: the program stops.
  void close() { client_.close(); }

 private:
  HttpCall call(std::string_view method, std::string_view path, std::string json) const;

  HttpUrl base_;
  HttpClient client_;
};

// One instance per thread, on its loop. A URL that is none is not delivered.
class HttpCallbackSender final : public payment::CallbackSender {
 public:
  explicit HttpCallbackSender(EventLoop& loop, HttpClientOptions options = {}) : client_(loop, options) {}

  Task<bool> send(payment::CallbackMessage message) override;
  void close() { client_.close(); }

 private:
  HttpClient client_;
};

}  // namespace flightdeck::http
